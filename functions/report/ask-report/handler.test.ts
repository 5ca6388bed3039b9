import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import askReport from './handler.ts'

// What it answers is in tests/questions.
const store = {
  transaction: (work: (transaction: object) => Promise<unknown>) => work({ query: async () => [] }),
} as unknown as Store
const ask = async (input: object) => (await startFunction(askReport, { resources: { store } })).call(input)

test('bad input is refused with its field', async () => {
  const cases: [object, string][] = [
    [{}, 'question'],
    [{ question: '' }, 'question'],
    [{ question: ' \t\u0000\u200b?!' }, 'question'],
    [{ question: 'x'.repeat(10_000) }, 'question'],
    [{ question: 7 }, 'question'],
    [{ question: 'revenue', language: 'ru' }, 'language'],
    [{ question: 'revenue', sql: 'select 1' }, 'sql'],
  ]
  for (const [input, field] of cases) {
    const { status, body } = await ask(input)
    assert.equal(status, 400, JSON.stringify(input).slice(0, 100))
    assert.deepEqual(
      (body.errors as { field: string }[]).map(each => each.field),
      [field],
    )
  }
})

test('before the first marts there is no metric, which is a 404 that says when there will be', async () => {
  const { status, body } = await ask({ question: 'revenue last month' })
  assert.equal(status, 404)
  assert.match(String(body.detail), /no metric has been published yet: that happens with the first marts/)
})
