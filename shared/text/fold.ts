/**
 * Index and queries are folded by the same code, whatever locale the store has: Postgres' own lower() knows letters by the
 * locale of its database, and the embedded store's knows ASCII only. Raise FOLDING when a fold or a word changes:
 * index-products then folds again what an older version has folded.
 */
export const FOLDING = 2

const ASCII = /^\p{ASCII}*$/u
/** Signs that compatibility forms would turn into letters at the end of a name. */
const TRADEMARKS = /[\u2120\u2122]/gu
/** Soft hyphens, zero-width spaces and joiners, byte order marks, marks of direction, variation selectors. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]+/gu
const CONTROLS = /[\p{Cc}\p{Co}\p{Cs}\s]+/gu
const APOSTROPHES = /[\u2018\u2019\u201b\u02bc]/gu
const DASHES = /[\u2010-\u2015\u2212]/gu

/**
 * A text as it is compared: without case, width, invisible characters and control characters, in one normal form, with
 * single spaces. Letters keep their marks. Upper case first, because it alone knows that ß is SS.
 */
export function fold(text: string): string {
  // Nearly every text is one of these, and needs a tenth of the time.
  if (ASCII.test(text)) return text.toLowerCase().replaceAll(CONTROLS, ' ').trim()
  return lower(lower(tidy(text)))
    .replaceAll(INVISIBLE, '')
    .replaceAll(APOSTROPHES, "'")
    .replaceAll(DASHES, '-')
    .replaceAll(CONTROLS, ' ')
    .trim()
}

/** Final sigma is a sigma; a dotted capital I of Turkish leaves a dot behind, and a dotless one is an i. */
const lower = (text: string) =>
  text
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll('i\u0307', 'i')
    .normalize('NFKC')

/**
 * Marks that people leave out when they type: accents of Latin, Greek and Cyrillic letters, points of Hebrew, vowel signs of
 * Arabic and its stretching line. The vowel signs of Hindi, Thai and others are letters to those who write them, and stay.
 */
const LEFT_OUT =
  /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+/gu

/** Letters that hold a stroke or another letter, which no normal form takes apart. */
const STROKED: Record<string, string> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ŧ: 't',
  þ: 'th',
  ı: 'i',
}
const STROKED_LETTERS = new RegExp(`[${Object.keys(STROKED).join('')}]`, 'gu')

/** A folded text as it is typed without accents and points. */
export function withoutMarks(folded: string): string {
  if (ASCII.test(folded)) return folded
  return folded
    .normalize('NFD')
    .replaceAll(LEFT_OUT, '')
    .normalize('NFC')
    .replaceAll(STROKED_LETTERS, letter => STROKED[letter] ?? letter)
}

/** Postgres holds at most 2,704 bytes in a row of a B-tree, and a character takes four at most. */
const KEY_CHARACTERS = 200

/** A text as it was typed, without invisible characters and control characters, in one width. */
export function tidy(text: string): string {
  return text
    .replaceAll(INVISIBLE, '')
    .replaceAll(TRADEMARKS, ' ')
    .normalize('NFKC')
    .replaceAll(CONTROLS, ' ')
    .trim()
}

/** A number or a name as it is looked up whole: its prefix where it is very long. */
export function toKey(text: string): string {
  return [...fold(text).slice(0, 2 * KEY_CHARACTERS)].slice(0, KEY_CHARACTERS).join('')
}

/** A number without what divides it: `HL-U509 R` and `hl u509-r` are hlu509r. */
export function toBareKey(text: string): string {
  return toKey(text).replaceAll(/[^\p{L}\p{N}]+/gu, '')
}

const LAST = String.fromCodePoint(0x10ffff)
/** After every text that begins with this one, in the order of their bytes. */
export const afterAll = (beginning: string) => beginning + LAST
