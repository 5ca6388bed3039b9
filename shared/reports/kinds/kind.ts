import type { Query } from '../../store/index.ts'
import type { Language } from '../facts.ts'
import type { Texts } from '../narrative/texts/texts.ts'
import type { Part } from '../order.ts'

/** What a report is about: its parts in their order. */
export type ReportKind = {
  /** As the input `report` of write-report names it. */
  name: string
  titles: Record<Language, string>
  /** The mart whose days it covers. */
  mart: string
  /** The level that a reader needs, as marts have it; without one what a caller may not read is left out of it. */
  access?: 'operator'
  /** Of what it reads besides marts: another text where that is another. */
  readVersion?(query: Query): Promise<string>
  sections: { name: keyof Texts['sections']; parts: Part[] }[]
}
