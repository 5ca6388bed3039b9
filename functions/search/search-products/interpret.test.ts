import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance, makeVocabulary } from '../../../shared/vocabulary/index.ts'
import { interpret } from './interpret.ts'
import { respell } from './spelling.ts'

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
  new Map(Object.entries(catalogue).map(([word, count]) => [word, { count, stems: null, isName: true }])),
  { products: 40, colours: ['red', 'blue', 'silver/black', 'bordeaux'], subcategories: [] },
)
const ENGLISH = new Set(
  'the for my with warm bell rode water cold not light up under in of red and gloves bike'.split(' '),
)
const of = (query: string) => interpret(query, vocabulary, word => ENGLISH.has(word))
const correctionsOf = (query: string) => {
  const { typed, meant } = of(query)
  return Object.fromEntries(
    meant.flatMap((word, at) =>
      word.isCorrected ? [[typed[at]?.word, word.parts.length > 0 ? word.parts.join(' ') : word.word]] : [],
    ),
  )
}

test('a price ends where a refusal begins', () => {
  const { filters, notColours, query } = of('helmet under 50 not blue')
  assert.deepEqual([filters, notColours, query], [{ priceMax: 50 }, ['blue'], 'helmet'])
  assert.deepEqual(of('Helm unter 50 nicht red').filters, { priceMax: 50 })
})

test('a price becomes a filter, and what is left is searched', () => {
  assert.deepEqual(of('bike under 1,000').filters, { priceMax: 1000 })
  assert.equal(of('bike under 1,000').query, 'bike')
})

test('invisible and control characters are no part of a query, and one of nothing else is empty', () => {
  assert.equal(of('bike\u0000helmet').query, 'bike helmet')
  assert.equal(of('bi\u00adke\u200b \ufeffhel\u2060met').query, 'bike helmet')
  assert.equal(of('\u0007\u200f\u0000').query, '')
  assert.deepEqual(of('').meant, [])
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

test('two words that are one in the catalogue are joined, and one that is two there is divided', () => {
  assert.equal(of('moun tain bike').meant[0]?.word, 'mountain')
  assert.deepEqual(of('mountainbike').meant, [
    { word: 'mountainbike', parts: ['mountain', 'bike'], isCorrected: true },
  ])
  assert.equal(respell(of('mountainbike gloves').meant), 'mountain bike gloves')
  assert.equal(respell(of('warm gloves').meant), null)
})

test('a word that the language has is left as it is; the nearest one of the catalogue may be meant', () => {
  assert.deepEqual(of('bell').meant, [{ word: 'bell', parts: [], perhaps: 'belt' }])
  assert.deepEqual(correctionsOf('bell'), {})
})

test('a colour of the catalogue is read in any language, and in English where the query is', () => {
  assert.deepEqual(of('red bike').colours, ['red'])
  assert.deepEqual(of('rotes Rennrad').colours, ['red'])
  assert.deepEqual(of('casco azul').colours, ['blue'])
  assert.deepEqual(of('silver bike').colours, ['silver/black'])
  assert.deepEqual(of('bordeaux').colours, ['bordeaux'])
  assert.deepEqual(of('rode my bike').colours, [], 'rode is Dutch for red, and English')
  assert.deepEqual(of('green bike').colours, [], 'nothing here is green')
})

test('what is refused is no longer looked for', () => {
  for (const [query, refused] of [
    ['helmet not red', ['red']],
    ['bike, any colour but blue', ['blue']],
    ['no red or blue gloves', ['red', 'blue']],
    ['Helm ohne Rot', ['red']],
  ] as const)
    assert.deepEqual([of(query).notColours, of(query).colours], [refused, []], query)
  assert.deepEqual(of('bike but not for mountain').notWords, ['mountain'])
  assert.deepEqual(of('gloves without fingers').notWords, [])
  assert.equal(of('gloves without fingers').query, 'gloves without fingers')
})

test('one end of the prices is an order', () => {
  for (const [query, sort, rest] of [
    ['cheapest helmet', 'price', 'helmet'],
    ['the most expensive bike', '-price', 'bike'],
    ['bike with the lowest price', 'price', 'bike'],
    ['billigster Helm', 'price', 'Helm'],
    ['casque le plus cher', '-price', 'casque'],
    ['expensive bike', undefined, 'expensive bike'],
  ] as const)
    assert.deepEqual([of(query).sort, of(query).query], [sort, rest], query)
})

test('how English a query is follows from its words, not from one of them', () => {
  assert.equal(of('warm gloves for my bike').english, 1)
  assert.equal(of('sella comoda per lunghi viaggi').english, 0)
  assert.equal(of('自転車のヘルメット').english, 0)
  assert.equal(of('BK-R93R-62').english, 1)
  assert.equal(of('montain bkie').english, 0, 'neither is known to this dictionary')
})
