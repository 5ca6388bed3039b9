import type { Fact, Language, Period } from '../facts.ts'

/** A sentence of a report, by its template or by a model. */
export type WrittenSentence = {
  text: string
  by: 'template' | 'model'
  /** Ids of the facts that it says. */
  facts: string[]
  /** Pieces of the text that say a number, in their order, each with its fact's id. */
  numbers: { text: string; fact: string }[]
}

/** `bars` lie below each other, by size; `columns` stand side by side, in the order of time. */
export type Chart = {
  title: string
  kind: 'bars' | 'columns'
  /** `value` is decimal text, `text` the same as the language writes it. */
  points: { name: string; value: string; text: string; fact: string }[]
  /** Attributes alone: mail programs drop styles. */
  svg: string
}

/** A report as it is kept: each of its forms is made of this alone, and so the same bytes each time. */
export type WrittenReport = {
  id: string
  /** Name of its kind. */
  report: string
  title: string
  language: Language
  period: Period
  /** By dimension: the values that it is about. */
  filters: Record<string, string[]>
  sections: { name: string; title: string; sentences: WrittenSentence[] }[]
  /** The sentences of all sections, one paragraph for each section. */
  narrative: string
  facts: Fact[]
  charts: Chart[]
  /** Why templates stand although there is a model, such as too_slow. */
  problem: string | null
  /** Up to which change of the source it is, and when that was. */
  asOf: { changedAt: string | null; position: string | null }
  writtenAt: string
}
