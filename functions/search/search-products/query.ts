import pgvector from 'pgvector'
import { coverageSql } from '../../../shared/bus/index.ts'
import type { Store } from '../../../shared/store/index.ts'

export type Filters = {
  category?: string | undefined
  subcategory?: string | undefined
  color?: string | undefined
  priceMin?: number | undefined
  priceMax?: number | undefined
  inStock?: boolean | undefined
}

export type Candidates = {
  /** The query as given, for identifiers. */
  query: string
  terms: string[]
  /** The query's unit vector; undefined where there is no query, and all that passes the filters is listed. */
  vector: Float32Array | undefined
  filters: Filters
  limit: number
  /** Text search configuration: English by stems, any other language by its words as they are. */
  language: 'english' | 'simple'
  /** The tables that the index is made of, and who fills it. */
  group: string
  topics: string[]
}

export type Found = {
  product_id: string
  sku: string
  name: string
  category: string | null
  subcategory: string | null
  color: string | null
  list_price: string | null
  score: number
  matched: string[]
}

export type Facet = { value: string; count: number }

export type SearchRow = {
  results: Found[]
  facets: { category: Facet[]; subcategory: Facet[]; color: Facet[] }
  position: string | null
  changed_at: Date | null
}

/** Best of each list that are fused; deeper places hardly add to a sum of reciprocal ranks. */
const DEPTH = 100
/** The customary constant of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009). */
const RRF_K = 60
/** The model knows English: in other languages what it takes for near counts for less than a word that is there. */
const OTHER_LANGUAGE_MEANING = 0.5
/** Cosine below which a text is about something else: unrelated pairs of this model lie around 0 to 0.1. */
const MIN_SIMILARITY = 0.2
/** Share of the best text's cosine below which another is no answer beside it, and would only blur the facets. */
const MIN_SHARE_OF_BEST = 0.6

/** What a product must be to pass a filter; `value` is its placeholder. */
const FILTERS: Record<keyof Filters, (value: string) => string> = {
  category: value => `lower(p.category) = lower(${value})`,
  subcategory: value => `lower(p.subcategory) = lower(${value})`,
  color: value => `lower(p.color) = lower(${value})`,
  priceMin: value => `p.list_price >= ${value}`,
  priceMax: value => `p.list_price <= ${value}`,
  inStock: value => `${value} = exists (
      select 1 from search.stock s where s.product_id = p.product_id and s.quantity > 0 and not s.is_deleted)`,
}

/** Without a query: what passes the filters, by name. */
const BROWSED = `
ways as (
  select product_id, row_number() over (order by name, product_id) as rank, 'filters' as way, 1.0 as weight
  from eligible order by name, product_id limit ${DEPTH}
)`

/** What identifiers, words and meaning each find. $4 the query, $5 its terms, $6 any and $7 all of them, $8 its vector. */
const rankedBy = (language: Candidates['language']) => `
identified as (
  select product_id, 1 as rank from eligible
  where lower(sku) = lower($4::text) or product_id = $4 or lower(name) = lower($4) or lower(sku) = any($5::text[])
),
worded as (
  select product_id, row_number() over (order by relevance desc, product_id) as rank from (
    select product_id,
      ts_rank('{0.1, 0.3, 0.6, 1.0}', words, any_word, 1) + case when words @@ all_words then 1 else 0 end as relevance
    from eligible, to_tsquery('${language}', $6) as any_word, to_tsquery('${language}', $7) as all_words
    where words @@ any_word order by relevance desc, product_id limit ${DEPTH}
  ) w
),
meant as (
  select product_id, row_number() over (order by distance, product_id) as rank from (
    select product_id, distance, min(distance) over () as least from (
      select e.product_id, e.embedding <=> $8::vector as distance
      from search.embedding e join eligible p using (product_id)
      order by e.embedding <=> $8::vector limit ${DEPTH}
    ) n
  ) m where 1 - distance >= greatest(${MIN_SIMILARITY}, ${MIN_SHARE_OF_BEST} * (1 - least))
),
ways as (
  select product_id, rank, 'identifier' as way, 10.0 as weight from identified
  union all select product_id, rank, 'words', 1.0 from worded
  union all select product_id, rank, 'meaning', ${language === 'english' ? '1.0' : OTHER_LANGUAGE_MEANING} from meant
)`

const facet = (column: string) => `(
    select coalesce(json_agg(f order by f.count desc, f.value), '[]')
    from (select ${column} as value, count(*) from found where ${column} is not null group by 1) f)`

/**
 * One statement, one snapshot of the store: what passes the filters is ranked in each way, the ranks are fused, and the same
 * snapshot says how fresh it is. It holds just what was asked for, so that its plan can be kept; what passes is not
 * materialized, so that each way goes by its own index where there are many products.
 */
const fuse = (conditions: string[], ways: string) => `
with eligible as not materialized (
  select p.* from search.product p where ${['not p.is_deleted', ...conditions].join(' and ')}
),${ways},
fused as (
  select product_id, sum(weight / (${RRF_K} + rank)) * ${(RRF_K + 1) / 2} as score, array_agg(way order by way) as matched
  from ways group by product_id
),
found as (
  select p.*, least(f.score, 1)::float8 as score, f.score as full_score, f.matched
  from fused f join search.product p using (product_id)
),
best as (
  select product_id, sku, name, category, subcategory, color, list_price::text as list_price, score, matched
  from found order by full_score desc, product_id limit $1
),
freshness as (${coverageSql(2, 3)})
select
  (select coalesce(json_agg(best), '[]') from best) as results,
  json_build_object('category', ${facet('category')}, 'subcategory', ${facet('subcategory')}, 'color', ${facet('color')}) as facets,
  position, changed_at
from freshness`

export async function findProducts(store: Store, wanted: Candidates): Promise<SearchRow> {
  const { query, terms, vector, language, filters } = wanted
  const values: unknown[] = [wanted.limit, wanted.group, wanted.topics]
  if (vector) {
    // Terms are letters, digits, hyphens and apostrophes only (see interpret.ts); quoted, tsquery has nothing to parse in them.
    const quoted = terms.map(term => `'${term.replaceAll("'", "''")}'`)
    values.push(query, terms, quoted.join(' | '), quoted.join(' & '), pgvector.toSql([...vector]))
  }
  const asked = (Object.keys(FILTERS) as (keyof Filters)[]).filter(name => filters[name] !== undefined)
  const conditions = asked.map(name => FILTERS[name](`$${values.push(filters[name])}`))
  const [row] = await store.query<SearchRow>(
    fuse(conditions, vector ? rankedBy(language) : BROWSED),
    values,
    { name: ['search', vector ? language : 'browse', ...asked].join('-') },
  )
  if (!row) throw new Error('the search returned no row')
  return row
}
