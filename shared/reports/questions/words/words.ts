import type { Unit } from '../../calendar.ts'
import type { Language } from '../../facts.ts'

/** What a word is for, in any language. Those of `REFUSED` ask for what no metric knows. */
export const ROLES = [
  'ignored',
  'by',
  'per',
  'each',
  'which',
  'top',
  'bottom',
  'more',
  'less',
  'count',
  'amount',
  'sold',
  'invoiced',
  'returned',
  'ordered',
  'compared',
  'share',
  'partOf',
  'growth',
  'trend',
  'without',
  'not',
  'and',
  'cause',
  'future',
  'advice',
  'person',
  'average',
  'limit',
] as const
export type Role = (typeof ROLES)[number]

/** Of a period's parts. */
export const TIMES = [
  'filler',
  'last',
  'previous',
  'this',
  'current',
  'beforeLast',
  'ago',
  'agoBefore',
  'since',
  'until',
  'before',
  'after',
  'between',
  'from',
  'to',
  'today',
  'yesterday',
  'dayBefore',
  'dayToDate',
  'weekToDate',
  'monthToDate',
  'quarterToDate',
  'yearToDate',
  'soFar',
  'same',
  'onwards',
  'dayAgo',
  'weekAgo',
  'monthAgo',
  'quarterAgo',
  'yearAgo',
  'periodAgo',
] as const
export type Time = (typeof TIMES)[number]

/**
 * The words of a language as they are compared: small letters without marks, phrases divided by `|`, the singular of a unit
 * first. `roles` and `times` hold what each is for.
 */
export type Words = {
  language: Language
  roles: Partial<Record<Role, string>>
  times: Partial<Record<Time, string>>
  units: Record<Unit, string>
  /** Monthly, and the like. */
  adverbs: Partial<Record<Unit, string>>
  months: string[]
  /** From one, and from first. */
  numbers: string[]
  ordinals: string[]
  /** What may stand before a number of a calendar week, and of a quarter. */
  weekNumber: string
}

export const phrasesOf = (list: string | undefined): string[] =>
  (list ?? '')
    .split('|')
    .map(phrase => phrase.trim())
    .filter(phrase => phrase !== '')
