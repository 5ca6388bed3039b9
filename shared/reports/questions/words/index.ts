import type { Language } from '../../facts.ts'
import { GERMAN } from './de.ts'
import { ENGLISH } from './en.ts'
import { SPANISH } from './es.ts'
import { FRENCH } from './fr.ts'
import type { Words } from './words.ts'

export { phrasesOf, ROLES, type Role, TIMES, type Time, type Words } from './words.ts'

export const WORDS: Record<Language, Words> = { en: ENGLISH, de: GERMAN, fr: FRENCH, es: SPANISH }
