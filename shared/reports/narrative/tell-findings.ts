import { ratio, toDecimal } from '../decimal.ts'
import type { Base, Fact, Language, Period, Source, Statement } from '../facts.ts'
import type { Effects } from '../findings/effects.ts'
import type { Finding, Sold } from '../findings/observed.ts'
import { makeFact } from '../make-fact.ts'
import { formatChange, formatDays, formatPeriod, formatValue } from './formats.ts'
import { TEXTS } from './texts/index.ts'

/** In what a report tells of sales. Labels are those of the metrics revenue and revenue_per_unit. */
export type Telling = {
  language: Language
  period: Period
  base: Base
  currency: string
  labels: { revenue: string; price: string }
  source: Source
}
type Told = { statement: Statement; facts: Fact[] }

/**
 * A finding in words, with the facts that it says.
 * @returns undefined where the sums say the contrary of what was sold a day: more in a longer period
 */
export function tellFinding(finding: Finding, telling: Telling): Told | undefined {
  const { kind, observed, money } = finding
  const { language, base } = telling
  const text = TEXTS[language].findings
  const name = observed.entity.map(({ value }) => value).join(', ')
  const before = formatPeriod(base.period, language)
  const value = revenueOf(observed.now, finding, telling)
  // What a price makes is a part of the difference; of the rest it is all.
  const said = kind === 'price' ? money : observed.now.amount - observed.base.amount
  const difference = differenceOf(said, finding, telling)
  const say = ({ value, unit, currency }: Fact) => formatValue({ value, unit, currency }, language)
  const size = (fact: Fact) => formatValue(fact, language, { isSize: true })
  const direction = said < 0n ? 'down' : 'up'
  if (kind !== 'price' && (said === 0n || said < 0n !== money < 0n)) return undefined
  switch (kind) {
    case 'price': {
      const change = priceChangeOf(finding, telling)
      const isHigher = change.direction !== 'down'
      const makes = formatChange(difference, language)
      const price = text.price(name, size(change), isHigher ? 'up' : 'down', makes, before)
      return told(finding, price, [change, difference], [difference])
    }
    case 'stock_out': {
      const out = daysOutOf(finding, telling)
      const days = formatDays(Number(out.value), language)
      return told(finding, text.stockOut(name, days, size(difference), before), [out, difference], [out])
    }
    case 'new': {
      const isClient = observed.entity.some(({ dimension }) => dimension === 'client')
      return told(finding, (isClient ? text.newClient : text.newProduct)(name, say(value)), [value])
    }
    case 'lost': {
      const was = revenueOf(observed.base, finding, { ...telling, period: base.period })
      return told(finding, text.lost(name, say(was), before), [was])
    }
    default:
      if (observed.entity.length === 0) {
        const now = formatPeriod(telling.period, language)
        const compared = TEXTS[language][direction === 'up' ? 'more' : 'less'](size(difference), before)
        const whole = TEXTS[language].value(telling.labels.revenue, now, say(value), [compared])
        return told(finding, whole, [value, difference])
      }
      return told(finding, text.moved(name, size(difference), direction, say(value), before), [
        value,
        difference,
      ])
  }
}

function told(
  { kind, observed: { entity } }: Finding,
  text: string,
  facts: Fact[],
  drivers: Fact[] = [],
): Told {
  const of = entity.map(({ dimension, value }) => `${dimension}=${value}`).join('/')
  const idsOf = (all: Fact[]) => all.map(({ id }) => id)
  const currency = facts.find(fact => fact.currency !== null)?.currency ?? ''
  return {
    statement: { id: `${kind}/${of}/${currency}`, text, facts: idsOf(facts), drivers: idsOf(drivers) },
    facts,
  }
}

/** What a change is made of: three facts that add up to it. */
export function tellEffects({ change, ...effects }: Effects, telling: Telling): Told {
  const { language, currency } = telling
  const total = factOf(telling, {
    kind: 'difference',
    value: toDecimal(change),
    entity: [],
    base: telling.base,
  })
  const parts = (['price', 'volume', 'mix'] as const).map(driver =>
    factOf(telling, {
      kind: 'difference',
      value: toDecimal(effects[driver]),
      entity: [],
      base: telling.base,
      driver,
    }),
  )
  const say = (units: bigint) => formatChange({ value: toDecimal(units), currency }, language)
  const text = TEXTS[language].effects(say(change), {
    price: say(effects.price),
    volume: say(effects.volume),
    mix: say(effects.mix),
  })
  const facts = [total, ...parts]
  const idsOf = (all: Fact[]) => all.map(({ id }) => id)
  return { statement: { id: `effects/${currency}`, text, facts: idsOf(facts), drivers: idsOf(parts) }, facts }
}

const revenueOf = ({ amount }: Sold, { observed }: Finding, telling: Telling) =>
  factOf(telling, { kind: 'value', value: toDecimal(amount), entity: observed.entity })

function differenceOf(money: bigint, { kind, observed }: Finding, telling: Telling): Fact {
  const driver = kind === 'price' ? 'price' : observed.entity.length > 0 ? 'entity' : null
  return factOf(telling, {
    ...{ kind: 'difference', value: toDecimal(money), entity: observed.entity, base: telling.base, driver },
  })
}

function priceChangeOf({ observed }: Finding, telling: Telling): Fact {
  const { now, base } = observed
  const [paid, usual] = [now.amount * base.quantity, base.amount * now.quantity]
  return factOf(telling, {
    ...{
      kind: 'change',
      value: ratio(toDecimal(paid - usual), toDecimal(usual)) ?? '0',
      entity: observed.entity,
      base: telling.base,
    },
    ...{ metric: 'revenue_per_unit', label: telling.labels.price, unit: 'ratio' },
  })
}

function daysOutOf({ observed }: Finding, telling: Telling): Fact {
  return factOf(telling, {
    ...{ kind: 'value', value: String(observed.daysOut?.now ?? 0), entity: observed.entity },
    ...{ metric: 'days_out_of_stock', label: 'days_out_of_stock', unit: 'days' },
  })
}

type Said = Pick<Fact, 'kind' | 'value'> &
  Partial<Pick<Fact, 'entity' | 'metric' | 'label' | 'unit' | 'base' | 'driver'>>

/** A fact of the report's period, of revenue unless it says otherwise. */
function factOf({ period, currency, labels, source }: Telling, said: Said): Fact {
  const { unit = 'currency' } = said
  return makeFact({
    ...{ metric: 'revenue', label: labels.revenue, period, source },
    ...said,
    ...{ unit, currency: unit === 'currency' ? currency : null },
  })
}
