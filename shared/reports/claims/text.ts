/** Controls, marks of direction, zero-width characters, private and unpaired ones: nothing that a reader sees. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u
const SPACES = /[ \u00a0\u2007\u2009\u202f]+/gu
const APOSTROPHES = /[\u2018\u2019\u02bc]/gu
/** A report's sentence is text: whatever a reader's program could take for markup or a link is none of it. */
const MARKUP = /[<>`[\]{}|\\*_#~^@=]|&\w+;|\w:\/\/|\bwww\.|\b[a-z0-9-]+\.(?:com|net|org|io|info|biz)\b/iu
/** Letters of the four languages; no others look like them. */
export const LETTER = /[A-Za-zÀ-ÖØ-öø-ÿŒœŸẞ]/u
/** Longer than any sentence of a report. */
const MAX_CHARACTERS = 1_000

/** @returns the sentence with plain spaces and apostrophes, or what is wrong with it */
export function readText(sentence: string): { text: string } | { reason: string; at: string } {
  if (sentence.length > MAX_CHARACTERS) return { reason: 'too_long', at: `${sentence.slice(0, 40)}…` }
  const text = sentence.normalize('NFC').replaceAll(SPACES, ' ').replaceAll(APOSTROPHES, "'").trim()
  const hidden = INVISIBLE.exec(text)
  if (hidden) return { reason: 'invisible_character', at: `U+${toHex(hidden[0])}` }
  const markup = MARKUP.exec(text)
  if (markup) return { reason: 'markup', at: markup[0] }
  if (text === '') return { reason: 'empty', at: '' }
  return { text }
}

const toHex = (character: string) =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
