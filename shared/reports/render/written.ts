import type { Language } from '../facts.ts'

/** A report that is written, in whatever form it is to be read. */
export type Written = {
  title: string
  language: Language
  /** In their order, each by its template or by a model. */
  sentences: { text: string; by: 'template' | 'model' }[]
  charts: { title: string; svg: string }[]
  words: { byModel: string }
  /** From when the data are. */
  asOf: string
}
