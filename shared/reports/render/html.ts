import { spansOf } from './chart-labels.ts'
import { describeFact, describeSource, footLines, headLines, sqlLines } from './describe.ts'
import { COLOURS } from './draw.ts'
import { escapeMarkup } from './escape.ts'
import { type Listed, listFacts, type Piece, sectionsOf, splitSentence } from './parts.ts'
import { WORDS } from './words.ts'
import type { Chart, WrittenReport, WrittenSentence } from './written.ts'

/** `mail`: without SVG, which Gmail and Outlook drop, and with the numbers of facts, since not all programs follow links within a mail. */
export type HtmlOptions = { for: 'browser' | 'mail' }

const FAMILY = 'Helvetica,Arial,sans-serif'
/** In each cell, since Outlook hands it down to none, and short: Gmail cuts a mail at 102 KB. */
const fontOf = (size: number) => `font:${size}px/1.5 ${FAMILY};color:${COLOURS.text}`
const BREAK = 'word-break:break-word;overflow-wrap:anywhere'
const TABLE = 'role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0"'
const SMALL = fontOf(12)
const QUIET = `color:${COLOURS.quiet}`
const SMALL_QUIET = `font:12px/1.5 ${FAMILY};${QUIET}`

/** One page for browsers and mail programs: tables, inline styles and attributes, no script, nothing from elsewhere. */
export function toHtml(report: WrittenReport, options: HtmlOptions = { for: 'browser' }): string {
  const { title, language, charts } = report
  const words = WORDS[language]
  const { numbers, listed, sources } = listFacts(report)
  const isMail = options.for === 'mail'
  const told = sectionsOf(report).flatMap(section => [
    heading(section.title),
    list(
      section.sentences.map(sentence =>
        toItem(sentence, splitSentence(sentence, numbers), words.byModel, isMail),
      ),
    ),
  ])
  const drawn = charts.flatMap(chart => [
    heading(chart.title),
    chart.points.length === 0
      ? note(words.nothing)
      : isMail
        ? toRows(chart)
        : `<div style="margin:0 0 16px 0">${chart.svg}</div>`,
  ])
  const content = [
    `<h1 style="font:bold 22px/1.3 ${FAMILY};color:${COLOURS.text};margin:0 0 4px 0;${BREAK}">${escapeMarkup(title)}</h1>`,
    ...headLines(report).map(
      line => `<p style="font:14px/1.5 ${FAMILY};${QUIET};margin:0;${BREAK}">${escapeMarkup(line)}</p>`,
    ),
    ...told,
    ...drawn,
    ...(listed.length > 0 ? [heading(words.facts), table(listed.map(each => toFactRow(each, report)))] : []),
    ...(sources.length > 0
      ? [
          heading(words.sources),
          table(
            sources.map((source, index) =>
              row(
                String(index + 1),
                `<a id="source-${index + 1}"></a>${escapeMarkup(describeSource(source, language))}<br><span style="font-family:Consolas,Menlo,monospace;font-size:11px;${QUIET}">${sqlLines(source.sql).map(toCode).join('<br>')}</span>`,
              ),
            ),
          ),
        ]
      : []),
    ...footLines(report).map(line => `<p style="${SMALL_QUIET};margin:16px 0 0 0">${escapeMarkup(line)}</p>`),
  ]
  return page(report, content)
}

/** Its colours stay as they are also on dark screens: mail programs that turn them do so with text and ground alike. */
function page({ title, language }: WrittenReport, content: string[]): string {
  return [
    `<!doctype html>`,
    `<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light"><meta name="supported-color-schemes" content="light"><title>${escapeMarkup(title)}</title></head>`,
    `<body bgcolor="#ffffff" style="margin:0;padding:0;background-color:#ffffff">`,
    `<table ${TABLE} bgcolor="#ffffff"><tr><td align="center">`,
    `<table role="presentation" width="600" border="0" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px"><tr><td align="left" style="padding:16px;${fontOf(14)};${BREAK}">`,
    ...content,
    '</td></tr></table>',
    '</td></tr></table>',
    '</body></html>',
    '',
  ].join('\n')
}

const heading = (title: string) =>
  title.trim() === ''
    ? ''
    : `<h2 style="font:bold 16px/1.3 ${FAMILY};color:${COLOURS.text};margin:24px 0 8px 0;${BREAK}">${escapeMarkup(title)}</h2>`

const list = (items: string[]) =>
  items.length === 0
    ? ''
    : `<ul style="margin:0;padding:0 0 0 20px">${items.map(item => `<li style="${fontOf(14)};margin:0 0 6px 0">${item}</li>`).join('')}</ul>`

function toItem({ by }: WrittenSentence, pieces: Piece[], byModel: string, isMail: boolean): string {
  const text = pieces.map(({ text, fact }) => {
    if (fact === undefined) return escapeMarkup(text)
    const mark = isMail ? `<span style="font-size:11px;${QUIET}">&nbsp;[${fact}]</span>` : ''
    return `<a href="#fact-${fact}" style="color:${COLOURS.up}">${escapeMarkup(text)}</a>${mark}`
  })
  const mark =
    by === 'model' ? ` <span style="font-size:11px;${QUIET}">(${escapeMarkup(byModel)})</span>` : ''
  return text.join('') + mark
}

const note = (text: string) => `<p style="${SMALL_QUIET};margin:0">${escapeMarkup(text)}</p>`

const table = (rows: string[]) => `<table ${TABLE}>${rows.join('\n')}</table>`
const row = (number: string, content: string) =>
  `<tr valign="top"><td width="28" style="${SMALL_QUIET};padding:0 8px 8px 0">${number}</td><td style="${SMALL};padding:0 0 8px 0">${content}</td></tr>`

function toFactRow({ fact, number, source }: Listed, { language }: WrittenReport): string {
  const { name, when, value } = describeFact(fact, language)
  const from = `<a href="#source-${source}" style="color:${COLOURS.up}">${escapeMarkup(WORDS[language].source(source))}</a>`
  const origin = escapeMarkup(describeSource({ ...fact.source, position: null }, language))
  const lines = [
    `<b>${escapeMarkup(name)}</b>: ${escapeMarkup(value)}`,
    escapeMarkup(when),
    `${origin}, ${from}`,
  ]
  return row(String(number), `<a id="fact-${number}"></a>${lines.join('<br>')}`)
}

const toCode = (line: string) => {
  const indent = line.match(/^ */)?.[0].length ?? 0
  return '&nbsp;'.repeat(indent) + escapeMarkup(line)
}

/** A chart as a table of its points, with cells as bars: every mail program shows these. */
function toRows(chart: Chart): string {
  const spans = spansOf(chart.points)
  const rows = chart.points.map(({ name, text }, index) => {
    const { from, to, zero } = spans[index] as ReturnType<typeof spansOf>[number]
    const cell = `${SMALL};padding:0 8px 4px 0`
    return `<tr valign="top"><td width="34%" style="${cell}">${escapeMarkup(name)}</td><td width="36%" style="padding:4px 8px 4px 0">${bar(from, to, zero)}</td><td width="30%" align="right" style="${SMALL};padding:0 0 4px 0">${escapeMarkup(text)}</td></tr>`
  })
  return `<table width="100%" border="0" cellpadding="0" cellspacing="0">${rows.join('\n')}</table>`
}

function bar(from: number, to: number, zero: number): string {
  const parts: [share: number, colour: string][] = [
    [from, ''],
    [to - from, to > zero ? COLOURS.up : COLOURS.down],
    [1 - to, ''],
  ]
  const cells = toWhole(parts.map(([share]) => share)).map((width, index) => {
    const colour = parts[index]?.[1]
    return width === 0
      ? ''
      : `<td width="${width}%"${colour ? ` bgcolor="${colour}"` : ''} height="10" style="font-size:1px;line-height:10px">&nbsp;</td>`
  })
  return `<table ${TABLE}><tr>${cells.join('')}</tr></table>`
}

/** Whole percents that add up to 100. What is not nothing is at least 1. */
function toWhole(shares: number[]): number[] {
  const whole = shares.map(share => (share <= 0 ? 0 : Math.max(1, Math.round(share * 100))))
  const largest = whole.indexOf(Math.max(...whole))
  const rest = 100 - whole.reduce((sum, each) => sum + each, 0)
  return whole.map((each, index) => (index === largest ? each + rest : each))
}
