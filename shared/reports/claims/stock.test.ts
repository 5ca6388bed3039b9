import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../../tests/support/postgres.ts'
import { makeStockWorld } from '../../../tests/support/stock-world.ts'
import { LANGUAGES, type Language } from '../facts.ts'
import { checkSentence } from './index.ts'

const WORLDS = Object.fromEntries(LANGUAGES.map(language => [language, makeStockWorld(language)]))
/** Of honest sentences that are taken. */
const LEAST_KEPT = 0.9

/** Lines such as "en risk+dead: a sentence", of the statements that it is held against. */
function readLines(name: string) {
  const text = readFileSync(join(ROOT, 'tests/data/stock-sentences', `${name}.txt`), 'utf8')
  return text.split('\n').flatMap(line => {
    const [, language = '', ids = '', sentence = ''] = /^(\w\w) ([\w+]+): (.*)$/u.exec(line) ?? []
    const world = WORLDS[language]
    if (!world) return []
    const statements = world.statements.filter(({ id }) => ids.split('+').includes(id))
    assert.equal(statements.length, ids.split('+').length, line)
    const known = { statements, facts: world.facts, language: language as Language }
    return [{ line, ids, checked: checkSentence(sentence, known) }]
  })
}

test('no lie about stock, segments or a forecast is taken', () => {
  const lies = readLines('lies')
  assert.ok(lies.length >= 40)
  // What says something is taken only where it stands for a statement.
  const taken = lies.filter(({ checked }) => checked.ok && checked.statements.length > 0)
  assert.deepEqual(
    taken.map(({ line }) => line),
    [],
  )
})

test('honest sentences about stock, segments and a forecast are taken', () => {
  const honest = readLines('honest')
  assert.ok(honest.length >= 60)
  const refused = honest.filter(({ checked, ids }) => !checked.ok || checked.statements.join('+') !== ids)
  const kept = 1 - refused.length / honest.length
  assert.ok(
    kept >= LEAST_KEPT,
    `${refused.map(({ line, checked }) => `${line} ${JSON.stringify(checked)}`).join('\n')}`,
  )
})

test('each of their templates is taken as it is, in each language', () => {
  for (const language of LANGUAGES) {
    const { statements, facts } = makeStockWorld(language)
    for (const statement of statements)
      assert.deepEqual(checkSentence(statement.text, { statements: [statement], facts, language }), {
        ...{ ok: true, statements: [statement.id] },
      })
  }
})
