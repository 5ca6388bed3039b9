import { coverageSql } from '../../../shared/bus/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { afterAll, quoteLexeme, toBareKey, toKey } from '../../../shared/text/index.ts'
import type { Vocabulary } from '../../../shared/vocabulary/index.ts'
import type { ProductKind } from './kinds.ts'
import { anyOf, type Typed } from './typed.ts'

export type Asked = {
  typed: Typed
  vocabulary: Vocabulary
  kinds: ProductKind[]
  /** The tables that the index is made of, and who fills it. */
  group: string
  topics: string[]
}

/** Products of one model, or a product of none, by the first and the last of their names. */
export type Named = {
  count: number
  product_id: string
  first: string
  last: string
  model: string | null
}
export type Found = {
  named: Named[]
  numbers: { product_id: string; sku: string }[]
  /** By completion; null where it is not counted again, because so many are not gone at once. */
  counts: (number | null)[]
  /** By kind. */
  present: boolean[]
  position: string | null
  changed_at: Date | null
}

/** Up to here products are counted, and what had more when the catalogue was read is taken to be there. */
const MAX_COUNTED = 500
/** Names that begin with what was typed. */
const MAX_BEGUN = 300
/** Where more products than these may have the words, only names that begin with what was typed are looked at. */
const MAX_WITHIN = 1000
const MAX_NAMED = 40
const MAX_NUMBERS = 20
/** A single letter or digit begins too much. */
const MIN_NUMBER = 2

/** One statement, one snapshot of the store, which also says how fresh it is. */
const STATEMENT = `
with begun as (
  select product_id, name, name_key, model, system, true as begins from search.product
  where name_key >= $3 and name_key < $4 and not is_deleted order by name_key, product_id limit ${MAX_BEGUN}
),
named as (
  select * from begun
  union all
  select product_id, name, name_key, model, system, false from search.product
  where words @@ $5::tsquery and not is_deleted and name_key ~ all($6::text[]) and not (name_key >= $3 and name_key < $4)
),
models as (
  select count(*)::int as count, min(product_id) as product_id, min(name collate "C") as first, max(name collate "C") as last, min(model) as model
  from named group by case when model is null then name_key else system || '/' || model end, model is null
  order by bool_or(begins) desc, count(*) desc, min(name collate "C") limit ${MAX_NAMED}
),
numbers as (
  select product_id, min(sku) as sku from (
    (select product_id, sku, sku_key from search.product where sku_key >= $7 and sku_key < $8 and not is_deleted order by sku_key limit ${MAX_NUMBERS})
    union all
    (select product_id, sku, sku_key from search.product where sku_bare >= $9 and sku_bare < $10 and not is_deleted order by sku_bare limit ${MAX_NUMBERS})
  ) n group by product_id order by min(sku_key), product_id limit ${MAX_NUMBERS}
),
freshness as (${coverageSql(1, 2)})
select
  (select coalesce(json_agg(models), '[]') from models) as named,
  (select coalesce(json_agg(numbers), '[]') from numbers) as numbers,
  array(select case when c.query <> '' then
      (select count(*)::int from (select from search.product where words @@ c.query::tsquery and not is_deleted limit ${MAX_COUNTED}) p) end
    from unnest($11::text[]) with ordinality as c (query, nth) order by nth) as counts,
  array(select k.query = '' or exists (select from search.product where words @@ k.query::tsquery and not is_deleted
      and case when k.kind = 'category' then category_key else subcategory_key end = k.key)
    from unnest($12::text[], $13::text[], $14::text[]) with ordinality as k (query, kind, key, nth) order by nth) as present,
  position, changed_at
from freshness`

/** A range of texts that begin with another; an empty range where that is too short. */
const range = (key: string, least: number) => (key.length >= least ? [key, afterAll(key)] : ['', ''])

export async function findSuggested(store: Store, asked: Asked): Promise<Found> {
  const { typed, vocabulary, kinds, group, topics } = asked
  const { text, head, completions } = typed
  const before = typed.before.map(forms => anyOf(forms, vocabulary))
  const within = planWithin(typed, vocabulary)
  const isSure = (count: number) => count > MAX_COUNTED
  const [row] = await store.query<Found>(
    STATEMENT,
    [
      ...[group, topics],
      ...range(toKey(text), 1),
      within ? [...before, within.last].join(' & ') : null,
      within?.patterns ?? [],
      ...range(toKey(text), MIN_NUMBER),
      ...range(toBareKey(text), MIN_NUMBER),
      (head === undefined ? [] : completions).map(({ word, count }) =>
        before.length === 0 && isSure(count) ? '' : [...before, anyOf([word], vocabulary)].join(' & '),
      ),
      kinds.map(({ words, count }) => (isSure(count) ? '' : words)),
      kinds.map(({ kind }) => kind),
      kinds.map(({ key }) => key),
    ],
    { name: 'suggest' },
  )
  if (!row) throw new Error('the suggestions returned no row')
  return row
}

/** What the last word may be within names, where few enough products have all the words. */
function planWithin({ before, last, completions }: Typed, vocabulary: Vocabulary) {
  const words = completions.map(({ word }) => word)
  const counts = before.map(forms => Math.max(...forms.map(vocabulary.countOf)))
  if (words.length > 0) counts.push(completions.reduce((sum, { count }) => sum + count, 0))
  if (Math.min(...counts) > MAX_WITHIN) return undefined
  const ends = words.length > 0 ? words : [last]
  return {
    last: words.length > 0 ? anyOf(words, vocabulary) : `${quoteLexeme(last)}:*`,
    patterns: [...before, ends].map(forms => `(${forms.map(quotePattern).join('|')})`),
  }
}

const quotePattern = (word: string) => word.replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '\\$&')
