import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpret } from './interpret.ts'
import { editDistance, makeVocabulary } from './vocabulary.ts'

const catalogue = {
  mountain: 9,
  bike: 20,
  helmet: 4,
  gloves: 3,
  jersey: 2,
  jerky: 1,
  belt: 1,
  küchen: 1,
  übertopf: 1,
}
const vocabulary = makeVocabulary(
  new Map(Object.entries(catalogue).map(([word, count]) => [word, { count, stems: null }])),
)
const of = (query: string) => interpret(query, vocabulary)
const correctionsOf = (query: string) => Object.fromEntries(of(query).corrections)

test('a price becomes a filter, and what is left is searched', () => {
  assert.deepEqual(of('bike under 1,000').filters, { priceMax: 1000 })
  assert.equal(of('bike under 1,000').query, 'bike')
})

test('invisible and control characters are no part of a query, and one of nothing else is empty', () => {
  assert.equal(of('bike\u0000helmet').query, 'bike helmet')
  assert.equal(of('bi\u00adke\u200b \ufeffhel\u2060met').query, 'bike helmet')
  assert.equal(of('\u0007\u200f\u0000').query, '')
  assert.deepEqual(of('').words, [])
})

test('a misspelled word has a correction; known, short and numbered ones have none', () => {
  assert.deepEqual(correctionsOf('montain bkie'), { montain: 'mountain', bkie: 'bike' })
  for (const query of ['mountain bikes', 'bke', 'x1234', 'jersey', 'zzzzzzzz', 'BK-R93'])
    assert.deepEqual(correctionsOf(query), {}, query)
})

test('a word without its marks is known, and one with letters beyond ASCII is corrected as others are', () => {
  for (const query of ['Küchen', 'KÜCHEN', 'Kuchen', 'Ku\u0308chen', 'Ubertopf'])
    assert.deepEqual(correctionsOf(query), {}, query)
  assert.deepEqual(correctionsOf('Übertofp'), { übertofp: 'übertopf' })
})

test('the edit distance counts swaps of neighbours as one, and stops beyond its limit', () => {
  assert.equal(editDistance('bike', 'bkie', 2), 1)
  assert.equal(editDistance('bike', 'bike', 2), 0)
  assert.equal(editDistance('helmet', 'hellmet', 2), 1)
  assert.ok(editDistance('mountain', 'jersey', 2) > 2)
})
