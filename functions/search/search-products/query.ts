import pgvector from 'pgvector'
import { coverageSql } from '../../../shared/bus/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { readIdentifiers, toKey } from '../../../shared/text/index.ts'
import type { Terms } from './look-up.ts'

export type Filters = {
  category?: string | undefined
  subcategory?: string | undefined
  color?: string | undefined
  priceMin?: number | undefined
  priceMax?: number | undefined
  inStock?: boolean | undefined
}

export type ProductQuery = {
  /** The query as given, for identifiers. */
  query: string
  terms: Terms
  /** The query's unit vector; undefined where there is no query, and all that passes the filters is listed. */
  vector: Float32Array | undefined
  filters: Filters
  limit: number
  isEnglish: boolean
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
/** The model knows English: in other languages its similarity counts for less than a matching word. */
const OTHER_LANGUAGE_MEANING = 0.5
/** Cosine below which a text is about something else: unrelated pairs of this model lie around 0 to 0.1. */
const MIN_SIMILARITY = 0.2
/** Share of the best text's cosine below which another is no answer beside it, and would only blur the facets. */
const MIN_SHARE_OF_BEST = 0.6

/** What a product must be to pass a filter; `value` is its placeholder. */
const FILTERS: Record<keyof Filters, (value: string) => string> = {
  category: value => `p.category_key = ${value}`,
  subcategory: value => `p.subcategory_key = ${value}`,
  color: value => `p.color_key = ${value}`,
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

/** Shorter prefixes of a number match too many; one without a digit is a word. */
const NUMBER_PREFIX = /^(?=.*\p{N}).{3,}$/u
/** After every text that begins with another, in the order of its bytes. */
const LAST = String.fromCodePoint(0x10ffff)

/** Of a text to any of the words; nothing where words only begin so. */
const RELEVANCE = `ts_rank('{0.1, 0.3, 0.6, 1.0}', words, $9::tsquery, 1)`

/**
 * What identifiers, words and meaning each find. $4 the query and $5 its pieces as they are looked up, $6 the query as an id,
 * $7 and $8 the prefixes of numbers and where each range ends, $9 any and $10 all of its words, $11 and $12 the same for
 * prefixes, $13 its vector. Whole words come before prefixes, and all of them before some.
 */
const rankedBy = (isEnglish: boolean) => `
identified as (
  select product_id from eligible where sku_key = $4 or product_id = $6 or name_key = $4 or sku_key = any($5::text[])
),
begun as (
  select product_id, row_number() over (order by sku_key, product_id) as rank
  from unnest($7::text[], $8::text[]) as b (first, last), lateral (
    select product_id, sku_key from eligible
    where sku_key >= b.first and sku_key < b.last order by sku_key limit ${DEPTH}
  ) n where product_id not in (select product_id from identified)
),
worded as (
  select product_id, (array[0.5, 1.0, 1.5, 2.0])[kind + 1] as weight,
    row_number() over (order by kind desc, relevance desc, product_id) as rank
  from (
    select product_id, relevance,
      case when words @@ $10::tsquery then 3 when words @@ $12::tsquery then 2 when relevance > 0 then 1 else 0 end as kind
    from (select product_id, words, ${RELEVANCE} as relevance from eligible where words @@ $11::tsquery) s
    order by kind desc, relevance desc, product_id limit ${DEPTH}
  ) w
),
meant as (
  select product_id, row_number() over (order by distance, product_id) as rank from (
    select product_id, distance, min(distance) over () as least from (
      select e.product_id, e.embedding <=> $13::vector as distance
      from search.embedding e join eligible p using (product_id)
      order by e.embedding <=> $13::vector limit ${DEPTH}
    ) n
  ) m where 1 - distance >= greatest(${MIN_SIMILARITY}, ${MIN_SHARE_OF_BEST} * (1 - least))
),
ways as (
  select product_id, 1 as rank, 'identifier' as way, 10.0 as weight from identified
  union all select product_id, rank, 'identifier', 5.0 from begun
  union all select product_id, rank, 'words', weight from worded
  union all select product_id, rank, 'meaning', ${isEnglish ? '1.0' : OTHER_LANGUAGE_MEANING} from meant
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
  select product_id, sum(weight / (${RRF_K} + rank)) * ${(RRF_K + 1) / 3} as score, array_agg(distinct way order by way) as matched
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

export async function findProducts(store: Store, wanted: ProductQuery): Promise<SearchRow> {
  const { query, terms, vector, isEnglish, filters } = wanted
  const values: unknown[] = [wanted.limit, wanted.group, wanted.topics]
  if (vector) {
    const pieces = readIdentifiers(query).map(toKey)
    const begun = pieces.filter(piece => NUMBER_PREFIX.test(piece))
    values.push(
      toKey(query),
      pieces,
      query,
      begun,
      begun.map(first => first + LAST),
    )
    values.push(terms.any, terms.all, terms.anyPrefix, terms.allPrefixes, pgvector.toSql([...vector]))
  }
  const asked = (Object.keys(FILTERS) as (keyof Filters)[]).filter(name => filters[name] !== undefined)
  const conditions = asked.map(name => {
    const value = filters[name]
    return FILTERS[name](`$${values.push(typeof value === 'string' ? toKey(value) : value)}`)
  })
  const [row] = await store.query<SearchRow>(
    fuse(conditions, vector ? rankedBy(isEnglish) : BROWSED),
    values,
    { name: ['search', vector ? (isEnglish ? 'english' : 'other') : 'browse', ...asked].join('-') },
  )
  if (!row) throw new Error('the search returned no row')
  return row
}
