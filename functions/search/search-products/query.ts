import { coverageSql } from '../../../shared/bus/index.ts'
import type { Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { quoteLexeme, toKey, withoutMarks } from '../../../shared/text/index.ts'
import type { Sort } from './order-words.ts'
import { rank, type Wanted, WORDS_WEIGHT } from './rank.ts'
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
}

export type ProductQuery = {
  /** What is looked for; undefined where all that passes the filters is listed. */
  wanted: Wanted | undefined
  filters: Filters
  /** What the answer is in order by, before how well it fits. */
  sort: Sort | undefined
  /** Whether only what fits as well as the best is asked for: the cheapest helmet is no glove. */
  isStrict: boolean
  limit: number
  /** How many of the first are left out. */
  offset: number
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
  /** How many were found, of which `results` are a page. */
  total: number
  facets: { category: Facet[]; subcategory: Facet[]; color: Facet[] }
  position: string | null
  changed_at: Date | null
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
}

const toValue: Partial<Record<keyof Filters, (value: never) => unknown>> = {
  category: toKey,
  subcategory: toKey,
  color: toKey,
  notWords: (words: string[]) =>
    words.flatMap(word => [word, withoutMarks(word), word.replace(/s$/, '')].map(quoteLexeme)).join(' | '),
}

/** Share of the best evidence below which another product is no answer beside it, and would only blur the facets. */
const MIN_SHARE_OF_BEST = 0.4
/** The same where prices are put in order: just what has the same words as the best, or where few have any, means the same. */
const IN_ORDER = { words: 0.9, own: 0.85, fewWords: 0.5 }

/** Without a query: what passes the filters. */
const BROWSED = `
scored as (
  select product_id, 1.0::float8 as own, 0 as words, 0 as boost, array['filters'] as matched, true as fits from (
    select product_id from eligible limit ${BROWSED_ROWS}) b
)`

const facet = (column: string) => `(
    select coalesce(json_agg(f order by f.count desc, f.value), '[]')
    from (select ${column} as value, count(*) from found where ${column} is not null group by 1) f)`

const ORDERS: Record<Sort, string> = {
  price: 'found.list_price asc nulls last',
  '-price': 'found.list_price desc nulls last',
  name: 'found.name asc nulls last',
  '-name': 'found.name desc nulls last',
}

/**
 * One statement, one snapshot of the store: what passes the filters is found in each way, what was found is compared by all
 * of them, and the same snapshot says how fresh it is. It holds just what was asked for, so that its plan can be kept; what
 * passes is not materialized, so that each way goes by its own index where there are many products.
 */
function makeStatement(asked: ProductQuery, models: Models): { text: string; values: unknown[] } {
  const { wanted, filters, sort, isStrict, limit, offset, group, topics } = asked
  const values: unknown[] = [limit, group, topics, offset]
  const param: Param = value => `$${values.push(value)}`
  const ways = wanted ? rank(wanted, models, param) : BROWSED
  const names = (Object.keys(FILTERS) as (keyof Filters)[]).filter(name => filters[name] !== undefined)
  const conditions = names.map(name =>
    FILTERS[name](param((toValue[name] ?? (value => value))(filters[name] as never))),
  )
  const isBeside = !wanted
    ? 'true'
    : isStrict
      ? `case when s.best_words >= ${IN_ORDER.fewWords} then s.words >= ${IN_ORDER.words} * s.best_words else s.own >= ${IN_ORDER.own} * s.best end`
      : `s.own >= ${MIN_SHARE_OF_BEST} * s.best`
  const text = `
with eligible as not materialized (
  select p.* from search.product p where ${['not p.is_deleted', ...conditions].join(' and ')}
),${ways},
found as (
  select p.product_id, p.sku, p.name, p.category, p.subcategory, p.color, p.list_price, least((s.own + s.boost) / ${1 + WORDS_WEIGHT}, 1)::float8 as score, s.own + s.boost as evidence, s.matched
  from (select *, max(own) over () as best, max(words) over () as best_words from scored where fits) s
  join search.product p using (product_id)
  where s.boost > 0 or ${isBeside}
),
best as (
  select product_id, sku, name, category, subcategory, color, list_price::text as list_price, score, matched
  from found order by ${[...(sort ? [ORDERS[sort]] : []), 'evidence desc', ...(wanted ? [] : ['name']), 'product_id'].join(', ')}
  limit $1 offset $4
),
freshness as (${coverageSql(2, 3)})
select
  (select coalesce(json_agg(best), '[]') from best) as results,
  (select count(*)::int from found) as total,
  json_build_object('category', ${facet('category')}, 'subcategory', ${facet('subcategory')}, 'color', ${facet('color')}) as facets,
  position, changed_at
from freshness`
  return { text, values }
}

export async function findProducts(store: Store, models: Models, asked: ProductQuery): Promise<SearchRow> {
  const { text, values } = makeStatement(asked, models)
  const [row] = await store.query<SearchRow>(text, values, { name: nameOf(asked) })
  if (!row) throw new Error('the search returned no row')
  return row
}

/** Names of statements by what they are made for: Postgres keeps 63 characters of a name. */
const statements = new Map<string, string>()

function nameOf({ wanted, filters, sort, isStrict }: ProductQuery): string {
  const way = wanted ? (wanted.terms.length > 0 ? 'words' : 'meaning') : 'browse'
  const used = Object.keys(FILTERS).filter(name => filters[name as keyof Filters] !== undefined)
  const shape = [
    way,
    wanted?.vectors.english && 'english',
    wanted && wanted.purposes.length > 0,
    sort,
    isStrict,
    ...used,
  ].join()
  const known = statements.get(shape) ?? `search-${statements.size}`
  statements.set(shape, known)
  return known
}
