import type { MartRecord } from '../marts/index.ts'
import type { Fact, Source } from './facts.ts'

/** What a fact is made of; the rest is nothing. */
export type Made = Pick<Fact, 'kind' | 'metric' | 'label' | 'period' | 'value' | 'unit' | 'source'> &
  Partial<Pick<Fact, 'entity' | 'base' | 'currency' | 'driver'>>

/** A fact with its direction, and an id that says what it is of: the same number has the same id in each report. */
export function makeFact(made: Made): Fact {
  const { kind, metric, label, period, value, unit, source } = made
  const { entity = [], base = null, currency = null, driver = null } = made
  const of = entity.map(({ dimension, value }) => `${dimension}=${encodeURIComponent(value)}`)
  const parts = [metric, kind, ...of, `${period.from}..${period.to}`, base?.kind, driver, currency]
  const isCompared = kind === 'difference' || kind === 'change'
  const direction = value.startsWith('-') ? 'down' : /[1-9]/.test(value) ? 'up' : 'same'
  return {
    id: parts.filter(part => part !== undefined && part !== null).join('/'),
    ...{ kind, metric, label, entity, period, base, value, unit, currency },
    direction: isCompared ? direction : null,
    ...{ driver, source },
  }
}

/** A number that was read of a mart by this SQL. */
export const sourceOf = ({ mart, builtAt, position }: MartRecord, sql: string): Source => ({
  ...{ mart, sql, position },
  builtAt: builtAt.toISOString(),
})
