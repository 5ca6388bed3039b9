import { describeFact, describeSource, footLines, headLines, sqlLines } from './describe.ts'
import { escapeInline, escapeMarkdown, escapeStart } from './escape.ts'
import { listFacts, type Piece, sectionsOf, splitSentence } from './parts.ts'
import { WORDS } from './words.ts'
import type { Chart, WrittenReport } from './written.ts'

/** Lists with the same one would be one list where no heading stands between them. */
const BULLETS = ['-', '*']

/** CommonMark with the tables of GitHub's. Numbers are links to their facts, charts are tables. */
export function toMarkdown(report: WrittenReport): string {
  const { title, language, charts } = report
  const words = WORDS[language]
  const { numbers, listed, sources } = listFacts(report)
  const blocks = [
    `# ${escapeMarkdown(title)}`,
    ...headLines(report).map(escapeMarkdown),
    ...sectionsOf(report).flatMap((section, index) => [
      heading(section.title),
      section.sentences
        .map(sentence => {
          const text = toInline(splitSentence(sentence, numbers))
          return `${BULLETS[index % 2]} ${text}${sentence.by === 'model' ? ` *(${words.byModel})*` : ''}`
        })
        .join('\n'),
    ]),
    ...charts.flatMap(chart => [
      heading(chart.title),
      chart.points.length === 0 ? words.nothing : toTable(chart),
    ]),
    ...(listed.length > 0 ? [heading(words.facts)] : []),
    ...listed.map(({ fact, number, source }) => {
      const { name, when, value } = describeFact(fact, language)
      const from = `[${words.source(source)}](#source-${source})`
      const origin = escapeMarkdown(describeSource({ ...fact.source, position: null }, language))
      const lines = [
        `**${escapeMarkdown(name)}**: ${escapeMarkdown(value)}`,
        escapeMarkdown(when),
        `${origin}, ${from}`,
      ]
      return `<a id="fact-${number}"></a>${number}: ${lines.join('\\\n')}`
    }),
    ...(sources.length > 0 ? [heading(words.sources)] : []),
    ...sources.flatMap((source, index) => [
      `<a id="source-${index + 1}"></a>${index + 1}: ${escapeMarkdown(describeSource(source, language))}`,
      toFence(sqlLines(source.sql)),
    ]),
    ...footLines(report).map(escapeMarkdown),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

const heading = (title: string) => (title.trim() === '' ? '' : `## ${escapeMarkdown(title)}`)

const toInline = (pieces: Piece[]) =>
  escapeStart(
    pieces
      .map(({ text, fact }) =>
        fact === undefined ? escapeInline(text) : `[${escapeInline(text)}](#fact-${fact})`,
      )
      .join(''),
  )

function toTable({ points }: Chart): string {
  const rows = points.map(({ name, text }) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(text)} |`)
  return ['| | |', '| :-- | --: |', ...rows].join('\n')
}

/** A fence is longer than any that the code has. */
function toFence(lines: string[]): string {
  const longest = Math.max(2, ...lines.flatMap(line => (line.match(/`+/g) ?? []).map(({ length }) => length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}sql`, ...lines, fence].join('\n')
}
