type Grains = 'day' | 'week' | 'month' | 'quarter' | 'year'

/**
 * The words of a language that a sentence of a report may have. All are lists of phrases in lower case, separated by bars;
 * `{n}` in a phrase is a number. A word that is in none of them fails its sentence.
 */
export type Words = {
  /** Twelve, each with its abbreviations. */
  months: string[]
  /** Before a range of dates, and between its ends. */
  rangeBefore: string
  rangeBetween: string
  /** Between parts of a date, such as de in Spanish. */
  datePart: string
  quarterNames: string[]
  quarter: string
  week: string
  weekOf: string
  year: string

  numbers: string
  scales: Record<string, string>
  percent: string
  points: string
  /** ISO 4217 code, and what people call it. */
  currencies: Record<string, string>
  units: string
  days: string

  neutral: string
  /** Also the number one. */
  article?: string
  and: string
  /** Contrast ends what a cause reaches. */
  contrast: string
  /** Before a difference. */
  by: string
  /** Before a difference after a direction, else before a level or what something is part of. */
  of: string
  /** Before a level: rose to. */
  level: string
  /** Before a level, or before a movement that is the subject: the decline was. */
  is: string
  /** Says that something is the same, unless it says with what. */
  remain: string
  from: string
  /** Before what something is compared with. */
  compare: string
  /** That too, or a clause about what was named. */
  relative?: string
  share: string
  total: string
  cause: string
  /** Where something is from: a cause after a direction. */
  origin: string
  /** Before what moved against a rise or fall, which must be a driver too. */
  /** Between a cause and what it caused. */
  drives: string
  offset: string
  /** A difference of some kind: a number in its clause is no level. */
  movement: string
  /** After a number of another time; no reason. */
  after: string
  /** A consequence where something moves, else that is to say. */
  thus?: string
  contribute: string
  most: string
  slight: string
  partial: string
  /** What no fact says, by what it says: only of what a template says it of. */
  licensed: Record<string, string>
  /** Before the next of a list by size. */
  followed: string
  future: string
  refused: Record<string, string>

  up: string
  down: string
  same: string
  /** Verbs whose direction is in a particle at the end of the clause. */
  particles: [verbs: string, particles: Record<string, 'up' | 'down' | 'none'>][]
  bases: Record<'previous' | 'year_ago' | 'forecast' | Grains, string>
  /** Articles that may stand before them. */
  beforeBases: string[]
  grains: Record<Grains, string>
  ranks: Record<number, string>
  rankOf: string
  fractions: { words: string; percent: number; direction: 'up' | 'down' | null }[]
  about: string
  almost: string
  over: string
  /** The same, and without a number more or less than what follows. */
  above: string
  below: string
  /** The same, where nothing that it is compared with need follow. */
  more: string
  less: string
  /** Verbs of direction that may end a clause, after a level. */
  finalVerbs?: string
  drivers: Record<'price' | 'volume' | 'mix', string>
  dimensions: Record<string, string>
  /** By metric, beside its label. */
  measures: Record<string, string>
  /** What may follow a measure's or an entity's name. */
  endings: { measure: string; entity: string }
  /** Ends of compounds such as Umsatzplus. */
  compounds?: string
  /** Short forms before a vowel, such as l'. */
  elided?: RegExp
}
