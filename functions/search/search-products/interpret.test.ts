import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRandom } from '../../../stacks/demo/simulator.ts'
import { interpret } from './interpret.ts'
import { editDistance, makeVocabulary } from './vocabulary.ts'

const vocabulary = makeVocabulary(
  new Map([
    ['mountain', 9],
    ['bike', 20],
    ['helmet', 4],
    ['gloves', 3],
    ['jersey', 2],
    ['jerky', 1],
  ]),
)
const of = (query: string) => interpret(query, vocabulary)

test('prices become filters in the words that people use', () => {
  for (const [query, filters, rest] of [
    ['bike under 500', { priceMax: 500 }, 'bike'],
    ['helmets over $30.50', { priceMin: 30.5 }, 'helmets'],
    ['bikes between 100 and 200 dollars', { priceMin: 100, priceMax: 200 }, 'bikes'],
    ['gloves from 10€ up to 20€', { priceMin: 10, priceMax: 20 }, 'gloves'],
    ['jersey less than 19,99', { priceMax: 19.99 }, 'jersey'],
  ] as const) {
    const { filters: found, query: left } = of(query)
    assert.deepEqual(found, filters, query)
    assert.equal(left, rest)
  }
})

test('what only looks like a price stays a word', () => {
  for (const query of ['road 150', 'underwear', 'over the hill', 'from', 'BK-R93R-62', 'between us'])
    assert.deepEqual(of(query).filters, {}, query)
})

test('control characters are spaces, and a query of nothing else is empty', () => {
  assert.equal(of('bike\u0000helmet').query, 'bike helmet')
  assert.equal(of('\u0007\u200f\u0000').query, '')
  assert.deepEqual(of('').terms, [])
})

test('a misspelled word is corrected; known, short and numbered ones are left', () => {
  assert.deepEqual(of('montain bkie').terms, ['mountain', 'bike'])
  assert.equal(of('montain').corrected, 'mountain')
  for (const query of ['mountain bikes', 'bke', 'x1234', 'jersey', 'zzzzzzzz'])
    assert.equal(of(query).corrected, null, query)
})

test('the edit distance counts swaps of neighbours as one, and stops beyond its limit', () => {
  assert.equal(editDistance('bike', 'bkie', 2), 1)
  assert.equal(editDistance('bike', 'bike', 2), 0)
  assert.equal(editDistance('helmet', 'hellmet', 2), 1)
  assert.ok(editDistance('mountain', 'jersey', 2) > 2)
})

test('whatever is typed, the terms are letters, digits, hyphens and apostrophes', () => {
  const random = makeRandom(5)
  for (let i = 0; i < 2000; i++) {
    const query = String.fromCodePoint(
      ...Array.from({ length: 1 + Math.floor(random() * 30) }, () => Math.floor(random() * 0xd7ff)),
    )
    for (const term of of(query).terms) assert.match(term, /^[\p{L}\p{N}'-]+$/u)
  }
})
