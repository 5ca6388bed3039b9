import pg from 'pg'
import type { EmbeddingModel, Models } from '../../../shared/models/index.ts'
import { identify } from './identify.ts'
import type { Term } from './look-up.ts'
import type { Purpose } from './purposes.ts'
import { DEPTH, FEW, NEAR, type Param } from './statement.ts'
import { toSqlText, type Vectors } from './vectors.ts'

export type Wanted = {
  /** The query as it was typed, for identifiers. */
  query: string
  terms: Term[]
  vectors: Vectors
  purposes: Purpose[]
  /** From 0 to 1: how much the English model counts. */
  english: number
}

/** A word in a product's name says all of what it says, elsewhere less: in a kind, in a text, as a mere beginning. */
const FIELD = { named: 1, kind: 0.9, said: 0.7, loose: 0.5 }
/** What all of a query's words in a name add to what its meaning comes to. */
export const WORDS_WEIGHT = 0.6
/** How far what products are for makes up for texts that do not say it. */
const PURPOSE_WEIGHT = 0.75
/** Above any sum of words and meaning. */
const IDENTIFIED = 3
const BEGUN = 1.5

/** Evidence below which a product is no answer: a * words + b * meaning, fitted to judged queries (tests/relevance). */
const FITS = { words: 1, meaning: 1.6, least: 0.5, leastWithPurposes: 0.62 }

/** From this nearness on a product is said to match in meaning. */
const MEANT = 0.2
/** What a scored product is for, where that is nearer to the query than its texts are. */
export const PURPOSE =
  'case when english_purpose > english or multilingual_purpose > multilingual then purpose end'
/** What a scored product was found by. */
export const MATCHED = `array_remove(array[case when is_identified or is_begun then 'identifier' end, case when words > 0 then 'words' end,
    case when meaning > ${MEANT} then 'meaning' end], null)`

/** How a model compares products with a query. The model is in the text, so that its own index can be used. */
type Comparison = { isOwn: string; distance: string }

function compareBy(
  { name, version, dimensions }: EmbeddingModel,
  vector: Float32Array,
  param: Param,
): Comparison {
  return {
    isOwn: `v.model = ${pg.escapeLiteral(name)} and v.version = ${pg.escapeLiteral(version)}`,
    distance: `v.vector::halfvec(${dimensions}) <=> ${param(toSqlText(vector))}::halfvec(${dimensions})`,
  }
}

/** The nearest of what passes the filters: by the graph, or each compared where filters leave few. */
function findNear({ isOwn, distance }: Comparison, isFiltered: boolean): string {
  const nearest = (from: string, condition: string) =>
    `(select v.product_id, 1 - (${distance}) as nearness from ${from} where ${isOwn} and ${condition} order by ${distance} limit ${NEAR})`
  // What passes is asked for each: a join would have the planner leave the graph for a sort.
  const passes = '(select true from eligible e where e.product_id = v.product_id limit 1)'
  const all = 'search.product_vector v'
  if (!isFiltered) return nearest(all, passes)
  return `${nearest(all, `(select count(*) from few) > ${FEW} and ${passes}`)}
  union all ${nearest(`few join ${all} using (product_id)`, `(select count(*) from few) <= ${FEW}`)}`
}

/** From this share on the English model finds what is near. One graph is enough: what the other alone would find is hardly ever right. */
const MOSTLY = 0.5

/** The model by whose graph a query's nearest are found. */
export const graphOf = ({ vectors, english }: Pick<Wanted, 'vectors' | 'english'>): keyof Vectors =>
  vectors.english && english >= MOSTLY ? 'english' : 'multilingual'

/** How near a candidate c is by a model. */
const nearnessOf = ({ isOwn, distance }: Comparison) =>
  `(select 1 - (${distance}) from search.product_vector v where v.product_id = c.product_id and ${isOwn})`

/** With what its purpose makes up for: all of it would have products of one purpose in no order. */
const withPurpose = (own: string, purpose: string) =>
  `coalesce(${own}, 0) + ${PURPOSE_WEIGHT} * greatest(0, coalesce(${purpose}, 0) - coalesce(${own}, 0))`

/** Products that are looked at for their words: more than this have only common ones. */
const MAX_WORDED = 500

/** Of those that have all words, or a telling one: in a large catalogue even the rarest word is in many. */
const MOST_WORDED = 2000

/** What a product must have to be looked at: all words, or else one of those that say most. */
function telling(terms: Term[]): string[] {
  let products = 0
  const rarest = terms
    .toSorted((a, b) => a.count - b.count)
    .filter(({ count }, at) => {
      products += count
      return at === 0 || products <= MAX_WORDED
    })
  const all = terms.map(term => term.loose).join(' & ')
  return [all, `(${rarest.map(term => term.loose).join(' | ')}) & !(${all})`]
}

/** Products by their words, with the share that they have of what the words say. */
function findWords(terms: Term[], param: Param): string {
  const fields = ['named', 'kind', 'said', 'loose'] as const
  const arrays = fields.map(field => `${param(terms.map(term => term[field]))}::tsquery[]`)
  const weights = terms.map(term => term.weight)
  const levels = fields.map(field => `when w.words @@ t.${field} then ${FIELD[field]}`).join(' ')
  const having = telling(terms).map(
    words =>
      `(select product_id, words from eligible where words @@ ${param(words)}::tsquery limit ${MOST_WORDED})`,
  )
  // Unpacked once: each of its words would unpack a stored value again. Most of them are not there at all.
  return `
worded as (
  select product_id, (
      select sum(t.weight * case when not w.words @@ t.loose then 0 ${levels} end)
      from unnest(${arrays.join(', ')}, ${param(weights)}::float8[]) as t (${fields.join(', ')}, weight)
    ) / ${param(weights.reduce((sum, weight) => sum + weight, 0))}::float8 as words
  from (
    select product_id, ts_filter(words, '{a,b,c,d}') as words from (
      ${having.join(' union all ')}
    ) h offset 0
  ) w order by words desc, product_id limit ${DEPTH}
)`
}

/** What products are for that is nearest to the query, and products of that. */
function findPurposes(purposes: Purpose[], param: Param) {
  if (purposes.length === 0)
    return {
      purposed: '',
      nearest: '(select null::float8 as english, null::float8 as multilingual, null::text as purpose)',
    }
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
  const said = `${param(purposes.map(({ text }) => text))}::text[]`
  const fits = columns.map(([column, key]) => `(u.${column} is null or u.${column} = c.${key})`).join(' and ')
  return {
    purposed: columns
      .map(
        ([, key], at) =>
          ` union (select product_id from eligible where ${key} = any(${texts[at]}) limit ${DEPTH})`,
      )
      .join(''),
    nearest: `(
    select max(u.english) as english, max(u.multilingual) as multilingual, (array_agg(u.said order by u.english + u.multilingual desc))[1] as purpose
    from unnest(${[...texts, ...scores, said].join(', ')}) as u (${columns.map(([column]) => column).join(', ')}, english, multilingual, said)
    where ${fits})`,
  }
}

/** What identifiers, words and meaning find, and how much evidence each product has of being meant. */
export function rank(
  { query, terms, vectors, purposes, english }: Wanted,
  models: Models,
  { isFiltered, param }: { isFiltered: boolean; param: Param },
): string {
  const inAny = compareBy(models.multilingual, vectors.multilingual, param)
  const inEnglish = vectors.english && compareBy(models.english, vectors.english, param)
  const near = graphOf({ vectors, english }) === 'english' && inEnglish ? inEnglish : inAny
  const nearnessBy = (model: Comparison | undefined) => {
    if (!model) return '0::float8'
    return model === near ? `coalesce(n.nearness, ${nearnessOf(model)})` : nearnessOf(model)
  }
  const { purposed, nearest } = findPurposes(purposes, param)
  const share = `${param(english)}::float8`
  const worded =
    terms.length > 0
      ? findWords(terms, param)
      : '\nworded as (select null::text as product_id, 0::float8 as words where false)'
  const few = isFiltered ? `\nfew as materialized (select product_id from eligible limit ${FEW + 1}),` : ''
  return `${few}${identify(query, param)},${worded},
near as (${findNear(near, isFiltered)}),
candidates as (
  select product_id from identified union select product_id from begun union select product_id from worded
  union select product_id from near${purposed}
),
compared as materialized (
  select c.*, i.product_id is not null as is_identified, b.product_id is not null as is_begun, coalesce(w.words, 0) as words,
    u.english as english_purpose, u.multilingual as multilingual_purpose, u.purpose,
    ${nearnessBy(inEnglish)} as english, ${nearnessBy(inAny)} as multilingual
  from candidates join shown c using (product_id) left join identified i using (product_id) left join begun b using (product_id)
  left join worded w using (product_id) left join near n using (product_id)
  left join lateral ${nearest} u on true
),
weighed as (
  select *, (${share} * (${withPurpose('english', 'english_purpose')}) + ${withPurpose('multilingual', 'multilingual_purpose')})
    / (1 + ${share}) as meaning
  from compared
),
scored as (
  select *, meaning + ${WORDS_WEIGHT} * words as own,
    case when is_identified then ${IDENTIFIED} when is_begun then ${BEGUN} else 0 end as boost,
    is_identified or is_begun or ${FITS.words} * words + ${FITS.meaning} * meaning >= ${purposes.length > 0 ? FITS.leastWithPurposes : FITS.least} as fits
  from weighed
)`
}
