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
  /** The query's unit vector; undefined where there is nothing to compare. */
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

/**
 * One statement, one snapshot of the store: identifiers, words and meaning each rank what passes the filters, their ranks
 * are fused, and the same snapshot says how fresh it is.
 */
const SEARCH = `
with eligible as (
  select p.* from search.product p
  where not p.is_deleted
    and ($5::text is null or lower(p.category) = lower($5))
    and ($6::text is null or lower(p.subcategory) = lower($6))
    and ($7::text is null or lower(p.color) = lower($7))
    and ($8::numeric is null or p.list_price >= $8)
    and ($9::numeric is null or p.list_price <= $9)
    and ($10::boolean is null or $10 = exists (
      select 1 from search.stock s where s.product_id = p.product_id and s.quantity > 0 and not s.is_deleted))
),
identified as (
  select product_id, 1 as rank from eligible
  where lower(sku) = lower($1::text) or product_id = $1 or lower(name) = lower($1) or lower(sku) = any($2::text[])
),
worded as (
  select product_id, row_number() over (order by relevance desc, product_id) as rank from (
    select product_id,
      ts_rank('{0.1, 0.3, 0.6, 1.0}', words, any_word, 1) + case when words @@ all_words then 1 else 0 end as relevance
    from eligible, to_tsquery($11::regconfig, $3) as any_word, to_tsquery($11::regconfig, $4) as all_words
    where words @@ any_word order by relevance desc, product_id limit ${DEPTH}
  ) w
),
meant as (
  select product_id, row_number() over (order by distance, product_id) as rank from (
    select product_id, distance, min(distance) over () as least from (
      select p.product_id, e.embedding <=> $12::vector as distance
      from search.embedding e join eligible p using (product_id)
      where $12::vector is not null
      order by e.embedding <=> $12::vector limit ${DEPTH}
    ) n
  ) m where 1 - distance >= greatest(${MIN_SIMILARITY}, ${MIN_SHARE_OF_BEST} * (1 - least))
),
browsed as (
  select product_id, row_number() over (order by name, product_id) as rank from eligible
  where $1 = '' order by name, product_id limit ${DEPTH}
),
fused as (
  select product_id,
    sum(weight / (${RRF_K} + rank)) * ${(RRF_K + 1) / 2} as score,
    array_agg(way order by way) as matched
  from (
    select product_id, rank, 'identifier' as way, 10.0 as weight from identified
    union all select product_id, rank, 'words', 1.0 from worded
    union all select product_id, rank, 'meaning', case when $11::regconfig = 'english'::regconfig then 1.0 else ${OTHER_LANGUAGE_MEANING} end from meant
    union all select product_id, rank, 'filters', 1.0 from browsed
  ) ways group by product_id
),
found as (select p.*, least(f.score, 1)::float8 as score, f.score as full_score, f.matched from fused f join eligible p using (product_id)),
best as (
  select product_id, sku, name, category, subcategory, color, list_price::text as list_price, score, matched
  from found order by full_score desc, product_id limit $13
),
freshness as (${coverageSql(14, 15)})
select
  (select coalesce(json_agg(best), '[]') from best) as results,
  json_build_object(
    'category', (select coalesce(json_agg(f order by f.count desc, f.value), '[]') from (select category as value, count(*) from found where category is not null group by 1) f),
    'subcategory', (select coalesce(json_agg(f order by f.count desc, f.value), '[]') from (select subcategory as value, count(*) from found where subcategory is not null group by 1) f),
    'color', (select coalesce(json_agg(f order by f.count desc, f.value), '[]') from (select color as value, count(*) from found where color is not null group by 1) f)
  ) as facets,
  position, changed_at
from freshness`

export async function findProducts(store: Store, wanted: Candidates): Promise<SearchRow> {
  const { filters, terms } = wanted
  // Terms are letters, digits, hyphens and apostrophes only (see interpret.ts); quoted, tsquery has nothing to parse in them.
  const quoted = terms.map(term => `'${term.replaceAll("'", "''")}'`)
  const { rows } = await store.pool.query<SearchRow>({
    name: 'search-products',
    text: SEARCH,
    values: [
      wanted.query,
      terms,
      quoted.join(' | '),
      quoted.join(' & '),
      filters.category ?? null,
      filters.subcategory ?? null,
      filters.color ?? null,
      filters.priceMin ?? null,
      filters.priceMax ?? null,
      filters.inStock ?? null,
      wanted.language,
      wanted.vector ? (pgvector.toSql([...wanted.vector]) as string) : null,
      wanted.limit,
      wanted.group,
      wanted.topics,
    ],
  })
  if (!rows[0]) throw new Error('the search returned no row')
  return rows[0]
}
