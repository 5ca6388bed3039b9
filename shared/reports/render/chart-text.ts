import { cleanText } from './escape.ts'

/** Width of a letter in the font of charts, as a share of its size: of most, and of those that are as wide as high. */
const NARROW = 0.58
const WIDE = 1.05
const IS_WIDE =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Extended_Pictographic}\u{3000}-\u{303F}\u{FF00}-\u{FF60}]/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Letters each of which is one character, and as wide as Latin ones: most texts have no others, and the segmenter is slow. */
const IS_PLAIN = /^[ -~\u{A0}-\u{2FF}\u{2010}-\u{202F}\u{20AC}\u{2190}-\u{2193}\u{2212}]*$/u

export const lettersOf = (text: string): string[] =>
  IS_PLAIN.test(text) ? text.split('') : [...graphemes.segment(text)].map(({ segment }) => segment)

const isWide = (letter: string): boolean => IS_WIDE.test(letter)

/** As a terminal shows it. */
export const columnsOf = (text: string): number =>
  IS_PLAIN.test(text)
    ? text.length
    : lettersOf(text).reduce((sum, letter) => sum + (isWide(letter) ? 2 : 1), 0)

/** About how wide a text is, in pixels: no browser is asked. */
export const widthOf = (text: string, size: number): number =>
  size *
  (IS_PLAIN.test(text)
    ? text.length * NARROW
    : lettersOf(text).reduce((sum, letter) => sum + (isWide(letter) ? WIDE : NARROW), 0))

/** The text, or as much of its beginning as there is room for. @param room pixels */
export function shorten(text: string, size: number, room: number): string {
  const clean = cleanText(text)
  if (widthOf(clean, size) <= room) return clean
  let [short, width] = ['', NARROW * size]
  for (const letter of lettersOf(clean)) {
    width += (isWide(letter) ? WIDE : NARROW) * size
    if (width > room) break
    short += letter
  }
  return `${short.trimEnd()}…`
}
