import { columnsOf, lettersOf } from './chart-text.ts'
import { describeFact, describeSource, footLines, headLines, sqlLines } from './describe.ts'
import { cleanText } from './escape.ts'
import { listFacts, sectionsOf, splitSentence } from './parts.ts'
import { WORDS } from './words.ts'
import type { Chart, WrittenReport } from './written.ts'

/** Columns of a terminal and of a mail's plain part. */
const WIDTH = 76

/** Plain text, no line longer than 76 columns. Behind a number stands that of its fact. */
export function toText(report: WrittenReport): string {
  const { title, language, charts } = report
  const words = WORDS[language]
  const { numbers, listed, sources } = listFacts(report)
  const blocks = [
    underline(title, '='),
    headLines(report)
      .flatMap(line => wrap(line))
      .join('\n'),
    ...sectionsOf(report).flatMap(section => [
      underline(section.title, '-'),
      section.sentences
        .flatMap(sentence => {
          const pieces = splitSentence(sentence, numbers)
          const text = pieces.map(({ text, fact }) => (fact === undefined ? text : `${text}\u{A0}[${fact}]`))
          return wrap(text.join('') + (sentence.by === 'model' ? ` (${words.byModel})` : ''), '- ', '  ')
        })
        .join('\n'),
    ]),
    ...charts.flatMap(chart => [
      underline(chart.title, '-'),
      chart.points.length === 0 ? words.nothing : toLines(chart).join('\n'),
    ]),
    ...(listed.length > 0 ? [underline(words.facts, '-')] : []),
    ...listed.map(({ fact, number, source }) => {
      const { name, when, value } = describeFact(fact, language)
      const origin = `${describeSource({ ...fact.source, position: null }, language)}, ${words.source(source)}`
      const mark = `[${number}] `
      const indent = ' '.repeat(mark.length)
      return [
        ...wrap(`${name}: ${value}`, mark, indent),
        ...[when, origin].flatMap(line => wrap(line, indent, indent)),
      ].join('\n')
    }),
    ...(sources.length > 0 ? [underline(words.sources, '-')] : []),
    ...sources.map((source, index) =>
      [
        ...wrap(describeSource(source, language), `${index + 1}. `, '   '),
        ...sqlLines(source.sql).flatMap(line => wrap(line.trim(), `   ${line.match(/^ */)?.[0] ?? ''}`)),
      ].join('\n'),
    ),
    ...footLines(report).map(line => wrap(line).join('\n')),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function underline(title: string, line: string): string {
  const lines = wrap(cleanText(title))
  if (lines.join('') === '') return ''
  return [...lines, line.repeat(Math.max(...lines.map(columnsOf)))].join('\n')
}

/**
 * Lines that are no wider than a page. It breaks at spaces, within a number at none, and within a word where it has no line of its
 * own.
 */
function wrap(text: string, first = '', indent = first): string[] {
  // An indent leaves room for text.
  const [before, next] = [first, indent].map(each => each.slice(0, WIDTH / 2)) as [string, string]
  const lines: string[] = []
  let line = before
  let isEmpty = true
  const end = () => {
    lines.push(line.trimEnd())
    line = next
    isEmpty = true
  }
  for (const word of text.split(/[ \t]+/)) {
    for (const part of cut(word, WIDTH - Math.max(before.length, next.length))) {
      if (!isEmpty && columnsOf(line) + 1 + columnsOf(part) > WIDTH) end()
      line += isEmpty ? part : ` ${part}`
      isEmpty = false
    }
  }
  lines.push(line.trimEnd())
  return lines
}

/** A word in parts that have a line's room. */
function cut(word: string, room: number): string[] {
  if (columnsOf(word) <= room) return [word]
  const parts = ['']
  for (const letter of lettersOf(word)) {
    if (columnsOf(parts.at(-1) ?? '') + columnsOf(letter) > room) parts.push('')
    parts[parts.length - 1] += letter
  }
  return parts
}

/** Names on the left, values on the right. */
function toLines({ points }: Chart): string[] {
  const width = Math.min(
    WIDTH,
    4 +
      Math.max(0, ...points.map(({ name, text }) => columnsOf(cleanText(name)) + columnsOf(cleanText(text)))),
  )
  return points.flatMap(({ name, text }) => {
    const lines = wrap(cleanText(name))
    const value = cleanText(text)
    const room = width - columnsOf(lines.at(-1) ?? '') - columnsOf(value)
    if (room >= 2) lines[lines.length - 1] += ' '.repeat(room) + value
    else lines.push(...wrap(value, '  '))
    return lines
  })
}
