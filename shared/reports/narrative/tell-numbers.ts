import type { Fact, Language, Period, Statement } from '../facts.ts'
import { formatPeriod, formatValue } from './formats.ts'
import { TEXTS } from './texts/index.ts'

/** Numbers of one metric, as readFacts gives them, and the period that a report is about. */
type Numbers = { facts: Fact[]; period: Period; language: Language; at?: 'end' | undefined }

/** A metric of everything with what it is compared with: a sentence for each currency. */
export function tellTotals(numbers: Numbers): Statement[] {
  const { facts, period, language, at } = numbers
  return valuesOf(numbers).map(value => {
    const compared = facts.filter(one => one.currency === value.currency && isBestComparison(one, facts))
    return {
      id: `total/${value.id}`,
      text: TEXTS[language].value(
        value.label,
        formatPeriod(period, language, at),
        formatValue(value, language),
        compared.map(one => compare(one, language, at)),
      ),
      facts: [value, ...compared].map(({ id }) => id),
      drivers: [],
    }
  })
}

const valuesOf = ({ facts, period }: Numbers) =>
  facts.filter(one => one.kind === 'value' && one.period.from === period.from && one.period.to === period.to)

/** The change in percent where there is one, else the difference. */
function isBestComparison(one: Fact, facts: Fact[]): boolean {
  if (one.kind === 'change') return true
  const isSame = (other: Fact) =>
    other.currency === one.currency && other.base?.kind === one.base?.kind && isSameEntity(other, one)
  return one.kind === 'difference' && !facts.some(other => other.kind === 'change' && isSame(other))
}

function compare(fact: Fact, language: Language, at?: 'end'): string {
  const text = TEXTS[language]
  const base = baseIn(fact, language, at)
  if (fact.direction === 'same') return text.same(base)
  const size = formatValue(fact, language, { isSize: true })
  return fact.direction === 'up' ? text.more(size, base) : text.less(size, base)
}

function baseIn({ base }: Fact, language: Language, at?: 'end'): string {
  if (base?.kind === 'forecast') return TEXTS[language].forecast
  return base ? formatPeriod(base.period, language, at) : ''
}

/** The largest of a dimension: a sentence for each currency. @param label what the dimension is called */
export function tellLargest(numbers: Numbers, { label, most }: { label: string; most: number }): Statement[] {
  const { facts, period, language, at } = numbers
  const text = TEXTS[language]
  return [...Map.groupBy(valuesOf(numbers), ({ currency }) => currency)].map(([currency, values]) => {
    const [first] = values
    const entries = values
      .toSorted(byValue)
      .slice(0, most)
      .map(value => ({
        value,
        share: facts.find(
          one => one.kind === 'share' && one.currency === currency && isSameEntity(one, value),
        ),
      }))
    const list = entries.map(({ value, share }) =>
      text.entry(nameOf(value), formatValue(value, language), share ? formatValue(share, language) : null),
    )
    return {
      id: `largest/${first?.metric}/${label}/${currency ?? ''}`,
      text: text.largest(label, first?.label ?? '', formatPeriod(period, language, at), list.join('; ')),
      facts: entries.flatMap(({ value, share }) => [value.id, ...(share ? [share.id] : [])]),
      drivers: [],
    }
  })
}

/** One sentence for each of these differences: what there is of it now, and how it compares. */
export function tellMoved({ facts, language, period, at }: Numbers, differences: Fact[]): Statement[] {
  return differences.flatMap(difference => {
    const own = facts.filter(one => isSameEntity(one, difference) && one.currency === difference.currency)
    const value = valuesOf({ facts: own, period, language }).at(0)
    const best = own.find(one => isBestComparison(one, own) && one.base?.kind === difference.base?.kind)
    if (!value || !best) return []
    const now = formatPeriod(period, language, at)
    return {
      id: `moved/${difference.id}`,
      text: TEXTS[language].value(nameOf(value), now, formatValue(value, language), [
        compare(best, language, at),
      ]),
      facts: [value.id, best.id],
      drivers: [],
    }
  })
}

const nameOf = ({ entity }: Fact) => entity.map(({ value }) => value).join(', ')
const isSameEntity = (a: Fact, b: Fact) => nameOf(a) === nameOf(b)
const byValue = (a: Fact, b: Fact) =>
  Number(b.value) - Number(a.value) || nameOf(a).localeCompare(nameOf(b), 'en')
