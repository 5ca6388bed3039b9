const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What XML cannot hold: controls and noncharacters. */
const CONTROLS = /[\p{Cc}\u{2028}\u{2029}\u{FFFE}\u{FFFF}]+/gu
/** They would turn round what stands behind them, or hide it. */
const DIRECTIONS = /[\u{202A}-\u{202E}\u{2066}-\u{2069}\u{200B}\u{FEFF}]/gu

/** Text on one line, without what could change the text around it: controls, overrides of direction, half characters. */
export const flatText = (text: string): string =>
  text.toWellFormed().replaceAll(CONTROLS, ' ').replaceAll(DIRECTIONS, '')

/** The same without spaces at its ends. */
export const cleanText = (text: string): string => flatText(text).trim()

/** Text as it stands in HTML and SVG, whatever it holds. */
export const escapeMarkup = (text: string): string =>
  flatText(text).replaceAll(/[&<>"']/g, one => ENTITIES[one] ?? one)

/** Text within a line of Markdown. Addresses do not become links. */
export const escapeInline = (text: string): string =>
  flatText(text)
    .replaceAll(/[\\`*_{}[\]<>#|!~&@$^]/g, one => `\\${one}`)
    .replaceAll('://', '\\://')
    .replaceAll(/www\./gi, dotted => `${dotted.slice(0, -1)}\\.`)

/** A line of Markdown that is text and begins no list, quote or underline, also as a cell of a table. */
export const escapeMarkdown = (text: string): string => escapeStart(escapeInline(cleanText(text)))

export const escapeStart = (line: string): string => line.replace(/^(\d+(?=[.)])|(?=[-+=:]))/, '$1\\')
