import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLies, readWorld } from '../../../tests/support/report-world.ts'
import { LANGUAGES } from '../facts.ts'
import { checkSentence } from './index.ts'

/** Each third sentence of the corpus was held back while the words were chosen. */
const isHeldBack = (index: number) => index % 3 === 2
const LEAST_SHARE = 0.9

for (const language of LANGUAGES) {
  const { facts, statements, honest } = readWorld(language)

  test(`templates pass, also where they are no sentence of the checker's own (${language})`, () => {
    for (const statement of statements) {
      const checked = checkSentence(statement.text, { statements: [statement], facts, language })
      assert.deepEqual(checked, { ok: true, statements: [statement.id] })
      const asWritten = checkSentence(`${statement.text};`, { statements: [statement], facts, language })
      assert.equal(asWritten.ok, true, `${statement.text} ${JSON.stringify(asWritten)}`)
    }
  })

  test(`nine of ten honest rewrites pass, and say all of their statements (${language})`, () => {
    const failed = { tuned: [] as string[], heldBack: [] as string[] }
    const count = { tuned: 0, heldBack: 0 }
    for (const [index, { text, statements: given }] of honest.entries()) {
      const part = isHeldBack(index) ? 'heldBack' : 'tuned'
      count[part]++
      const checked = checkSentence(text, { statements: given, facts, language })
      const isWhole = checked.ok && checked.statements.length === given.length
      if (!isWhole) failed[part].push(`${text} ${JSON.stringify(checked)}`)
    }
    for (const part of ['tuned', 'heldBack'] as const) {
      const share = 1 - failed[part].length / count[part]
      if (process.env.SHOW)
        console.log(
          language,
          part,
          share.toFixed(3),
          count[part],
          part === 'tuned' || process.env.SHOW === 'all' ? failed[part] : '',
        )
      assert.ok(share >= LEAST_SHARE, `${part}: ${failed[part].join('\n')}`)
    }
  })

  test(`no lie passes (${language})`, () => {
    for (const { kind, text, statements: given } of readLies(language, statements)) {
      const checked = checkSentence(text, { statements: given, facts, language })
      assert.equal(checked.ok, false, `${kind}: ${text}`)
    }
  })
}
