import type { Language } from '../../facts.ts'
import { GERMAN } from './de.ts'
import { ENGLISH } from './en.ts'
import { SPANISH } from './es.ts'
import { FRENCH } from './fr.ts'
import type { Texts } from './texts.ts'

export type { Count, Texts } from './texts.ts'

export const TEXTS: Record<Language, Texts> = { en: ENGLISH, de: GERMAN, fr: FRENCH, es: SPANISH }
