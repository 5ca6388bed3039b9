export { LANGUAGES, type Language } from '../metrics/index.ts'

/** Of what a number is, such as category Bikes. */
export type Entity = { dimension: string; value: string }

/** Business dates, both included. `isWhole` is false where the data do not cover all of its days. */
export type Period = { from: string; to: string; isWhole: boolean }

/** What a number is compared with: the period of the same length before it, the same one a year ago, or what was forecast for it. */
export type Base = { kind: 'previous' | 'year_ago' | 'forecast'; period: Period }

export type Unit = 'currency' | 'quantity' | 'count' | 'days' | 'ratio' | 'rank'

/**
 * One number that a report may say.
 *
 * - `value`: the metric of a period.
 * - `difference`: that much more or less than the base's, in the metric's own unit; a part of it if `driver` is set.
 * - `change`: the same as a share of the base's value, a ratio: 0.12 is 12 % more.
 * - `share`: of the metric's value over all entities, a ratio.
 * - `rank`: place among all entities by the metric, from 1.
 */
export type Fact = {
  id: string
  kind: 'value' | 'difference' | 'change' | 'share' | 'rank'
  /** Name of the metric (dbt/metrics), and what it is called in the report's language. */
  metric: string
  label: string
  /** None: of everything that the report is about. */
  entity: Entity[]
  period: Period
  base: Base | null
  /** Decimal text, exact: of a difference or a change with its sign. */
  value: string
  unit: Unit
  /** ISO 4217, of an amount, and of the amounts that a change or a share is of. */
  currency: string | null
  /** Of differences and changes. */
  direction: 'up' | 'down' | 'same' | null
  /** What moved the metric by this difference: its price, volume or mix effect, or that of the entity. */
  driver: 'price' | 'volume' | 'mix' | 'entity' | null
  source: Source
}

/** Where a number is from. */
export type Source = {
  mart: string
  sql: string
  builtAt: string
  position: string | null
  /** What read-mart is asked for the rows that it is made of, each of which trace-row follows to the source; not there where they cannot be had so. */
  rows?: { mart: string; filters: Record<string, string[] | { gte: string; lte: string }> } | undefined
}

/** A sentence of a report: what its template says, and the facts that it says. */
export type Statement = {
  id: string
  text: string
  facts: string[]
  /** Facts that it names as causes of another one. */
  drivers: string[]
}
