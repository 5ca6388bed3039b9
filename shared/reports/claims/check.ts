import type { Fact, Statement } from '../facts.ts'
import { isProblem, type Known, type Named, type Needs } from './known.ts'
import { namesOf, type Reading, readSentence } from './read-sentence.ts'

export type CheckedSentence =
  /** `statements`: ids of those of which it says all that their templates say. */
  | { ok: true; statements: string[] }
  /** `reason`: a snake_case word. `at`: the piece of the sentence that it is about. */
  | { ok: false; reason: string; at: string }

/**
 * Whether every claim of a sentence is one of the facts of these statements: each number, direction, rank, share and cause with
 * its entity, measure, period, unit and comparison as one fact has them. A word that is not known fails it.
 */
export function checkSentence(sentence: string, { statements, facts, language }: Known): CheckedSentence {
  const ids = new Set(statements.flatMap(statement => [...statement.facts, ...statement.drivers]))
  const known = { statements, language, facts: facts.filter(({ id }) => ids.has(id)) }
  const same = statements.find(({ text }) => text.trim() === sentence.trim())
  if (same) return { ok: true, statements: [same.id] }
  const templates = statements.map(statement => readTemplate(statement, known))
  const needs: Needs = new Map()
  for (const [index, { facts: said }] of statements.entries())
    for (const fact of said) {
      const names = templates[index]?.names
      if (names) needs.set(fact, joinNeeds(needs.get(fact), names))
    }
  const reading = readSentence(sentence, known, needs)
  if (isProblem(reading)) return { ok: false, ...reading }
  const covered = statements.filter((statement, index) => {
    const { said: all = [], names } = templates[index] ?? {}
    const said = [...all]
    if (names?.licensed.some(says => !reading.names.licensed.includes(says))) return false
    return said.length > 0
      ? said.every(id => reading.said.has(id) || isImplied(id, reading.said, known.facts))
      : reading.touched.some(({ id }) => statement.facts.includes(id))
  })
  return { ok: true, statements: covered.map(({ id }) => id) }
}

/** The value that a movement began at may be left out. */
function isImplied(id: string, said: Set<string>, facts: Fact[]): boolean {
  const fact = facts.find(it => it.id === id)
  return (
    fact?.kind === 'value' &&
    facts.some(
      ({ id: other, base, metric, entity }) =>
        said.has(other) &&
        metric === fact.metric &&
        JSON.stringify(entity) === JSON.stringify(fact.entity) &&
        base?.kind !== 'forecast' &&
        base?.period.from === fact.period.from &&
        base.period.to === fact.period.to,
    )
  )
}

/** A fact that is in two statements is said fully where one of them is. */
const joinNeeds = (one: Named | undefined, other: Named): Named =>
  one
    ? {
        period: one.period && other.period,
        base: one.base && other.base,
        measure: one.measure && other.measure,
        partial: one.partial && other.partial,
        licensed: one.licensed.filter(says => other.licensed.includes(says)),
      }
    : other

/** What a template says of its own facts. One that is no such sentence says all of them. */
function readTemplate(statement: Statement, { facts, language }: Known): Pick<Reading, 'said' | 'names'> {
  const ids = new Set([...statement.facts, ...statement.drivers])
  const own = facts.filter(({ id }) => ids.has(id))
  const read = readSentence(statement.text, { statements: [statement], facts: own, language }, new Map())
  if (!isProblem(read)) return read
  return { said: new Set(statement.facts), names: namesOf(statement.text, own, language) }
}
