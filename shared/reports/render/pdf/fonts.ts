import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { create } from 'fontkit'
import { lettersOf } from '../chart-text.ts'
import { flatText } from '../escape.ts'
import { FONTS, type FontName } from './font-files.ts'

/** Tables of a font take longer to decode than a report to write: all documents share them. */
const decoded = new Map<FontName, object>()

/**
 * A font for one document. Glyphs are its own: each keeps the letter that it was first drawn for, and a document would depend on
 * those before it.
 */
function openFont(name: FontName): object {
  const known =
    decoded.get(name) ??
    create(readFileSync(fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${FONTS[name]}`))))
  decoded.set(name, known)
  return Object.create(known, { _glyphs: { value: {} } })
}

export function registerFonts(doc: PDFKit.PDFDocument): void {
  for (const name of Object.keys(FONTS) as FontName[]) doc.registerFont(name, openFont(name) as never)
}

/** Stands for a letter that the font lacks. */
const MISSING = '□'
/** Spaces that the font lacks. */
const SPACES = /[\u{202F}\u{2007}\u{2000}-\u{200A}\u{3000}]/gu
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}]/gu

/** Most texts are. */
const IS_LATIN = /^[ -~\u{A0}-\u{AC}\u{AE}-\u{17F}\u{2019}\u{20AC}\u{2212}]*$/u
/** What the open font is asked. */
type Font = { hasGlyphForCodePoint(codePoint: number): boolean }

/** The text with a box for each letter that the font lacks: never a garbled line. */
export function withGlyphs(doc: PDFKit.PDFDocument, name: FontName, text: string): string {
  if (IS_LATIN.test(text)) return text
  const { font } = (doc.font(name) as unknown as { _font: { font: Font } })._font
  const isShown = (letter: string) =>
    [...letter].every(one => font.hasGlyphForCodePoint(one.codePointAt(0) ?? 0))
  const spaced = flatText(text).replaceAll(SPACES, '\u{A0}')
  return lettersOf(spaced)
    .map(letter => {
      const visible = letter.replaceAll(INVISIBLE, '')
      return isShown(visible) ? visible : MISSING
    })
    .join('')
}
