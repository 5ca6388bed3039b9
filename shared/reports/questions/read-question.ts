import { daysBetween } from '../../text/index.ts'
import { unitAround } from '../calendar.ts'
import type { Language } from '../facts.ts'
import type { Clock } from '../published.ts'
import { chooseMetric, hasDimension } from './choose-metric.ts'
import { type Filters, findFilters } from './filters.ts'
import { lexiconOf } from './lexicon.ts'
import { CannotKnow, type Note, type Order, type Reading } from './reading.ts'
import { type Item, scan } from './scan.ts'
import { hasRole, settle } from './settle.ts'
import { findRanking, findSplits, type Ranking, type Split, type Use, use } from './splits.ts'
import type { Terms } from './terms.ts'
import { findTime, type Time } from './time.ts'
import { readTokens } from './tokens.ts'

/**
 * What a question asks of the metrics. Every word of it is either used, or one that means nothing here.
 * @param clockOf the dates that a metric's mart has
 * @throws CannotKnow with the word that it does not know
 */
export function readQuestion(
  question: string,
  language: Language,
  terms: Terms,
  clockOf: (metric: Reading['metric']) => Clock,
): Reading {
  const { items, corrected } = scan(readTokens(question), lexiconOf(language), terms)
  try {
    const reading = readItems(items, shortened(question), terms, clockOf)
    const notes = corrected.map((each): Note => ({ kind: 'corrected', ...each }))
    return { ...reading, notes: [...notes, ...reading.notes] }
  } catch (error) {
    if (!(error instanceof CannotKnow) || error.metric) throw error
    // What can be answered instead is about the metric that it names, if it names one.
    const named = items.flatMap(item => (item.kind === 'term' ? item.meaning.metrics : []))[0]
    const metric = terms.known.metrics.find(({ name }) => name === named)
    throw new CannotKnow(error.reason, error.about, metric)
  }
}

function readItems(
  items: Item[],
  text: string,
  terms: Terms,
  clockOf: (metric: Reading['metric']) => Clock,
): Reading {
  const said = settle(items)
  const words: Use = { text, said, used: new Set(), terms }
  use(words, ...said.filter(item => hasRole(item, 'and')))
  const found = findFilters(words, items)
  const splits = findSplits(words)
  const named = splits.filter(each => !each.isUnit).map(({ name }) => name)
  const needed = [...Object.keys(found.filters), ...Object.keys(found.without), ...named]
  const { metric, per, notes } = chooseMetric(words, splits, needed)
  refuseOtherDimensions(metric, needed, words)
  refuseWholesByParts(metric, per, found, words)
  const ranking = rank(words, splits, found)
  const time = findTime(words, clockOf(metric), { isStock: metric.at === 'end' })
  const share = findShare(words, found, splits, metric)
  // A share is of one number in one period.
  if (share && (per || time.comparison)) throw new CannotKnow('share', text, metric)
  const split = splits.filter(each => !isWholeUnit(each, time))
  const dimensions = [...split.map(({ name }) => name), ...compareValues(words, found, splits)]
  if (ranking && dimensions.length === 0) dimensions.push(...bestSelling(words, metric))
  if (ranking && dimensions.length === 0) throw new CannotKnow('no_dimension', rankedWord(words), metric)
  if (ranking && dimensions.length > 1)
    throw new CannotKnow('several_dimensions', splits.map(each => each.text).join(', '), metric)
  const all = [...dimensions, ...trendOf(words, splits, time)]
  refuseShiftedRows(all, time, rankedWord(words))
  refuseUnused(words)
  return {
    metric,
    per,
    share,
    dimensions: all,
    filters: found.filters,
    without: found.without,
    period: time.period,
    comparison: time.comparison,
    order: orderOf(ranking, words, all, time),
    limit: ranking?.limit ?? null,
    notes: [...notes, ...found.notes],
  }
}

const MAX_ABOUT = 100
const shortened = (text: string) =>
  text.length > MAX_ABOUT ? `${text.slice(0, MAX_ABOUT)}…`.toWellFormed() : text.trim()

const PERIODS = ['day', 'week', 'month', 'quarter', 'year']
const isPeriod = (name: string) => PERIODS.includes(name)

function refuseOtherDimensions(metric: Reading['metric'], needed: string[], { terms }: Use): void {
  const other = needed.find(name => !hasDimension(metric, name))
  if (other === undefined) return
  const { label = other } = terms.known.dimensions.find(({ name }) => name === other) ?? {}
  throw new CannotKnow('dimension_of_metric', label, metric)
}

const OR = new Set(['or', 'oder', 'ou', 'o', 'u'])

/**
 * An order has several products: one without bikes is not one that has something else, and one with helmets and gloves is
 * not one with either. Sums have no such trouble.
 */
function refuseWholesByParts(
  metric: Reading['metric'],
  per: Reading['per'],
  found: Filters,
  { said }: Use,
): void {
  const isCount = [metric.measure, metric.denominator, per?.measure].some(each =>
    each?.startsWith('count(distinct'),
  )
  if (!isCount) return
  const ofProducts = (name: string) =>
    metric.dimensions.some(each => each.name === name && each.join === 'product_key')
  const [out] = Object.keys(found.without).filter(ofProducts)
  if (out !== undefined) throw new CannotKnow('negation', (found.without[out] ?? []).join(', '), metric)
  const both = found.chosen.filter(({ dimension }) => ofProducts(dimension))
  const names = new Set(both.map(({ dimension }) => dimension))
  const isEither = said.some(item => hasRole(item, 'and') && OR.has(item.text.toLowerCase()))
  if (both.length > names.size && !isEither)
    throw new CannotKnow('several_dimensions', both.map(({ item }) => item.text).join(', '), metric)
}

const rankedWord = ({ said }: Use) =>
  said
    .filter(item => hasRole(item, 'top') || hasRole(item, 'bottom') || hasRole(item, 'growth'))
    .map(({ text }) => text)
    .join(', ')

/** "More" asks which of several is larger; beside a comparison it asks for the comparison. */
function rank(words: Use, splits: Split[], { chosen }: Filters): Ranking | undefined {
  const { said } = words
  const more = said.filter(item => hasRole(item, 'more') || hasRole(item, 'less'))
  const isCompared = said.some(item => item.kind === 'base' || hasRole(item, 'compared'))
  const ranking = findRanking(words, splits)
  if (more.length === 0 || ranking) {
    if (more.length > 0) throw new CannotKnow('threshold', more.map(({ text }) => text).join(', '))
    return ranking
  }
  if (isCompared) {
    use(words, ...more)
    return undefined
  }
  const dimensions = new Set(chosen.map(({ dimension }) => dimension))
  const isAmong = splits.some(split => split.isOne) || (chosen.length > 1 && dimensions.size === 1)
  if (!isAmong) throw new CannotKnow('threshold', more.map(({ text }) => text).join(', '))
  use(words, ...more)
  return { direction: more.some(item => hasRole(item, 'more')) ? 'descending' : 'ascending', limit: 1 }
}

/** "Compare Germany with France": each of them for itself. */
function compareValues(words: Use, { filters, chosen }: Filters, splits: Split[]): string[] {
  const { said } = words
  const compared = said.filter(item => hasRole(item, 'compared'))
  const isAsked = compared.length > 0 || said.some(item => hasRole(item, 'more') || hasRole(item, 'less'))
  const open = compared.filter(item => !words.used.has(item))
  const several = Object.keys(filters).find(
    name => (filters[name]?.length ?? 0) > 1 && chosen.filter(each => each.dimension === name).length > 1,
  )
  if (splits.some(split => !split.isUnit)) {
    use(words, ...open)
    return []
  }
  if (!isAsked || several === undefined || (compared.length === 1 && open.length === 0)) return []
  use(words, ...open)
  return [several]
}

/** What a share is of: of the values behind "share of", or of each row. */
function findShare(
  words: Use,
  { filters, chosen }: Filters,
  splits: Split[],
  metric: Reading['metric'],
): Reading['share'] {
  const { said } = words
  const shares = said.filter(item => hasRole(item, 'share'))
  const parts = said.filter(item => hasRole(item, 'partOf'))
  const [share] = shares
  use(words, ...parts)
  if (!share) return null
  if (metric.numerator !== undefined) throw new CannotKnow('share', share.text, metric)
  use(words, ...shares)
  const wanted = chosen.filter(({ isWithout }) => !isWithout)
  const isSplit = splits.some(split => !split.isUnit)
  const names = Object.keys(filters)
  if (names.length === 0) {
    if (isSplit) return { of: null }
    // "What percentage did it grow" asks for the change, which has one.
    if (said.some(item => hasRole(item, 'growth'))) return null
    throw new CannotKnow('share', share.text, metric)
  }
  if (isSplit && names.every(name => splits.some(split => split.name === name))) return { of: null }
  const behind = (item: Use['said'][number] | undefined) =>
    item && wanted.find(each => said.indexOf(each.item) > said.indexOf(item))?.dimension
  const of = names.length === 1 ? names[0] : (behind(parts[0]) ?? behind(share) ?? wanted[0]?.dimension)
  return { of: of ?? null }
}

/** "Best-selling bikes" are products. */
function bestSelling({ said }: Use, metric: Reading['metric']): string[] {
  const ranked = said.findIndex(
    item => (hasRole(item, 'top') || hasRole(item, 'bottom')) && hasRole(item, 'sold'),
  )
  const next = said[ranked + 1]
  if (ranked === -1 || next?.kind !== 'term' || !hasDimension(metric, PRODUCT)) return []
  const ofProducts = (name: string) =>
    metric.dimensions.some(each => each.name === name && each.join === 'product_key')
  return next.meaning.values.some(({ dimension }) => dimension !== PRODUCT && ofProducts(dimension))
    ? [PRODUCT]
    : []
}
const PRODUCT = 'product'

/** "Annual revenue in 2016" is one number. */
const isWholeUnit = ({ unit }: Split, { period, isNamed }: Time) =>
  unit !== undefined && isNamed && unitAround(period.from, unit).to >= period.to

/** A development is by days, weeks, months, quarters or years, whichever are at most a year of months. */
function trendOf(words: Use, splits: Split[], { period, comparison }: Time): string[] {
  const trends = words.said.filter(item => hasRole(item, 'trend'))
  if (trends.length === 0) return []
  use(words, ...trends)
  if (comparison || splits.some(split => split.isUnit)) return []
  const days = daysBetween(period.from, period.to) + 1
  return [days <= 31 ? 'day' : days <= 92 ? 'week' : days <= 1100 ? 'month' : 'quarter']
}

/** Rows by month have their month of a year ago; days and weeks fall on other dates. */
function refuseShiftedRows(dimensions: string[], { comparison, period }: Time, text: string): void {
  const unit = dimensions.find(isPeriod)
  if (!comparison || !unit) return
  const isLong = daysBetween(period.from, period.to) > 366
  if (comparison.kind !== 'year_ago' || unit === 'day' || unit === 'week' || isLong)
    throw new CannotKnow('base', text || unit)
}

/** @throws CannotKnow for a piece that nothing was done with */
function refuseUnused({ said, used }: Use): void {
  const left = said.find(item => !used.has(item))
  if (!left) return
  if (hasRole(left, 'average')) throw new CannotKnow('average', left.text)
  if (hasRole(left, 'compared')) throw new CannotKnow('base', left.text)
  throw new CannotKnow('unknown_word', left.text)
}

function orderOf(
  ranking: Ranking | undefined,
  { said }: Use,
  dimensions: string[],
  { comparison }: Time,
): Order {
  if (ranking) {
    const isGrowth = comparison !== null && said.some(item => hasRole(item, 'growth'))
    return { by: isGrowth ? 'change' : 'value', direction: ranking.direction }
  }
  if (dimensions.some(isPeriod)) return { by: 'period', direction: 'ascending' }
  return { by: 'value', direction: 'descending' }
}
