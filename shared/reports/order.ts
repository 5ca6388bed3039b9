import type { Identity } from '../contract/index.ts'
import type { Metric } from '../metrics/index.ts'
import type { Query } from '../store/index.ts'
import { addDays } from '../text/index.ts'
import type { Fact, Language, Period, Statement } from './facts.ts'
import type { Covered } from './periods.ts'
import type { Published } from './published.ts'
import type { Chart } from './render/written.ts'

/** For whom a report is written, of what and in which language. */
export type Order = {
  /** Asked side by side: statements of a report do not wait for each other where the store has several connections. */
  query: Query
  caller: Identity
  published: Published
  language: Language
  period: Period
  /** By dimension: the values that it is about. */
  filters: Record<string, string[]>
}

/** What a part of a report tells, in its order; the same data give the same. */
export type Told = { statements: Statement[]; facts: Fact[]; charts: Omit<Chart, 'svg'>[] }

/** One part of a report; it tells nothing where the caller may not read its marts, or they lack what it is filtered by. */
export type Part = (order: Order) => Promise<Told>

export const NOTHING_TOLD: Told = { statements: [], facts: [], charts: [] }

/** A sentence without facts. */
export const note = (id: string, text: string): Statement => ({ id, text, facts: [], drivers: [] })

/** A metric that the caller may read and that can be filtered by what the report is about. */
export function metricOf({ published, filters }: Order, name: string, by?: string): Metric | undefined {
  const metric = published.metrics.find(each => each.name === name)
  if (!metric || !published.mayRead(metric.mart)) return undefined
  const needed = [...(by === undefined ? [] : [by]), ...Object.keys(filters)]
  const has = (dimension: string) =>
    metric.dimensions.some(({ name, mart }) => name === dimension && (!mart || published.mayRead(mart)))
  return needed.every(has) ? metric : undefined
}

/**
 * The business dates that a mart has; undefined where it has none, or the caller may not read it. Its last day is over once the
 * source has changed on a later one.
 */
export function coveredOf({ clocks, marts }: Published, mart: string): Covered | undefined {
  const clock = clocks.get(mart)
  const record = marts.get(mart)
  if (!clock || !record) return undefined
  const changed = (record.changedAt ?? record.builtAt).toISOString().slice(0, 10)
  const { first, today } = clock
  return { first, last: today, lastWhole: changed > today ? today : addDays(today, -1) }
}
