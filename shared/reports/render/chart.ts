import { escapeMarkup } from './escape.ts'

export type Bar = { name: string; value: number; text: string }

const WIDTH = 560
const ROW = 22
const NAME = 150
const VALUE = 90
const LETTERS = 22

/** Bars with their names and values, as SVG with attributes alone: mail programs drop styles. Values below zero have no bar. */
export function drawBars(title: string, bars: Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value), 0)
  const room = WIDTH - NAME - VALUE
  const rows = bars.map(({ name, value, text }, i) => {
    const y = i * ROW
    const length = most > 0 ? Math.round((Math.max(value, 0) / most) * room) : 0
    const short = name.length > LETTERS ? `${name.slice(0, LETTERS - 1)}…` : name
    return [
      `<text x="${NAME - 8}" y="${y + 15}" text-anchor="end">${escapeMarkup(short)}</text>`,
      `<rect x="${NAME}" y="${y + 4}" width="${length}" height="${ROW - 8}" fill="#2b6cb0"/>`,
      `<text x="${NAME + length + 6}" y="${y + 15}">${escapeMarkup(text)}</text>`,
    ].join('')
  })
  const height = bars.length * ROW
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="sans-serif" font-size="12" fill="#1a202c"><title>${escapeMarkup(title)}</title>${rows.join('')}</svg>`
}
