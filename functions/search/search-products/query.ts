import { createHash } from 'node:crypto'
import type { Cache } from '../../../shared/cache/index.ts'
import type { Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { quoteLexeme, toKey, withoutMarks } from '../../../shared/text/index.ts'
import type { Sort } from './order-words.ts'
import { graphOf, MATCHED, PURPOSE, rank, type Wanted, WORDS_WEIGHT } from './rank.ts'
import type { Param } from './statement.ts'

export type Filters = {
  category?: string | undefined
  subcategory?: string | undefined
  color?: string | undefined
  priceMin?: number | undefined
  priceMax?: number | undefined
  inStock?: boolean | undefined
  /** Folded colours of the catalogue: any of these, and none of those. */
  colours?: string[] | undefined
  notColours?: string[] | undefined
  /** Words that a product must not have. */
  notWords?: string[] | undefined
  /** A product, its system and its model, which are left out. */
  otherThan?: string[] | undefined
}

export type ProductQuery = {
  /** What is looked for; undefined where all that passes the filters is listed. */
  wanted: Wanted | undefined
  filters: Filters
  /** What the answer is in order by, before how well it fits. */
  sort: Sort | undefined
  /** Whether only what fits as well as the best is asked for: the cheapest helmet is no glove. */
  isStrict: boolean
  /** Whether products of one model are one result: the best of them. */
  isGrouped: boolean
  /** Whether what is in stock comes first, after what was identified. */
  isInStockFirst: boolean
  limit: number
  /** How many of the first are left out. */
  offset: number
}

export type Found = {
  product_id: string
  sku: string | null
  name: string | null
  category: string | null
  subcategory: string | null
  color: string | null
  list_price: string | null
  description: string | null
  /** Whether any is in stock; null where nobody says. */
  in_stock: boolean | null
  /** What was found of its model, itself first. */
  variant_ids: string[]
  score: number
  matched: string[]
  purpose: string | null
}

export type Facet = { value: string; count: number }

export type SearchRow = {
  results: Found[]
  /** How many were found, of which `results` are a page. */
  total: number
  facets: { category: Facet[]; subcategory: Facet[]; color: Facet[] }
}

/** How many are counted and put in order where nothing is looked for. */
const BROWSED_ROWS = 50_000

/** What a product must be to pass a filter; `value` is its placeholder. */
const FILTERS: Record<keyof Filters, (value: string) => string> = {
  category: value => `p.category_key = ${value}`,
  subcategory: value => `p.subcategory_key = ${value}`,
  color: value => `p.color_key = ${value}`,
  priceMin: value => `p.list_price >= ${value}`,
  priceMax: value => `p.list_price <= ${value}`,
  inStock: value => `${value} = exists (
      select 1 from search.stock s where s.product_id = p.product_id and s.quantity > 0 and not s.is_deleted)`,
  colours: value => `p.color_key = any(${value}::text[])`,
  notColours: value => `coalesce(p.color_key <> all(${value}::text[]), true)`,
  notWords: value => `not coalesce(p.words @@ ${value}::tsquery, false)`,
  otherThan: value =>
    `p.product_id <> (${value}::text[])[1] and (p.system, p.model) is distinct from ((${value}::text[])[2], (${value}::text[])[3])`,
}

const toValue: Partial<Record<keyof Filters, (value: never) => unknown>> = {
  category: toKey,
  subcategory: toKey,
  color: toKey,
  notWords: (words: string[]) =>
    words
      .flatMap(word => [word, withoutMarks(word), word.replace(/(?<=.)s$/u, '')])
      .map(quoteLexeme)
      .join(' | '),
}

/** Share of the best evidence below which another product is no answer beside it, and would only blur the facets. */
const MIN_SHARE_OF_BEST = 0.4
/** The same where prices are put in order: just what has the same words as the best, or where few have any, means the same. */
const IN_ORDER = { words: 0.9, own: 0.85, fewWords: 0.5 }

/** Without a query: what passes the filters. */
const BROWSED = `
scored as (
  select *, 1.0::float8 as own, 0::float8 as words, 0 as boost, true as fits
  from shown where product_id in (select product_id from eligible limit ${BROWSED_ROWS})
)`

/** Values of a facet that are counted: the commonest. */
const FACET_VALUES = 100
const FACETS = ['category', 'subcategory', 'color']
/** By its bit in grouping(): 0 where the rows are counted by it. */
const facet = (name: string, at: number) => `'${name}', (
    select coalesce(json_agg(f), '[]') from (
      select ${name} as value, count from counted where ${name} is not null and kind = ${0b111 & ~(0b100 >> at)}
      order by count desc, value limit ${FACET_VALUES}) f)`

/** Of a product p: whether any is in stock. */
const IN_STOCK =
  '(select bool_or(s.quantity > 0) from search.stock s where s.product_id = p.product_id and not s.is_deleted)'
/** Of its description: more than is shown of it. */
const SHOWN_CHARACTERS = 2000

const ORDERS: Record<Sort, string> = {
  price: 'p.list_price asc nulls last',
  '-price': 'p.list_price desc nulls last',
  name: 'p.name asc nulls last',
  '-name': 'p.name desc nulls last',
}

/**
 * One statement, one snapshot of the store: what passes the filters is found in each way, and what was found is compared by
 * all of them. It holds just what was asked for, so that its plan can be kept; what passes is not materialized, so that each
 * way goes by its own index where there are many products.
 */
function makeStatement(asked: ProductQuery, models: Models): { text: string; values: unknown[] } {
  const { wanted, filters, sort, isGrouped, isInStockFirst, limit, offset } = asked
  const values: unknown[] = [limit, offset]
  const param: Param = value => `$${values.push(value)}`
  const names = usedFilters(filters)
  const ways = wanted
    ? rank(wanted, models, { isFiltered: names.some(name => name !== 'otherThan'), param })
    : BROWSED
  const conditions = names.map(name =>
    FILTERS[name](param((toValue[name] ?? (value => value))(filters[name] as never))),
  )
  const order = [
    ...(isInStockFirst ? ['p.boost > 0 desc', 'p.in_stock desc nulls last'] : []),
    ...(sort ? [ORDERS[sort]] : []),
    'p.evidence desc',
    ...(wanted ? [] : ['p.name']),
    'p.product_id',
  ].join(', ')
  const variants = isGrouped
    ? `
grouped as (
  select p.*, g.whole, row_number() over (partition by g.whole order by ${order}) as nth,
    array_agg(p.product_id) over (partition by g.whole order by ${order} rows between unbounded preceding and unbounded following) as variant_ids
  from fitting p, lateral (select coalesce(p.system || '/' || p.model, p.product_id) as whole) g
),
found as (select * from grouped where nth = 1)`
    : 'found as (select *, array[product_id] as variant_ids from fitting)'
  // A model counts for each value that one of its products has: red is there if any of them is red.
  const counts = isGrouped
    ? 'count(distinct whole)::int as count from grouped'
    : 'count(*)::int as count from found'
  const text = `
with eligible as not materialized (
  select p.* from search.product p where ${['not p.is_deleted', ...conditions].join(' and ')}
),
shown as not materialized (
  select product_id, system, sku, name, category, subcategory, color, list_price, model, category_key, subcategory_key from search.product
),${ways},
fitting as (
  select p.*, p.own + p.boost as evidence${isInStockFirst ? `, coalesce(${IN_STOCK}, false) as in_stock` : ''}
  from ${wanted ? `(select *, max(own) over () as best, max(words) over () as best_words from scored where fits) p\n  where p.boost > 0 or ${besides(asked)}` : 'scored p'}
),${variants},
counted as (
  select category, subcategory, color, grouping(${FACETS.join(', ')}) as kind, ${counts}
  group by grouping sets (${FACETS.map(name => `(${name})`).join(', ')}, ())
),
best as (select p.* from found p order by ${order} limit $1 offset $2),
page as (
  select p.product_id, p.sku, p.name, p.category, p.subcategory, p.color, p.list_price::text as list_price,
    (select left(d.description, ${SHOWN_CHARACTERS}) from search.product d where d.product_id = p.product_id) as description,
    ${IN_STOCK} as in_stock, p.variant_ids,
    least(p.evidence / ${1 + WORDS_WEIGHT}, 1)::float8 as score, ${wanted ? MATCHED : `array['filters']`} as matched,
    ${wanted ? PURPOSE : 'null::text'} as purpose
  from best p order by ${order}
)
select
  (select coalesce(json_agg(page), '[]') from page) as results,
  coalesce((select count from counted where kind = ${0b111}), 0) as total,
  json_build_object(${FACETS.map(facet).join(', ')}) as facets`
  return { text, values }
}

const usedFilters = (filters: Filters) =>
  (Object.keys(FILTERS) as (keyof Filters)[]).filter(name => filters[name] !== undefined)

/** What is an answer beside the best: what comes close to it. */
function besides({ isStrict }: ProductQuery): string {
  if (!isStrict) return `p.own >= ${MIN_SHARE_OF_BEST} * p.best`
  const { fewWords, words, own } = IN_ORDER
  return `case when p.best_words >= ${fewWords} then p.words >= ${words} * p.best_words else p.own >= ${own} * p.best end`
}

/**
 * What a statement has found for its values is kept for as long as the index has not changed, so that a change is never hidden.
 * @param version of the index, read before
 */
export async function findProducts(
  { store, models, cache }: { store: Store; models: Models; cache: Cache },
  asked: ProductQuery,
  version: string,
): Promise<SearchRow> {
  const { text, values } = makeStatement(asked, models)
  const key = createHash('sha256')
    .update(JSON.stringify([version, text, values]))
    .digest('base64')
  const kept = await cache.get(key)
  if (kept !== undefined) return JSON.parse(kept)
  const [row] = await store.query<SearchRow>(text, values, { name: nameOf(asked) })
  if (!row) throw new Error('the search returned no row')
  await cache.set(key, JSON.stringify(row))
  return row
}

/** Names of statements by what they are made for: Postgres keeps 63 characters of a name. */
const statements = new Map<string, string>()

function nameOf({ wanted, filters, sort, isStrict, isGrouped, isInStockFirst }: ProductQuery): string {
  const way = wanted ? (wanted.terms.length > 0 ? 'words' : 'meaning') : 'browse'
  const shape = [
    way,
    wanted?.vectors.english && 'english',
    wanted && graphOf(wanted),
    wanted && wanted.purposes.length > 0,
    sort,
    isStrict,
    isGrouped,
    isInStockFirst,
    ...usedFilters(filters),
  ].join()
  const known = statements.get(shape) ?? `search-${statements.size}`
  statements.set(shape, known)
  return known
}
