import type { Unit } from '../calendar.ts'
import { CannotKnow } from './reading.ts'
import type { Item } from './scan.ts'
import { hasRole, isDimension, isMetric, isValue } from './settle.ts'
import type { Terms } from './terms.ts'

/** What an answer is split by. `isOne`: one of them is asked for; `unit` of an adverb, such as "daily". */
export type Split = { name: string; text: string; isUnit: boolean; isOne: boolean; unit?: Unit | undefined }

/** What is done with each piece of a question; a piece that nothing was done with is refused in the end. */
export type Use = {
  text: string
  said: Item[]
  used: Set<Item>
  terms: Terms
}

export const use = ({ used }: Use, ...items: (Item | undefined)[]): void => {
  for (const item of items) if (item) used.add(item)
}

/** A half year is no period to split by. */
const SPLIT_UNITS: Unit[] = ['day', 'week', 'month', 'quarter', 'year']

const toSplit = (item: Item, isAsked: boolean): Split | undefined => {
  if (item.kind === 'unit' || item.kind === 'adverb') {
    if (!SPLIT_UNITS.includes(item.unit)) return undefined
    return {
      name: item.unit,
      text: item.text,
      isUnit: true,
      isOne: isAsked && item.kind === 'unit' && item.isSingular,
      ...(item.kind === 'adverb' && { unit: item.unit }),
    }
  }
  if (item.kind !== 'term' || item.meaning.dimension === null) return undefined
  const { dimension, isExact, isPlural } = item.meaning
  return { name: dimension, text: item.text, isUnit: false, isOne: isAsked && isExact && !isPlural }
}

const isPreposition = (item: Item | undefined) =>
  hasRole(item, 'by') || hasRole(item, 'per') || hasRole(item, 'each')

/** A dimension's name beside one of its values says which one is meant: "the category Clothing". */
function isBesideOwnValue(item: Item, before: Item | undefined, after: Item | undefined): boolean {
  if (item.kind !== 'term') return false
  const { dimension } = item.meaning
  return [before, after].some(
    other => other?.kind === 'term' && other.meaning.values.some(each => each.dimension === dimension),
  )
}

/**
 * By what the answer is split: what stands behind "by" and "which", and what else names a dimension.
 * @throws CannotKnow where "by" stands before something else
 */
export function findSplits(question: Use): Split[] {
  const { said } = question
  const splits: Split[] = []
  const isRanked = said.some(item => hasRole(item, 'top') || hasRole(item, 'bottom'))
  const hasMetric = (but: Item) => said.some(item => item !== but && isMetric(item) && !isDimension(item))
  for (const [i, item] of said.entries()) {
    const [before, after] = [said[i - 1], said[i + 1]]
    if (isPreposition(item) && isPreposition(after)) {
      use(question, item)
      continue
    }
    if (isPreposition(before) || hasRole(before, 'which')) {
      const split = toSplit(item, hasRole(before, 'which'))
      if (!split || (item.kind === 'term' && isMetric(item) && !hasMetric(item) && !hasRole(before, 'which')))
        continue
      splits.push(split)
      use(question, before, item)
      continue
    }
    // "By product and month" goes on with what it is split by.
    const isListed = hasRole(before, 'and') && splits.some(({ text }) => text === said[i - 2]?.text)
    if (item.kind === 'unit' && isListed) {
      const split = toSplit(item, false)
      if (split) splits.push(split)
      use(question, item)
      continue
    }
    if (item.kind === 'adverb' || (item.kind === 'unit' && isRanked)) {
      const split = toSplit(item, item.kind === 'unit')
      if (split) splits.push(split)
      use(question, item)
      continue
    }
    if (!isDimension(item) || (isMetric(item) && !hasMetric(item)) || isValue(item)) continue
    if (isBesideOwnValue(item, before, after)) {
      use(question, item)
      continue
    }
    // "Bike products" are bikes, "produits noirs" what is black.
    const isNext = after?.at === item.at + item.text.split(' ').length
    const isKind = isValue(before) || (isNext && isValue(after))
    if (item.kind === 'term' && item.meaning.dimension === 'product' && isKind && !isRanked) {
      use(question, item)
      continue
    }
    const split = toSplit(item, true)
    if (hasRole(before, 'count')) continue
    if (split) splits.push(split)
    use(question, item)
  }
  useWhich(question, splits)
  return splits.filter((split, i) => splits.findIndex(other => other.name === split.name) === i)
}

/** "Which three countries", "which is the largest category": which one it asks for stands behind a number or a superlative. */
function useWhich(question: Use, splits: Split[]): void {
  const { said } = question
  for (const [i, item] of said.entries()) {
    if (!hasRole(item, 'which') || question.used.has(item)) continue
    const asked = said
      .slice(i + 1)
      .find(
        each =>
          each.kind !== 'number' &&
          each.kind !== 'period' &&
          !hasRole(each, 'top') &&
          !hasRole(each, 'bottom'),
      )
    const isSplit = asked && splits.some(({ text }) => text === asked.text)
    if (isSplit) use(question, item)
  }
}

/** Largest or smallest, how many of them, and whether by how much they changed. */
export type Ranking = { direction: 'ascending' | 'descending'; limit: number }

const MAX_RANKED = 100
/** Of "top products", where no number says how many. */
const SOME = 5

export function findRanking(question: Use, splits: Split[]): Ranking | undefined {
  const { said } = question
  const ranked = said.filter(item => hasRole(item, 'top') || hasRole(item, 'bottom'))
  const [first] = ranked
  if (!first) return undefined
  const directions = new Set(ranked.map(item => (hasRole(item, 'top') ? 'descending' : 'ascending')))
  if (directions.size > 1)
    throw new CannotKnow('several_dimensions', ranked.map(({ text }) => text).join(', '))
  use(question, ...ranked)
  const numbers = said.filter((item, i) => {
    if (item.kind !== 'number') return false
    const near = [said[i - 1], said[i + 1]]
    return (
      near.some(other => other && ranked.includes(other)) ||
      isDimension(said[i + 1]) ||
      said[i + 1]?.kind === 'unit'
    )
  })
  const [number] = numbers
  if (numbers.length === 1 && number?.kind === 'number') {
    if (number.number < 1 || number.number > MAX_RANKED) throw new CannotKnow('unknown_word', number.text)
    use(question, number)
    return { direction: directions.has('descending') ? 'descending' : 'ascending', limit: number.number }
  }
  const isOne = splits.length > 0 && splits.every(split => split.isOne)
  return { direction: directions.has('descending') ? 'descending' : 'ascending', limit: isOne ? 1 : SOME }
}
