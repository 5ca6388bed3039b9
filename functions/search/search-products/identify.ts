import { afterAll, readIdentifiers, toBareKey, toKey } from '../../../shared/text/index.ts'
import { DEPTH, type Param } from './statement.ts'

/** Shorter prefixes of a number match too many; one without a digit is a word. */
const NUMBER_PREFIX = /^(?=.*\p{N}).{3,}$/u

/** Products by identifiers: the whole query, its pieces, and pieces that belong together, however they were divided. */
export function identify(query: string, param: Param): string {
  // An empty text is no identifier.
  const whole = param(toKey(query) || null)
  const pieces = readIdentifiers(query).map(toKey).slice(0, MAX_RUNS)
  const bare = toBarePieces(query)
  const begun = [...new Set([...pieces, ...bare].filter(piece => NUMBER_PREFIX.test(piece)))]
  return `
identified as (
  select product_id from eligible
  where sku_key = ${whole} or product_id = any(${param([query, ...readIds(query)].filter(id => id !== ''))}::text[]) or name_key = ${whole}
    or sku_key = any(${param(pieces)}::text[]) or sku_bare = any(${param(bare)}::text[])
),
begun as (
  select distinct product_id
  from unnest(${param(begun)}::text[], ${param(begun.map(afterAll))}::text[]) as b (first, last), lateral (
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
