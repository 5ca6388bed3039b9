import type { Metric } from '../../metrics/index.ts'
import { CannotKnow, type Note } from './reading.ts'
import type { Item } from './scan.ts'
import { hasRole, isMetric } from './settle.ts'
import { type Split, type Use, use } from './splits.ts'
import type { Role } from './words/index.ts'

type ChosenMetric = { metric: Metric; per: Metric | null; notes: Note[] }

/** What verbs say where no metric is named: names of dbt/metrics. */
const UNITS_SOLD = 'units_sold'
const REVENUE = 'revenue'
const RETURNED = { amount: 'returned_amount', count: 'units_returned' }
const ORDERED = 'ordered_amount'

/** What quantities are counted in: said beside another quantity they are no number of their own. */
const UNIT_WORDS = new Set(['units', 'pieces', 'stück', 'stücke', 'unités', 'pièces', 'unidades', 'piezas'])

type Named = { item: Item & { kind: 'term' }; names: string[] }

/**
 * The metric that a question is about, by its name or by what it says was done: sold, returned, ordered.
 * @param needed dimensions that it must have, to tell metrics of one name apart
 */
export function chooseMetric(question: Use, splits: Split[], needed: string[]): ChosenMetric {
  const { said, terms } = question
  const byName = new Map(terms.known.metrics.map(metric => [metric.name, metric]))
  const named = said.flatMap((item): Named[] =>
    item.kind === 'term' && isMetric(item) && !question.used.has(item)
      ? [{ item, names: item.meaning.metrics }]
      : [],
  )
  const verb = (role: Role) => said.some(item => hasRole(item, role))
  const isCounted = verb('count')
  refuseCountedDimension(question)
  if (named.length === 0) return byVerb(question, splits, byName)

  const { part, whole } = divide(question, named)
  const candidates = [...new Set(part.flatMap(({ names }) => names))].map(name => byName.get(name))
  const different = new Set(part.map(({ names }) => names.join()))
  let metric = pick(candidates, needed)
  if (!metric || different.size > 1) metric = narrow(question, part, byName)
  for (const { item } of named) use(question, item)
  metric = afterVerbs(metric, question, byName)
  if (isCounted && metric.unit === 'currency' && !verb('amount'))
    throw new CannotKnow('counted', named[0]?.item.text ?? '', metric)
  const notes: Note[] = []
  const [word] = part
  if (word && candidates.length > 1 && candidates.includes(metric))
    notes.push({ kind: 'metric', word: word.item.text, metric: metric.name })
  use(question, ...said.filter(item => hasRole(item, 'count') || hasRole(item, 'amount')))
  // A quotient is an average already.
  const isAverage = metric.numerator !== undefined || metric.measure?.startsWith('average(')
  if (isAverage || whole) use(question, ...said.filter(item => hasRole(item, 'average')))
  return whole ? perOf(metric, whole, byName, notes) : { metric, per: null, notes }
}

/** "How many countries" counts what no metric counts. */
function refuseCountedDimension({ said, terms, used }: Use): void {
  for (const [i, item] of said.entries()) {
    const next = said[i + 1]
    if (!hasRole(item, 'count') || next?.kind !== 'term' || next.meaning.dimension === null) continue
    const isSold = said.some(each => hasRole(each, 'sold') || hasRole(each, 'returned'))
    // Products that are sold or come back are counted in pieces.
    if (next.meaning.dimension === 'product' && isSold) {
      used.add(next)
      continue
    }
    if (next.meaning.metrics.length > 0 && next.meaning.values.length === 0) {
      const own = terms.known.metrics.find(({ name }) => next.meaning.metrics.includes(name))
      if (own && next.meaning.dimension !== 'segment') continue
    }
    throw new CannotKnow('no_metric', `${item.text} ${next.text}`)
  }
}

/** Revenue per client: what is divided, and by what. */
function divide({ said, used }: Use, named: Named[]): { part: Named[]; whole: Named | undefined } {
  const whole = named.find(({ item }, n) => {
    const before = said[said.indexOf(item) - 1]
    return n > 0 && hasRole(before, 'per') && !used.has(before as Item)
  })
  const ranked = named.find(({ item }) => {
    const before = said[said.indexOf(item) - 1]
    return hasRole(before, 'by') && !used.has(before as Item)
  })
  if (!whole && ranked) {
    const before = said[said.indexOf(ranked.item) - 1]
    if (before) used.add(before)
  }
  if (!whole) return { part: named, whole: undefined }
  const before = said[said.indexOf(whole.item) - 1]
  if (before) used.add(before)
  return { part: named.filter(each => each !== whole), whole }
}

export const hasDimension = (metric: Metric, dimension: string) =>
  metric.dimensions.some(({ name }) => name === dimension)

/** Of metrics with one name the one that has what is asked for, a sum of events rather than a stock. */
function pick(candidates: (Metric | undefined)[], needed: string[]): Metric | undefined {
  const known = candidates.filter(metric => metric !== undefined)
  const sum = (metric: Metric) => (metric.at === 'end' ? 1 : 0)
  const fitting = known.filter(metric => needed.every(dimension => hasDimension(metric, dimension)))
  return (fitting.length > 0 ? fitting : known).sort((a, b) => sum(a) - sum(b))[0]
}

/** Two names are one metric where they share it; otherwise one number is asked for at a time. */
function narrow({ said }: Use, part: Named[], byName: Map<string, Metric>): Metric {
  const [first, ...others] = part
  const shared = first?.names.filter(name => others.every(({ names }) => names.includes(name))) ?? []
  const metric = byName.get(shared[0] ?? '')
  if (metric) return metric
  // "Units in stock" are counted in units, and are not those that were sold.
  const counted = part.filter(({ item }) => !UNIT_WORDS.has(item.text.toLowerCase()))
  const [only] = counted
  const other = counted.length === 1 ? byName.get(only?.names[0] ?? '') : undefined
  if (other?.unit === 'quantity' && !said.some(item => hasRole(item, 'and'))) return other
  // The rate of searches without results, of searches: a quotient, and what it is a part of.
  const metrics = part.map(({ names }) => byName.get(names[0] ?? ''))
  const rate = metrics.find(each => each?.denominator !== undefined)
  const isPartOf = (each: Metric | undefined) => each === rate || each?.measure === rate?.denominator
  if (rate && metrics.every(isPartOf) && !said.some(item => hasRole(item, 'and'))) return rate
  const isPerson =
    said.some(item => hasRole(item, 'top')) &&
    first &&
    ['buyers', 'clients_by_segment'].includes(first.names[0] ?? '')
  throw new CannotKnow(
    isPerson ? 'no_dimension' : 'several_metrics',
    isPerson ? first.item.text : part.map(({ item }) => item.text).join(', '),
  )
}

/** Units that were returned are another metric than units; orders that were returned are none. */
function afterVerbs(metric: Metric, question: Use, byName: Map<string, Metric>): Metric {
  const { said } = question
  const of = (role: Role) => said.find(item => hasRole(item, role) && !question.used.has(item))
  const returned = of('returned')
  if (returned) {
    const other = metric.name === UNITS_SOLD ? byName.get(RETURNED.count) : metric
    if (!other || other.mart !== byName.get(RETURNED.amount)?.mart)
      throw new CannotKnow('no_metric', `${metric.label}, ${returned.text}`, metric)
    use(question, returned)
    return other
  }
  const sold = of('sold') ?? of('invoiced')
  if (sold) {
    if (metric.mart !== byName.get(UNITS_SOLD)?.mart)
      throw new CannotKnow('no_metric', `${metric.label}, ${sold.text}`, metric)
    use(question, ...said.filter(item => hasRole(item, 'sold') || hasRole(item, 'invoiced')))
  }
  const ordered = of('ordered')
  if (ordered) {
    if (metric.name !== ORDERED && metric.name !== 'orders')
      throw new CannotKnow('no_metric', `${metric.label}, ${ordered.text}`, metric)
    use(question, ordered)
  }
  return metric
}

/** No metric is named: what was done says it, and for the best of something revenue does. */
function byVerb(question: Use, splits: Split[], byName: Map<string, Metric>): ChosenMetric {
  const { said } = question
  const find = (role: Role) => said.find(item => hasRole(item, role))
  const done = (['returned', 'sold', 'invoiced', 'ordered'] as const).filter(role => find(role))
  const isCounted = find('count') !== undefined
  const isAmount = find('amount') !== undefined && !isCounted
  const isRanked = find('top') !== undefined || find('bottom') !== undefined
  const hasSplit = splits.length > 0
  const [verb, ...others] = done
  const nameOf = () => {
    if (others.length > 0) return undefined
    if (verb === 'returned') return isCounted ? RETURNED.count : RETURNED.amount
    if (verb === 'sold') return isAmount ? REVENUE : UNITS_SOLD
    if (verb === 'invoiced') return isCounted ? undefined : REVENUE
    if (verb === 'ordered') return isCounted ? undefined : ORDERED
    return isRanked && hasSplit && !isCounted ? REVENUE : undefined
  }
  const metric = byName.get(nameOf() ?? '')
  if (!metric) throw new CannotKnow('no_metric', question.text)
  use(
    question,
    ...said.filter(item => (['count', 'amount', ...done] as Role[]).some(role => hasRole(item, role))),
  )
  return { metric, per: null, notes: [{ kind: 'assumed', metric: metric.name }] }
}

/** The published quotient of both, or one that is made of them. */
function perOf(metric: Metric, whole: Named, byName: Map<string, Metric>, notes: Note[]): ChosenMetric {
  const others = whole.names.map(name => byName.get(name))
  const per = others.find(other => other?.mart === metric.mart)
  const known = [...byName.values()].find(
    each =>
      each.mart === metric.mart &&
      each.numerator === metric.measure &&
      each.denominator === per?.measure &&
      each.numerator !== undefined,
  )
  if (known) return { metric: known, per: null, notes }
  const isDivisible = per?.measure !== undefined && metric.measure !== undefined && per.name !== metric.name
  if (!per || !isDivisible || metric.at === 'end')
    throw new CannotKnow('not_divisible', `${metric.label}, ${whole.item.text}`, metric)
  return { metric, per, notes }
}
