const WIDTH = 720
const LABEL_WIDTH = 200
const VALUE_WIDTH = 60
const BAR = 16
const GAP = 10
const HEAD = 60
/** A picture with more rows is read by nobody: metrics.json has all. */
const MOST_ROWS = 30
const COLOURS = ['#2f6f9f', '#c46a2b', '#8a8f98']

/** What was measured of a model or a part of the shop, by name; some are not known. */
export type Measures = Record<string, unknown>
type Bar = { label: string; values: (number | undefined)[] }
export type Chart = {
  title: string
  /** What each value of a row is. */
  names: string[]
  rows: Bar[]
  /** What a value should at most, or at least, be: a line through the chart. */
  marks?: { at: number; label: string }[]
  /** How a value is written. */
  write(value: number): string
}

/** One measure by model, the best first; what is not known last. */
export function drawRanking(
  models: Record<string, Measures>,
  { measure, best, title }: { measure: string; best: 'least' | 'most'; title: string },
): string {
  const sign = best === 'least' ? 1 : -1
  const rows = Object.entries(models).map(([label, own]) => ({ label, values: [numberOf(own[measure])] }))
  const orderOf = ({ values: [value] }: Bar) => (value === undefined ? Infinity : sign * value)
  return drawBars({
    title,
    names: [],
    rows: rows.toSorted((a, b) => orderOf(a) - orderOf(b)),
    write: value => value.toFixed(3),
  })
}

/** Horizontal bars in groups, as a file of its own. */
export function drawBars({ title, names, rows: all, marks = [], write }: Chart): string {
  const rows = all.slice(0, MOST_ROWS)
  const values = rows.flatMap(row => row.values.filter(value => value !== undefined))
  const top = Math.max(...values, ...marks.map(({ at }) => at * 1.2), 1e-9)
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
  const x = (value: number) => LABEL_WIDTH + (Math.max(value, 0) / top) * room
  const rowHeight = Math.max(names.length, 1) * BAR + GAP
  const height = HEAD + rows.length * rowHeight + GAP + marks.length * BAR
  const bars = rows.flatMap(({ label, values }, row) => {
    const y = HEAD + row * rowHeight
    return [
      text(LABEL_WIDTH - 8, y + (rowHeight - GAP) / 2 + 4, short(label), 'end'),
      ...values.flatMap((value, n) => {
        const top = y + n * BAR
        if (value === undefined) return []
        return [
          `<rect x="${LABEL_WIDTH}" y="${top}" width="${place(x(value) - LABEL_WIDTH)}" height="${BAR - 2}" fill="${COLOURS[n % COLOURS.length]}"/>`,
          text(x(value) + 4, top + BAR - 5, write(value)),
        ]
      }),
    ]
  })
  const bottom = HEAD + rows.length * rowHeight
  const lines = marks.flatMap(({ at, label }, n) => [
    `<line x1="${place(x(at))}" x2="${place(x(at))}" y1="${HEAD - 6}" y2="${bottom + n * BAR + 4}" stroke="#444" stroke-dasharray="4 3"/>`,
    text(x(at) + 4, bottom + n * BAR + 8, label),
  ])
  const legend = names.flatMap((name, n) => [
    `<rect x="${LABEL_WIDTH + n * 150}" y="34" width="10" height="10" fill="${COLOURS[n % COLOURS.length]}"/>`,
    text(LABEL_WIDTH + n * 150 + 15, 43, name),
  ])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(12, 22, title, 'start', ' font-weight="bold"'),
    ...[...legend, ...bars, ...lines],
    '</svg>\n',
  ].join('\n')
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

const place = (value: number) => value.toFixed(1)

const short = (label: string) => (label.length > 30 ? `${label.slice(0, 29)}…` : label)

const text = (x: number, y: number, words: string, anchor = 'start', more = '') =>
  `<text x="${place(x)}" y="${place(y)}" text-anchor="${anchor}"${more}>${escapeText(words)}</text>`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** XML knows few control characters, and no halves of characters. */
const escapeText = (words: string) =>
  words
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/[&<>"]/g, sign => ENTITIES[sign] ?? sign)
