import type { Fact, Source } from '../facts.ts'
import { cleanText } from './escape.ts'
import type { WrittenReport, WrittenSentence } from './written.ts'

/** A piece of a sentence; `fact`: the number of the fact that it says. */
export type Piece = { text: string; fact?: number }

/**
 * Facts of a report that one of its sentences or charts says, by id, each with its number from 1: in the order in which they
 * are said. Forms list these; the others are in the report as it is kept.
 */
function numberFacts({ sections, charts, facts }: WrittenReport): Map<string, number> {
  const known = new Set(facts.map(({ id }) => id))
  const said = [
    ...sections.flatMap(({ sentences }) =>
      sentences.flatMap(sentence => [...sentence.numbers.map(({ fact }) => fact), ...sentence.facts]),
    ),
    ...charts.flatMap(({ points }) => points.map(({ fact }) => fact)),
  ]
  const ids = [...new Set(said)].filter(id => known.has(id))
  return new Map(ids.map((id, index) => [id, index + 1]))
}

/** A sentence in pieces, so that a form can link its numbers to their facts. Together they are the clean text. */
export function splitSentence({ text, numbers }: WrittenSentence, factNumbers: Map<string, number>): Piece[] {
  const whole = cleanText(text)
  const pieces: Piece[] = []
  let at = 0
  for (const number of numbers) {
    const said = cleanText(number.text)
    const fact = factNumbers.get(number.fact)
    const start = said === '' || fact === undefined ? -1 : findNumber(whole, said, at)
    if (start < 0 || fact === undefined) continue
    if (start > at) pieces.push({ text: whole.slice(at, start) })
    pieces.push({ text: said, fact })
    at = start + said.length
  }
  if (at < whole.length) pieces.push({ text: whole.slice(at) })
  return pieces
}

/** Where it stands and is no part of a longer number: 5 is not in 2025 or 1.5. */
function findNumber(text: string, said: string, from: number): number {
  for (let start = text.indexOf(said, from); start >= 0; start = text.indexOf(said, start + 1)) {
    const [before, after] = [text.slice(0, start), text.slice(start + said.length)]
    const isPart =
      (/^\p{N}/u.test(said) && /\p{N}[.,'’]?$/u.test(before)) ||
      (/\p{N}$/u.test(said) && /^[.,'’]?\p{N}/u.test(after))
    if (!isPart) return start
  }
  return -1
}

/** Those that say something. */
export const sectionsOf = ({ sections }: WrittenReport): WrittenReport['sections'] =>
  sections.filter(({ sentences }) => sentences.length > 0)

/** A fact in the list of facts, with the number of its source. */
export type Listed = { fact: Fact; number: number; source: number }

/** What a form lists at its end: the facts that are said, and where they are from, each source once. */
export function listFacts(report: WrittenReport): {
  numbers: Map<string, number>
  listed: Listed[]
  sources: Source[]
} {
  const numbers = numberFacts(report)
  const byId = new Map(report.facts.map(fact => [fact.id, fact]))
  const sources = new Map<string, Source>()
  const listed = [...numbers].flatMap(([id, number]): Listed[] => {
    const fact = byId.get(id)
    if (!fact) return []
    const key = JSON.stringify([fact.source.mart, fact.source.sql, fact.source.builtAt, fact.source.position])
    sources.set(key, sources.get(key) ?? fact.source)
    return [{ fact, number, source: [...sources.keys()].indexOf(key) + 1 }]
  })
  return { numbers, listed, sources: [...sources.values()] }
}
