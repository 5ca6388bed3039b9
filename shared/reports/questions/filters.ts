import { CannotKnow, type Note } from './reading.ts'
import type { Item } from './scan.ts'
import { hasRole, isMetric } from './settle.ts'
import { type Use, use } from './splits.ts'

type Chosen = { dimension: string; values: string[]; item: Item; isWithout: boolean }
export type Filters = {
  filters: Record<string, string[]>
  without: Record<string, string[]>
  notes: Note[]
  /** In the order of the question. */
  chosen: Chosen[]
}

/** Which dimension's value a word is: the one that is named beside it, else the one with the fewest values. */
function choose(
  item: Item & { kind: 'term' },
  question: Use,
): { dimension: string; values: string[]; others: string[] } {
  const { said, terms } = question
  const at = said.indexOf(item)
  const byDimension = Map.groupBy(item.meaning.values, ({ dimension }) => dimension)
  const named = [said[at - 1], said[at + 1]].flatMap(other =>
    other?.kind === 'term' && other.meaning.dimension !== null ? [other.meaning.dimension] : [],
  )
  const sizeOf = (dimension: string) => terms.known.values.get(dimension)?.length ?? 0
  const [first, ...others] = [...byDimension.keys()].sort(
    (a, b) =>
      Number(named.includes(b)) - Number(named.includes(a)) || sizeOf(a) - sizeOf(b) || (a < b ? -1 : 1),
  )
  const dimension = first ?? ''
  const values = (byDimension.get(dimension) ?? []).map(({ value }) => value)
  return { dimension, values, others: named.includes(dimension) ? [] : others }
}

/**
 * Values that count and those that do not. A negation that stands before no value is refused, never ignored.
 * @throws CannotKnow
 */
export function findFilters(question: Use, raw: Item[]): Filters {
  const { said } = question
  const found: Filters = { filters: {}, without: {}, notes: [], chosen: [] }
  let excluded = undefined as { dimension: string | undefined; after: Item } | undefined
  said.forEach((item, i) => {
    const before = said[i - 1]
    if (hasRole(item, 'without') || hasRole(item, 'not')) {
      if (!isBefore(item, said[i + 1], raw)) throw new CannotKnow('negation', item.text)
      use(question, item)
      excluded = { dimension: undefined, after: item }
      return
    }
    if (item.kind !== 'term' || item.meaning.values.length === 0 || isMetric(item)) return
    const { dimension, values, others } = choose(item, question)
    const isList = hasRole(before, 'and')
    const follows =
      before === excluded?.after || isList || (before?.kind === 'term' && before.meaning.dimension !== null)
    const isSame = excluded?.dimension === undefined || excluded.dimension === dimension
    const last = found.chosen.at(-1)
    // Both of two things, or one of them, is known only of values of one kind: no bike is a helmet.
    if (isList && last && said[i - 2] === last.item && last.dimension !== dimension)
      throw new CannotKnow('several_dimensions', `${last.item.text}, ${item.text}`)
    const isWithout = excluded !== undefined && follows && isSame
    excluded = isWithout ? { dimension, after: item } : undefined
    const to = isWithout ? found.without : found.filters
    to[dimension] = [...new Set([...(to[dimension] ?? []), ...values])].sort()
    found.chosen.push({ dimension, values, item, isWithout })
    for (const value of others.length > 0 ? values : [])
      found.notes.push({ kind: 'value', value, dimension, others })
    use(question, item)
  })
  if (excluded?.dimension === undefined && excluded) throw new CannotKnow('negation', excluded.after.text)
  return found
}

/** Whether a negation is of the value behind it: "not only in Germany" is not. */
function isBefore(item: Item, next: Item | undefined, raw: Item[]): boolean {
  const isOfValue = (other: Item | undefined) =>
    other?.kind === 'term' && (other.meaning.values.length > 0 || other.meaning.dimension !== null)
  if (!isOfValue(next)) return false
  if (!hasRole(item, 'not') || hasRole(item, 'without')) return true
  return raw[raw.findIndex(({ at }) => at === item.at) + 1]?.at === next?.at
}
