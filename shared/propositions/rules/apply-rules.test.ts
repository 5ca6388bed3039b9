import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyRules } from './apply-rules.ts'
import type { Ask } from './draft.ts'
import type { Candidate, ClientFacts, ProductFacts } from './facts.ts'
import { parseRules } from './read-rules.ts'

const TODAY = '2026-11-27'

const product = (productId: string, facts: Partial<ProductFacts> = {}): ProductFacts => ({
  productId,
  category: null,
  subcategory: null,
  brand: null,
  model: null,
  price: 10,
  cost: 6,
  stock: 5,
  repeatDays: null,
  ...facts,
})
const candidate = (productId: string, facts: Partial<Candidate> = {}): Candidate => ({
  productId,
  score: 1,
  because: 'bought with Road-150',
  isNew: false,
  ...facts,
})
const client = (facts: Partial<ClientFacts> = {}): ClientFacts => ({
  bought: new Map(),
  returned: new Set(),
  dismissed: new Map(),
  ...facts,
})

/** Products in the order of their score, under rules as a shop writes them. */
function propose(rules: string, products: ProductFacts[], ask: Partial<Ask> = {}) {
  return applyRules(parseRules('rules.yml', rules), {
    candidates: products.map(({ productId }, i) => candidate(productId, { score: 1 / (i + 1) })),
    products: new Map(products.map(one => [one.productId, one])),
    client: client(),
    territory: undefined,
    today: TODAY,
    limit: 10,
    seed: 'client 1, 2026-11-27',
    ...ask,
  })
}
const idsOf = (...args: Parameters<typeof propose>) => propose(...args).list.map(({ productId }) => productId)
const some = (count: number, facts: (i: number) => Partial<ProductFacts> = () => ({})) =>
  Array.from({ length: count }, (_, i) => product(`${i + 1}`, facts(i)))

test('without rules of its own a shop proposes what is in stock, in the order of the scores', () => {
  const { list, warnings } = propose('{}', [product('1'), product('2', { stock: 0 }), product('3')], {
    limit: 2,
  })
  assert.deepEqual(list, [
    { productId: '1', score: 1, because: 'bought with Road-150', kind: 'ranked' },
    { productId: '3', score: 1 / 3, because: 'bought with Road-150', kind: 'ranked' },
  ])
  assert.deepEqual(warnings, [])
})

test('what is out of stock is left out, what nobody keeps a stock of is not; negative stock is none', () => {
  const products = [0, 1, null, -3, Number.NaN, 0.5].map((stock, i) => product(`${i}`, { stock }))
  assert.deepEqual(idsOf('{}', products), ['1', '2', '5'])
  assert.equal(idsOf('inStock: false', products).length, 6)
})

test('a least margin is reached exactly, and not by what has no price or no cost', () => {
  const products = [
    product('exact', { price: 37.9, cost: 37.9 * 0.85 }),
    product('less', { price: 10, cost: 8.51 }),
    product('no price', { price: null }),
    product('no cost', { cost: null }),
    product('free', { price: 0, cost: 0 }),
    product('no number', { price: Number.NaN }),
    product('negative', { price: -10, cost: 6 }),
    product('more', { price: 10, cost: 2 }),
  ]
  assert.deepEqual(idsOf('minMargin: 0.15', products), ['exact', 'more'])
  assert.equal(idsOf('{}', products).length, 8)
})

test('what was bought is back after so many days, not a day before', () => {
  const bought = new Map([
    ['1', '2026-11-27'],
    ['2', '2026-10-29'],
    ['3', '2026-10-28'],
    ['4', '2026-11-28'],
    ['5', 'no day'],
  ])
  const ask = { client: client({ bought }) }
  assert.deepEqual(idsOf('notBoughtDays: 30', some(6), ask), ['3', '6'])
  assert.deepEqual(idsOf('{}', some(6), ask), ['3', '6'])
  assert.equal(idsOf('notBoughtDays: 0', some(6), ask).length, 6)
  assert.equal(idsOf('{}', some(6), { client: undefined }).length, 6)
})

test('a consumable is proposed again from 0.8 of its usual interval on', () => {
  const products = [20, 20, 0, Number.NaN].map((repeatDays, i) => product(`${i}`, { repeatDays }))
  const bought = new Map([
    ['0', '2026-11-11'], // 16 days ago
    ['1', '2026-11-12'],
    ['2', '2026-11-11'],
    ['3', '2026-11-11'],
  ])
  assert.deepEqual(idsOf('notBoughtDays: 30', products, { client: client({ bought }) }), ['0'])
})

test('what this client returned is left out for good, what was dismissed for so many days', () => {
  const ask = {
    client: client({
      returned: new Set(['1']),
      dismissed: new Map([
        ['2', '2026-08-30'], // 89 days ago
        ['3', '2026-08-29'],
      ]),
    }),
  }
  assert.deepEqual(idsOf('{}', some(4), ask), ['3', '4'])
  assert.deepEqual(idsOf('notReturned: false\nnotDismissedDays: 0', some(4), ask), ['1', '2', '3', '4'])
})

test('of one model is one product, of the others as many as there are; caps are set for each kind', () => {
  const products = some(8, i => ({
    model: i < 4 ? 'Half-Finger Gloves' : null,
    subcategory: i % 2 === 0 ? 'Gloves' : 'Caps',
    category: 'Clothing',
    brand: i < 6 ? 'Cordage' : null,
  }))
  const plain = 'diversity: 0\n'
  assert.deepEqual(idsOf(plain, products), ['1', '5', '6', '7', '8'])
  assert.deepEqual(idsOf(`${plain}maxPerModel: 3`, products), ['1', '2', '3', '5', '6', '7', '8'])
  assert.deepEqual(idsOf(`${plain}maxPerSubcategory: 1`, products), ['1', '6'])
  assert.deepEqual(idsOf(`${plain}maxPerCategory: 2`, products), ['1', '5'])
  assert.deepEqual(idsOf(`${plain}maxPerBrand: 2`, products), ['1', '5', '7', '8'])
})

test('products of which the category, brand or model is not known are under no cap of it', () => {
  const products = some(6, i => ({ model: i % 2 ? null : '', category: '', brand: null, subcategory: '' }))
  assert.equal(idsOf('maxPerCategory: 1\nmaxPerBrand: 1\nmaxPerSubcategory: 1', products).length, 6)
})

test('a list of ten is not all of one subcategory where others come soon, and without diversity it is', () => {
  const products = some(40, i => ({ subcategory: i < 10 ? 'Gloves' : i < 20 ? 'Helmets' : 'Tires' }))
  const kinds = (rules: string) => {
    const of = new Map(products.map(one => [one.productId, one.subcategory]))
    const list = idsOf(rules, products)
    return ['Gloves', 'Helmets', 'Tires'].map(kind => list.filter(id => of.get(id) === kind).length)
  }
  assert.deepEqual(kinds('{}'), [7, 3, 0])
  assert.deepEqual(kinds('diversity: 0'), [10, 0, 0])
  assert.deepEqual(kinds('diversity: 1'), [6, 3, 1])
})

test('diversity leaves the first in its place, and what has no subcategory gives way to nothing', () => {
  assert.equal(
    idsOf(
      'diversity: 1',
      some(5, () => ({ subcategory: 'Gloves' })),
    )[0],
    '1',
  )
  assert.deepEqual(idsOf('diversity: 1', some(5)), ['1', '2', '3', '4', '5'])
})

test('pins are first in the order of the file, those with a rank are at it, and the rest follows', () => {
  const pins = (text: string) => `pinned: [${text}]`
  const products = some(6)
  assert.deepEqual(idsOf(pins('{productId: 5}, {productId: 6}'), products, { limit: 4 }), [
    '5',
    '6',
    '1',
    '2',
  ])
  assert.deepEqual(
    idsOf(pins('{productId: 5, rank: 3}, {productId: 6}, {productId: 4, rank: 3}'), products, { limit: 5 }),
    ['6', '1', '5', '4', '2'],
  )
  assert.deepEqual(
    idsOf(pins('{productId: 5, rank: 3}, {productId: 4, rank: 3}'), products, { limit: 3 }),
    ['1', '4', '5'],
    'both at the last place: the second is before the first',
  )
  assert.deepEqual(idsOf(pins('{productId: 5, rank: 4}'), products, { limit: 3 }), ['1', '2', '3'])
})

test('a pin that is no candidate is proposed with a score of 0, one that is keeps score and reason', () => {
  const products = some(3)
  const { list } = propose('pinned: [{productId: 3, rank: 1}, {productId: 2, rank: 2}]', products, {
    candidates: [candidate('1'), candidate('2', { score: 0.4 }), candidate('3', { score: Number.NaN })],
  })
  assert.deepEqual(list, [
    { productId: '3', score: 0, because: 'chosen by the shop', kind: 'pinned' },
    { productId: '2', score: 0.4, because: 'bought with Road-150', kind: 'pinned' },
    { productId: '1', score: 1, because: 'bought with Road-150', kind: 'ranked' },
  ])
})

test('a pin holds on its first and last day, and only for its territory, in any case', () => {
  const first = (entry: string, ask: Partial<Ask>) =>
    idsOf(`pinned: [{productId: 3, ${entry}}]`, some(3), ask)[0]
  for (const [entry, isOn] of [
    ['from: 2026-11-27', true],
    ['from: 2026-11-28', false],
    ['until: 2026-11-27', true],
    ['until: 2026-11-26', false],
    ['from: 2026-11-27, until: 2026-11-27', true],
  ] as const)
    assert.equal(first(entry, {}), isOn ? '3' : '1', entry)
  for (const [territory, isOn] of [
    ['Northwest', true],
    ['NORTHWEST', true],
    ['Northeast', false],
    [undefined, false],
  ] as const)
    assert.equal(first('territory: Northwest', { territory }), isOn ? '3' : '1', territory)
})

test('every rule beats a pin; what the shop can mend is said, what the client did is not', () => {
  const rules = (more: string) => `pinned: [{productId: 3}, {productId: 9}]\n${more}`
  const products = [...some(2), product('3', { category: 'Gloves', stock: 5 })]
  const GONE = 'pinned product 9 is left out: not in the catalogue'
  const left = (more: string, ask: Partial<Ask> = {}, given = products) => {
    const { list, warnings } = propose(rules(more), given, { limit: 2, ...ask })
    assert.deepEqual(
      list.map(({ productId }) => productId),
      ['1', '2'],
      more,
    )
    return warnings
  }
  const outOfStock = [...some(2), product('3', { stock: 0 })]
  for (const [warnings, rule] of [
    [left('excluded: [{productId: 3}]'), 'excluded'],
    [left('excluded: [{category: gloves}]'), 'excluded'],
    [left('', {}, outOfStock), 'inStock'],
    [left('minMargin: 0.4', {}, [...some(2), product('3', { cost: 9 })]), 'minMargin'],
  ] as const)
    assert.deepEqual(warnings, [`pinned product 3 is left out: ${rule}`, GONE])
  for (const facts of [
    { returned: new Set(['3']) },
    { dismissed: new Map([['3', TODAY]]) },
    { bought: new Map([['3', TODAY]]) },
  ])
    assert.deepEqual(left('', { client: client(facts) }), [GONE])
})

test('pins are under the caps too, in their order', () => {
  const { list, warnings } = propose(
    'pinned: [{productId: 2}, {productId: 3}]',
    some(4, i => ({ model: i < 3 ? 'Gloves' : null })),
  )
  assert.deepEqual(
    list.map(({ productId }) => productId),
    ['2', '4'],
  )
  assert.deepEqual(warnings, [
    'pinned product 3 is left out: maxPerModel',
    'only 2 of 10 places are filled; left out: maxPerModel 2',
  ])
})

test('an exclusion holds on its days, by id exactly, by name in any case and Unicode form', () => {
  const products = [
    product('1', { category: 'Küchen' }),
    product('2', { subcategory: 'Küchen' }),
    product('3', { brand: 'KÜCHEN' }),
    product('A', {}),
    product('a', {}),
  ]
  assert.deepEqual(idsOf('excluded: [{category: "Ku\u0308chen"}]', products), ['2', '3', 'A', 'a'])
  assert.deepEqual(idsOf('excluded: [{subcategory: küchen}, {brand: küchen}]', products), ['1', 'A', 'a'])
  assert.deepEqual(idsOf('excluded: [{productId: a}]', products), ['1', '2', '3', 'A'])
  assert.equal(idsOf('excluded: [{productId: a, from: 2026-11-28}]', products).length, 5)
  assert.equal(idsOf('excluded: [{productId: a, until: 2026-11-27}]', products).length, 4)
})

test('exploration takes its share of the places, of what is new or seldom shown, spread over the list', () => {
  const products = some(60)
  const candidates = products.map(({ productId }, i) =>
    candidate(productId, { isNew: i >= 20 && i % 2 === 0, isSeldomShown: i >= 20 && i % 4 === 1 }),
  )
  const { list } = propose('exploration: 0.25', products, { candidates })
  assert.equal(list.length, 10)
  const explored = list.filter(({ kind }) => kind === 'explored')
  assert.equal(explored.length, 2)
  for (const { productId } of explored) {
    const one = candidates[Number(productId) - 1]
    assert.ok(one?.isNew || one?.isSeldomShown)
  }
  assert.deepEqual(
    list.flatMap(({ kind }, i) => (kind === 'explored' ? [i + 1] : [])),
    [5, 10],
  )
  assert.deepEqual(
    list.filter(({ kind }) => kind === 'ranked').map(({ productId }) => productId),
    ['1', '2', '3', '4', '5', '6', '7', '8'],
  )
})

test('what is explored depends on the seed alone, and every new product has its turn', () => {
  const products = some(50)
  const candidates = products.map(({ productId }, i) => candidate(productId, { isNew: i >= 10 }))
  const explored = (seed: string) =>
    propose('exploration: 0.2', products, { candidates, seed })
      .list.filter(({ kind }) => kind === 'explored')
      .map(({ productId }) => productId)
  assert.deepEqual(explored('1, 2026-11-27'), explored('1, 2026-11-27'))
  const times = new Map<string, number>()
  for (let client = 0; client < 2000; client++)
    for (const id of explored(`${client}, 2026-11-27`)) times.set(id, (times.get(id) ?? 0) + 1)
  // 4000 draws of 42: 95 each, give or take 10.
  assert.ok(times.size >= 40)
  const counts = [...times].filter(([id]) => Number(id) > 10).map(([, count]) => count)
  assert.ok(Math.min(...counts) > 50 && Math.max(...counts) < 150, JSON.stringify([...times]))
})

test('places that exploration cannot fill go to the others, and of a short list nothing is explored', () => {
  const products = some(12)
  assert.deepEqual(
    new Set(propose('exploration: 0.5', products).list.map(({ kind }) => kind)),
    new Set(['ranked']),
  )
  const kinds = propose('exploration: 0.5', products, {
    candidates: products.map(({ productId }) => candidate(productId, { isNew: productId === '12' })),
  }).list.map(({ kind }) => kind)
  assert.deepEqual(kinds, [...new Array(9).fill('ranked'), 'explored'])
  const candidates = products.map(({ productId }) => candidate(productId, { isNew: true }))
  const { list } = propose('exploration: 0.5', products, { candidates, limit: 13 })
  assert.deepEqual([list.length, new Set(list.map(({ kind }) => kind))], [12, new Set(['ranked'])])
})

test('rules that nothing fits give a short list, and say which of them left out how many', () => {
  const products = some(9, i => ({ stock: i < 4 ? 0 : 1, model: i < 6 ? 'A' : 'B', cost: i === 8 ? 10 : 1 }))
  const candidates = [...products, product('gone')].map(({ productId }) => candidate(productId))
  const { list, warnings } = propose('minMargin: 0.5', products, { candidates, limit: 5 })
  assert.deepEqual(
    list.map(({ productId }) => productId),
    ['5', '7'],
  )
  assert.deepEqual(warnings, [
    'only 2 of 5 places are filled; left out: not in the catalogue 1, inStock 4, minMargin 1, maxPerModel 2',
  ])
  assert.deepEqual(propose('{}', []).warnings, [
    'only 0 of 10 places are filled; there are no more candidates',
  ])
})

test('a score that is no number leaves a candidate out, a product named twice is there once', () => {
  const products = some(4)
  const { list } = propose('{}', products, {
    candidates: [
      candidate('1', { score: Number.NaN }),
      candidate('2', { score: Number.POSITIVE_INFINITY }),
      candidate('3', { score: -2 }),
      candidate('3', { score: 5 }),
      candidate('4', { score: Number.NEGATIVE_INFINITY }),
    ],
  })
  assert.deepEqual(
    list.map(({ productId, score }) => [productId, score]),
    [['3', -2]],
  )
})

test('a list has as many places as asked for, from none to all', () => {
  for (const [limit, length] of [
    [0, 0],
    [1, 1],
    [20, 20],
    [100, 30],
    [2.7, 2],
    [-1, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 30],
  ] as const) {
    const { list, warnings } = propose('exploration: 0.2', some(30), { limit })
    assert.equal(list.length, length, `${limit}`)
    assert.equal(warnings.length, limit > 30 ? 1 : 0)
  }
})
