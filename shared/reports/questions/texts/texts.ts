import type { Reason } from '../reading.ts'

/** What is said in a language. Arguments are texts that are formatted already. */
export type Texts = {
  by(names: string): string
  only(name: string, values: string): string
  without(name: string, values: string): string
  share(of: string | null): string
  per(label: string): string
  compared(kind: 'previous' | 'year_ago', period: string): string
  order(by: 'value' | 'change', isDescending: boolean, limit: number): string
  units: Record<string, string>
  noValue: string
  /** Of rows that an answer does not show. */
  more(count: string): string
  nothing(label: string, period: string): string
  shareLine(share: string, label: string, part: string, whole: string): string
  /** A value beside what it is compared with. */
  difference(direction: 'up' | 'down' | 'same', size: string, change: string | null, base: string): string
  notes: {
    corrected(given: string, read: string): string
    value(value: string, taken: string, others: string): string
    metric(word: string, label: string): string
    assumed(label: string): string
    partial(first: string, last: string): string
    atEnd: string
  }
  reasons: Record<Reason, (about: string) => string>
  /** Questions that can be answered, in this order. */
  instead: {
    lastMonth(label: string): string
    by(label: string, dimension: string): string
    compared(label: string): string
    byMonth(label: string): string
  }
}
