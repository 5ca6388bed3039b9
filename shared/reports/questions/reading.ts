import type { Metric } from '../../metrics/index.ts'
import type { Base, Period } from '../facts.ts'
import type { Corrected } from './scan.ts'

/** By what rows are in order: the value, how much it changed, or time. */
export type Order = { by: 'value' | 'change' | 'period'; direction: 'ascending' | 'descending' }

/** What a question was read as, before it is said in words. */
export type Reading = {
  metric: Metric
  /** For each of these: revenue per client. The metric is divided by it. */
  per: Metric | null
  /** The metric's share of all: `of` names the dimension whose filter is the part, null is each row. */
  share: { of: string | null } | null
  /** Names of dimensions, and at most one of day, week, month, quarter, year. */
  dimensions: string[]
  /** Values that count, by dimension, and those that do not. */
  filters: Record<string, string[]>
  without: Record<string, string[]>
  period: Period
  comparison: Base | null
  order: Order
  /** Null: all rows. */
  limit: number | null
  notes: Note[]
}

/** What was taken for what where something else was possible. */
export type Note =
  | ({ kind: 'corrected' } & Corrected)
  | { kind: 'value'; value: string; dimension: string; others: string[] }
  | { kind: 'metric'; word: string; metric: string }
  | { kind: 'assumed'; metric: string }

export const REASONS = [
  'nothing_asked',
  'unknown_word',
  'cause',
  'future',
  'advice',
  'person',
  'average',
  'negation',
  'threshold',
  'no_metric',
  'several_metrics',
  'counted',
  'no_dimension',
  'several_dimensions',
  'dimension_of_metric',
  'not_divisible',
  'period',
  'several_periods',
  'no_period',
  'no_data',
  'base',
  'share',
  'forbidden',
] as const
export type Reason = (typeof REASONS)[number]

/** Why a question has no reading, and about which of its words. */
export class CannotKnow extends Error {
  readonly reason: Reason
  readonly about: string
  /** What the question is about as far as it was understood. */
  readonly metric: Metric | undefined

  constructor(reason: Reason, about: string, metric?: Metric) {
    super(`${reason}: ${about}`)
    this.name = 'CannotKnow'
    this.reason = reason
    this.about = about
    this.metric = metric
  }
}
