import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLies, readWorld } from '../../../tests/support/report-world.ts'
import { LANGUAGES } from '../facts.ts'
import { checkSentence } from './index.ts'

const LEAST_SHARE = 0.9
const worlds = LANGUAGES.map(language => ({ language, ...readWorld(language) }))

/** Those that do not pass, or leave out a part of what they are for. */
const refusedOf = (part: 'honest' | 'more') =>
  worlds.flatMap(({ language, facts, ...world }) =>
    world[part].flatMap(({ text, statements: given }) => {
      const checked = checkSentence(text, { statements: given, facts, language })
      return checked.ok && checked.statements.length === given.length
        ? []
        : [`${text} ${JSON.stringify(checked)}`]
    }),
  )

for (const part of ['honest', 'more'] as const)
  test(`nine of ten honest rewrites pass, and say all of their statements (${part})`, () => {
    const all = worlds.reduce((count, world) => count + world[part].length, 0)
    const refused = refusedOf(part)
    assert.ok(refused.length <= (1 - LEAST_SHARE) * all, `${refused.length} of ${all}: ${refused.join('\n')}`)
  })

for (const { language, facts, statements } of worlds) {
  test(`templates pass, also where they are no sentence of the checker's own (${language})`, () => {
    for (const statement of statements) {
      const checked = checkSentence(statement.text, { statements: [statement], facts, language })
      assert.deepEqual(checked, { ok: true, statements: [statement.id] })
      const asWritten = checkSentence(`${statement.text};`, { statements: [statement], facts, language })
      assert.equal(asWritten.ok, true, `${statement.text} ${JSON.stringify(asWritten)}`)
    }
  })

  test(`no lie passes (${language})`, () => {
    for (const { kind, text, statements: given } of readLies(language, statements)) {
      const checked = checkSentence(text, { statements: given, facts, language })
      assert.equal(checked.ok, false, `${kind}: ${text}`)
    }
  })
}
