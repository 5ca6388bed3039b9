import pg from 'pg'
import pgvector from 'pgvector'
import { coverageSql } from '../../../shared/bus/index.ts'
import type { EmbeddingModel, Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { quoteLexeme, readIdentifiers, toBareKey, toKey, withoutMarks } from '../../../shared/text/index.ts'
import type { Term } from './look-up.ts'
import type { Sort } from './order-words.ts'
import type { Purpose, Vectors } from './purposes.ts'

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
  sort: Sort | undefined
  limit: number
  /** The tables that the index is made of, and who fills it. */
  group: string
  topics: string[]
}

export type Wanted = {
  /** The query as it was typed, for identifiers. */
  query: string
  terms: Term[]
  vectors: Vectors
  purposes: Purpose[]
  /** From 0 to 1: how much the English model counts. */
  english: number
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

/** How many each way of finding hands on to be compared. */
const DEPTH = 100

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

/** A word in a product's name says all of what it says, elsewhere less: in a kind, in a text, as a mere beginning. */
const FIELD = { named: 1, kind: 0.9, said: 0.7, loose: 0.5 }
/** What all of a query's words in a name add to what its meaning comes to. */
const WORDS_WEIGHT = 0.6
/** How far what products are for makes up for texts that do not say it. */
const PURPOSE_WEIGHT = 0.75
/** Above any sum of words and meaning. */
const IDENTIFIED = 3
const BEGUN = 1.5

/** Evidence below which a product is no answer: a * words + b * meaning, fitted to judged queries (tests/relevance). */
const FITS = { words: 1, meaning: 1.6, least: 0.5, leastWithPurposes: 0.62 }
/** Share of the best evidence below which another product is no answer beside it, and would only blur the facets. */
const MIN_SHARE_OF_BEST = 0.4
/** The same where prices are put in order: just what has the same words as the best, or where few have any, means the same. */
const IN_ORDER = { words: 0.9, own: 0.85, fewWords: 0.5 }

/** From this nearness on a product is said to match in meaning. */
const MEANT = 0.2

/** Shorter prefixes of a number match too many; one without a digit is a word. */
const NUMBER_PREFIX = /^(?=.*\p{N}).{3,}$/u
/** After every text that begins with another, in the order of its bytes. */
const LAST = String.fromCodePoint(0x10ffff)

type Param = (value: unknown) => string

/** Without a query: what passes the filters. */
const BROWSED = `
scored as (
  select product_id, 1.0::float8 as own, 0 as words, 0 as boost, array['filters'] as matched, true as fits from (
    select product_id from eligible order by name, product_id limit ${DEPTH}) b
)`

/** Products by identifiers: the whole query, its pieces, and pieces that belong together, however they were divided. */
function identify(query: string, param: Param): string {
  const pieces = readIdentifiers(query).map(toKey).slice(0, MAX_RUNS)
  const bare = toBarePieces(query)
  const begun = [...new Set([...pieces, ...bare].filter(piece => NUMBER_PREFIX.test(piece)))]
  return `
identified as (
  select product_id from eligible
  where sku_key = ${param(toKey(query))} or product_id = any(${param([query, ...readIds(query)])}::text[]) or name_key = ${param(toKey(query))}
    or sku_key = any(${param(pieces)}::text[]) or sku_bare = any(${param(bare)}::text[])
),
begun as (
  select distinct product_id
  from unnest(${param(begun)}::text[], ${param(begun.map(first => first + LAST))}::text[]) as b (first, last), lateral (
    (select product_id from eligible where sku_key >= b.first and sku_key < b.last order by sku_key limit ${DEPTH})
    union all
    (select product_id from eligible where sku_bare >= b.first and sku_bare < b.last order by sku_bare limit ${DEPTH})
  ) n
)`
}

/** What is said to be an id. A number alone within a query may as well be a size or a model. */
const SAID_ID =
  /(?<![\p{L}\p{N}])(?:products?|items?|articles?|artikel|produkt|produits?|art|ids?|no|nr|number|nummer|numéro|número|#)(?:[.:#\s]|(?:id|no|nr|number|nummer)(?![\p{L}\p{N}]))*\s*([\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*)/giu

const readIds = (query: string) => [...query.matchAll(SAID_ID)].map(([, id = '']) => id)

/** How many neighbouring pieces of a query a number may have been divided into. */
const MAX_PIECES = 4
/** Of one query. */
const MAX_RUNS = 100

/** Runs of a query's pieces without what divides them, where they may be a number: "bk r93r 62" is bkr93r62. */
export function toBarePieces(query: string): string[] {
  const pieces = toKey(query)
    .split(' ')
    .map(toBareKey)
    .filter(piece => piece !== '')
  const runs = pieces.flatMap((_, at) =>
    Array.from({ length: MAX_PIECES }, (_, more) => pieces.slice(at, at + more + 1).join('')),
  )
  return [...new Set(runs)]
    .filter(run => run.length >= 4 && /\p{N}/u.test(run) && /\p{L}/u.test(run))
    .slice(0, MAX_RUNS)
}

/** The nearest by a model's vectors. The model is in the text, so that its own index can be used. */
const near = ({ name, version, dimensions }: EmbeddingModel, vector: string) => `(
    select v.product_id from search.product_vector v join eligible using (product_id)
    where v.model = ${pg.escapeLiteral(name)} and v.version = ${pg.escapeLiteral(version)}
    order by v.vector::halfvec(${dimensions}) <=> ${vector}::halfvec(${dimensions}) limit ${DEPTH})`

const nearness = ({ name, version, dimensions }: EmbeddingModel, vector: string) => `(
    select 1 - (v.vector::halfvec(${dimensions}) <=> ${vector}::halfvec(${dimensions})) from search.product_vector v
    where v.product_id = c.product_id and v.model = ${pg.escapeLiteral(name)} and v.version = ${pg.escapeLiteral(version)})`

/** With what its purpose makes up for: all of it would have products of one purpose in no order. */
const withPurpose = (own: string, purpose: string) =>
  `coalesce(${own}, 0) + ${PURPOSE_WEIGHT} * greatest(0, coalesce(${purpose}, 0) - coalesce(${own}, 0))`

/** Products that are looked at for their words: more than this have only common ones. */
const MAX_WORDED = 3000

/** What a product must have to be looked at: the words that say most, or all of them. */
function tellingWords(terms: Term[]): string {
  let products = 0
  const telling = terms
    .toSorted((a, b) => a.count - b.count)
    .filter(({ count }, at) => {
      products += count
      return at === 0 || products <= MAX_WORDED
    })
  return [...telling.map(term => term.loose), `(${terms.map(term => term.loose).join(' & ')})`].join(' | ')
}

/** Products by their words, with the share that they have of what the words say. */
function findWords(terms: Term[], param: Param): string {
  const fields = ['named', 'kind', 'said', 'loose'] as const
  const arrays = fields.map(field => `${param(terms.map(term => term[field]))}::tsquery[]`)
  const weights = terms.map(term => term.weight)
  const levels = fields.map(field => `when w.words @@ t.${field} then ${FIELD[field]}`).join(' ')
  // Unpacked once: each of its words would unpack a stored value again.
  return `
worded as (
  select product_id, (
      select sum(t.weight * case ${levels} else 0 end)
      from unnest(${arrays.join(', ')}, ${param(weights)}::float8[]) as t (${fields.join(', ')}, weight)
    ) / ${param(weights.reduce((sum, weight) => sum + weight, 0))}::float8 as words
  from (
    select product_id, ts_filter(words, '{a,b,c,d}') as words from eligible where words @@ ${param(tellingWords(terms))}::tsquery offset 0
  ) w order by words desc, product_id limit ${2 * DEPTH}
)`
}

/** What products are for that is nearest to the query, and products of that. */
function findPurposes(purposes: Purpose[], param: Param) {
  const keys = {
    category: 'category_key',
    subcategory: 'subcategory_key',
    model: 'model',
    product: 'product_id',
  }
  const columns = Object.entries(keys) as [keyof typeof keys, string][]
  const texts = columns.map(([column]) => `${param(purposes.map(one => one[column]))}::text[]`)
  const scores = [purposes.map(one => one.english), purposes.map(one => one.multilingual)].map(
    each => `${param(each)}::float8[]`,
  )
  const fits = columns.map(([column, key]) => `(u.${column} is null or u.${column} = c.${key})`).join(' and ')
  return {
    purposed: columns
      .map(
        ([, key], at) => `(select product_id from eligible where ${key} = any(${texts[at]}) limit ${DEPTH})`,
      )
      .join(' union '),
    nearest: `(
    select max(u.english) as english, max(u.multilingual) as multilingual
    from unnest(${[...texts, ...scores].join(', ')}) as u (${columns.map(([column]) => column).join(', ')}, english, multilingual)
    where ${fits})`,
  }
}

/** What identifiers, words and meaning find, and how much evidence each product has of being meant. */
function rank({ query, terms, vectors, purposes, english }: Wanted, models: Models, param: Param): string {
  const englishVector = param(pgvector.toSql([...vectors.english]))
  const multilingualVector = param(pgvector.toSql([...vectors.multilingual]))
  const { purposed, nearest } = findPurposes(purposes, param)
  const share = `${param(english)}::float8`
  const worded =
    terms.length > 0
      ? findWords(terms, param)
      : '\nworded as (select null::text as product_id, 0::float8 as words where false)'
  return `${identify(query, param)},${worded},
candidates as (
  select product_id from identified union select product_id from begun union select product_id from worded union ${purposed}
  union ${near(models.english, englishVector)}
  union ${near(models.multilingual, multilingualVector)}
),
compared as materialized (
  select product_id, i.product_id is not null as is_identified, b.product_id is not null as is_begun, coalesce(w.words, 0) as words,
    u.english as english_purpose, u.multilingual as multilingual_purpose,
    ${nearness(models.english, englishVector)} as english, ${nearness(models.multilingual, multilingualVector)} as multilingual
  from candidates join search.product c using (product_id) left join identified i using (product_id) left join begun b using (product_id)
  left join worded w using (product_id) left join lateral ${nearest} u on true
),
weighed as (
  select *, (${share} * (${withPurpose('english', 'english_purpose')}) + ${withPurpose('multilingual', 'multilingual_purpose')})
    / (1 + ${share}) as meaning
  from compared
),
scored as (
  select product_id, words, meaning + ${WORDS_WEIGHT} * words as own,
    case when is_identified then ${IDENTIFIED} when is_begun then ${BEGUN} else 0 end as boost,
    array_remove(array[case when is_identified or is_begun then 'identifier' end, case when words > 0 then 'words' end,
      case when meaning > ${MEANT} then 'meaning' end], null) as matched,
    is_identified or is_begun or ${FITS.words} * words + ${FITS.meaning} * meaning >= ${purposes.length > 0 ? FITS.leastWithPurposes : FITS.least} as fits
  from weighed
)`
}

const facet = (column: string) => `(
    select coalesce(json_agg(f order by f.count desc, f.value), '[]')
    from (select ${column} as value, count(*) from found where ${column} is not null group by 1) f)`

const ORDERS: Record<Sort, string> = {
  price: 'found.list_price asc nulls last',
  '-price': 'found.list_price desc nulls last',
}

/**
 * One statement, one snapshot of the store: what passes the filters is found in each way, what was found is compared by all
 * of them, and the same snapshot says how fresh it is. It holds just what was asked for, so that its plan can be kept; what
 * passes is not materialized, so that each way goes by its own index where there are many products.
 */
function makeStatement(asked: ProductQuery, models: Models): { text: string; values: unknown[] } {
  const { wanted, filters, sort, limit, group, topics } = asked
  const values: unknown[] = [limit, group, topics]
  const param: Param = value => `$${values.push(value)}`
  const ways = wanted ? rank(wanted, models, param) : BROWSED
  const names = (Object.keys(FILTERS) as (keyof Filters)[]).filter(name => filters[name] !== undefined)
  const conditions = names.map(name =>
    FILTERS[name](param((toValue[name] ?? (value => value))(filters[name] as never))),
  )
  const isBeside = !wanted
    ? 'true'
    : sort
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
  from found order by ${[...(sort ? [ORDERS[sort]] : []), 'evidence desc', ...(wanted ? [] : ['name']), 'product_id'].join(', ')} limit $1
),
freshness as (${coverageSql(2, 3)})
select
  (select coalesce(json_agg(best), '[]') from best) as results,
  json_build_object('category', ${facet('category')}, 'subcategory', ${facet('subcategory')}, 'color', ${facet('color')}) as facets,
  position, changed_at
from freshness`
  return { text, values }
}

export async function findProducts(store: Store, models: Models, asked: ProductQuery): Promise<SearchRow> {
  const { text, values } = makeStatement(asked, models)
  const { wanted, filters, sort } = asked
  const shape = [
    wanted ? (wanted.terms.length > 0 ? 'words' : 'meaning') : 'browse',
    sort ?? '',
    ...Object.keys(filters).filter(name => filters[name as keyof Filters] !== undefined),
  ]
  const [row] = await store.query<SearchRow>(text, values, { name: ['search', ...shape].join('-') })
  if (!row) throw new Error('the search returned no row')
  return row
}
