import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadModels, type Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { CATALOGUE, makeEvent } from '../../../tests/support/catalogue.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import indexProducts from '../index-products/handler.ts'
import searchProducts from './handler.ts'

/** The real model and a real Postgres with pgvector, over a catalogue small enough to know by heart. */
const PRODUCTS = [
  {
    ProductID: 1,
    ProductNumber: 'BK-R93R-62',
    Name: 'Road-150 Red, 62',
    Model: 'Road-150',
    Color: 'Red',
    Category: 'Bikes',
    Subcategory: 'Road Bikes',
    ListPrice: '3578.2700',
    Description: 'This bike is ridden by race winners. Fast and light.',
  },
  {
    ProductID: 2,
    ProductNumber: 'BK-M82S-38',
    Name: 'Mountain-100 Silver, 38',
    Model: 'Mountain-100',
    Color: 'Silver',
    Category: 'Bikes',
    Subcategory: 'Mountain Bikes',
    ListPrice: '3399.9900',
    Description: 'Top-of-the-line competition mountain bike.',
  },
  {
    ProductID: 3,
    ProductNumber: 'GL-F110-M',
    Name: 'Full-Finger Gloves, M',
    Model: 'Full-Finger Gloves',
    Color: 'Black',
    Category: 'Clothing',
    Subcategory: 'Gloves',
    ListPrice: '37.9900',
    Description: 'Synthetic palm, flexible knuckles, breathable mesh upper.',
  },
  {
    ProductID: 4,
    ProductNumber: 'WB-H098',
    Name: 'Water Bottle - 30 oz.',
    Model: 'Water Bottle',
    Color: null,
    Category: 'Accessories',
    Subcategory: 'Bottles and Cages',
    ListPrice: '4.9900',
    Description: 'Leak-proof bottle.',
  },
  {
    ProductID: 5,
    ProductNumber: 'LJ-0192-S',
    Name: 'Long-Sleeve Logo Jersey, S',
    Model: 'Long-Sleeve Logo Jersey',
    Color: 'Multi',
    Category: 'Clothing',
    Subcategory: 'Jerseys',
    ListPrice: '49.9900',
    Description: 'Unisex long-sleeve microfiber cycling jersey.',
  },
]

/** Products of a shop whose customers write in other ways. */
const OTHERS = [
  ['ÄÖ-77', 'Übertopf', 'Garten'],
  ['ST/200', 'Настольная лампа', 'Свет'],
  ['ST/100.5', 'Straße', 'Spiel'],
  ['REG.02', 'Küchenregal für Küchen', 'Küche'],
  ['HINDI', 'हिन्दी किताब', null],
  ['THAI', 'รองเท้าวิ่ง', null],
  ['HEBREW', 'שָׁלוֹם', null],
  ['ARABIC', 'مُحَمَّد', null],
  ['GREEK', 'λάμπας', null],
  ['TURKISH', 'İstanbul Işık', null],
  ['BELL', 'Bell', null],
  ['BELLOWS', 'Bellows', null],
  ['BELT', 'Belt', null],
].map(([sku, name, category], i) => ({
  ProductID: 100 + i,
  ProductNumber: sku ?? null,
  Name: name ?? null,
  Model: null,
  Color: null,
  Category: category ?? null,
  Subcategory: null,
  ListPrice: null,
  Description: null,
}))

let postgres: TestPostgres
let store: Store
let models: Models
let search: StartedFunction
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  models = await loadModels()
  const resources = { store, models, sources: [CATALOGUE] }
  const index = await startFunction(indexProducts, { resources })
  await index.deliver([
    ...OTHERS.map((row, i) => makeEvent({ table: 'Product', row, commit: i + 50 })),
    ...PRODUCTS.map((row, i) => makeEvent({ table: 'Product', row, commit: i + 1 })),
    makeEvent({ table: 'Inventory', row: { ProductID: 3, Location: 'A', Quantity: 5 }, commit: 10 }),
    makeEvent({ table: 'Inventory', row: { ProductID: 1, Location: 'A', Quantity: 0 }, commit: 11 }),
    makeEvent({
      table: 'ProductDescription',
      row: { Model: 'Water Bottle', Culture: 'fr', Description: 'Gourde étanche' },
      commit: 12,
    }),
  ])
  search = await startFunction(searchProducts, { resources })
  // The vocabulary is read in the background with the first search.
  await search.call({})
  await new Promise(resolve => setTimeout(resolve, 300))
})
after(async () => {
  await models.close()
  await postgres.stop()
})

type Found = {
  results: { sku: string; score: number; matched: string[]; listPrice: number }[]
  facets: Record<string, { value: string; count: number }[]>
  total: number
  interpreted: { query: string; filters: object; corrected: string | null }
  asOf: object
}

async function find(input: object): Promise<Found> {
  const { status, body } = await search.call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as Found
}
const skus = ({ results }: Found) => results.map(({ sku }) => sku)

test('an identifier comes first, in any case and within a sentence', async () => {
  for (const query of ['WB-H098', 'wb-h098', 'where is WB-H098', '4']) {
    const { results } = await find({ query })
    assert.equal(results[0]?.sku, 'WB-H098', query)
    assert.ok(results[0]?.matched.includes('identifier'), query)
  }
})

test('a number is found within a sentence, whatever stands around it', async () => {
  for (const query of [
    'where is ST/100.5',
    '"ST/100.5"',
    'ST/100.5,',
    '(st/100.5)?',
    'ST/100.5, REG.02',
    'is st/100.5 there',
  ])
    assert.equal((await find({ query })).results[0]?.sku, 'ST/100.5', query)
  for (const query of ['REG.02 shelf', '„REG.02“', 'reg.02!', 'äö-77 oder REG.02'])
    assert.ok(
      skus(await find({ query }))
        .slice(0, 2)
        .includes('REG.02'),
      query,
    )
})

test('prefixes of numbers and words are found while they are typed, below whole ones', async () => {
  for (const [query, sku] of [
    ['BK-R93', 'BK-R93R-62'],
    ['bk-m8', 'BK-M82S-38'],
    ['ST/10', 'ST/100.5'],
    ['glov', 'GL-F110-M'],
    ['full finger glo', 'GL-F110-M'],
    ['Überto', 'ÄÖ-77'],
    ['лам', 'ST/200'],
  ] as const) {
    const found = await find({ query })
    assert.equal(found.results[0]?.sku, sku, query)
    assert.equal(found.interpreted.corrected, null, query)
  }
  assert.deepEqual(skus(await find({ query: 'bell' })).slice(0, 2), ['BELL', 'BELLOWS'])
})

test('case, width, normal form, marks and invisible characters make no difference', async () => {
  const same: Record<string, string[]> = {
    'ÄÖ-77': [
      'äö-77',
      'ÄÖ-77',
      'A\u0308O\u0308-77',
      'ÄÖ\u201177',
      'übertopf',
      'ÜBERTOPF',
      'Ubertopf',
      'U\u0308bertopf',
      'Über\u00adtopf',
      'Ü\u200bbertopf',
      'Ｕbertopf ÄÖ-77',
    ],
    'ST/200': ['лампа', 'ЛАМПА', 'настольная лампа'],
    'ST/100.5': ['straße', 'STRASSE', 'strasse', 'ＳＴ／１００．５'],
    'REG.02': ['küchen', 'Kuchen', 'KÜCHENREGAL', 'ku\u0308chenregal', 'Kuchenregal'],
    HINDI: ['हिन्दी', 'हिन्दी किताब'],
    THAI: ['รองเท้า', 'รองเท้าวิ่ง'],
    HEBREW: ['שלום', 'שָׁלוֹם'],
    ARABIC: ['محمد', 'مُحَمَّد'],
    GREEK: ['ΛΑΜΠΑΣ', 'λάμπας', 'λαμπασ'],
    TURKISH: ['istanbul', 'ISTANBUL', 'İstanbul', 'ışık', 'isik'],
  }
  for (const [sku, queries] of Object.entries(same))
    for (const query of queries) {
      const found = await find({ query })
      assert.equal(found.results[0]?.sku, sku, query)
      assert.equal(found.interpreted.corrected, null, query)
    }
  for (const category of ['küche', 'KÜCHE', 'Ku\u0308che'])
    assert.deepEqual(skus(await find({ query: '', filters: { category } })), ['REG.02'])
})

test('a word that a product has since a moment is not taken for misspelled', async () => {
  const found = await find({ query: 'jerse' })
  assert.equal(found.interpreted.corrected, null)
})

test('whatever is typed, there is an answer', async () => {
  const random = makeRandom(5)
  const letters = [
    "'",
    '\\',
    '&',
    '|',
    '!',
    ':',
    '*',
    '(',
    ')',
    '<',
    '>',
    '"',
    ' ',
    '$',
    '1',
    ',',
    '.',
    'a',
    'ü',
    '\u0301',
    '\ud800',
  ]
  for (let i = 0; i < 500; i++) {
    const code = () => Math.floor(random() * 0xd7ff)
    const one = () =>
      random() < 0.5 ? (letters[Math.floor(random() * letters.length)] ?? '') : String.fromCodePoint(code())
    await find({ query: Array.from({ length: 1 + Math.floor(random() * 12) }, one).join('') })
  }
  for (const long of [
    'a'.repeat(1000),
    'not red '.repeat(125),
    '7 '.repeat(500),
    '自転車'.repeat(333),
    'bk r93r '.repeat(125),
    'helmet not s',
    'no s, no x without e',
  ])
    await find({ query: long })
})

test('a meaning is found without any of its words', async () => {
  const { results } = await find({ query: 'keep my hands warm' })
  assert.equal(results[0]?.sku, 'GL-F110-M')
  assert.ok(results[0]?.matched.includes('meaning'))
})

test('words in other languages are found as they are', async () => {
  assert.equal(skus(await find({ query: 'gourde étanche', language: 'fr' }))[0], 'WB-H098')
})

test('a misspelled word is taken for the nearest that the catalogue knows, and said so', async () => {
  const found = await find({ query: 'montain bikes' })
  assert.equal(found.interpreted.corrected, 'mountain bikes')
  assert.equal(skus(found)[0], 'BK-M82S-38')
})

test('a price in the query is a filter', async () => {
  const found = await find({ query: 'clothing under $40' })
  assert.deepEqual(found.interpreted.filters, { priceMax: 40 })
  assert.ok(found.results.length > 0)
  assert.ok(found.results.every(({ listPrice }) => listPrice <= 40))
})

test('a colour in the query is a filter, unless that leaves nothing', async () => {
  const red = await find({ query: 'red bike' })
  assert.deepEqual([skus(red), red.interpreted.filters], [['BK-R93R-62'], { color: 'red' }])
  const gloves = await find({ query: 'red gloves', filters: { category: 'clothing' } })
  assert.deepEqual(
    [gloves.results[0]?.sku, gloves.interpreted.filters],
    ['GL-F110-M', { category: 'clothing' }],
  )
  const beyond = await find({ query: 'red bike', offset: 5 })
  assert.deepEqual(
    [skus(beyond), beyond.total],
    [[], 1],
    'what lies beyond the last page is nothing, not another answer',
  )
  const not = await find({ query: 'bike, not red' })
  assert.equal(not.results[0]?.sku, 'BK-M82S-38')
  assert.ok(!skus(not).includes('BK-R93R-62'))
})

test('the cheapest come first where they are asked for, and only what fits', async () => {
  const found = await find({ query: 'cheapest bike' })
  assert.deepEqual(skus(found), ['BK-M82S-38', 'BK-R93R-62'])
  assert.deepEqual(skus(await find({ query: 'most expensive bike' })), ['BK-R93R-62', 'BK-M82S-38'])
})

test('what nothing of the catalogue is gets no answer', async () => {
  // Letters at random are not among them: whether they come near a name in another script is chance, and differs by processor.
  for (const query of ['laptop charger', 'income tax return', 'ZZ-9999'])
    assert.deepEqual(skus(await find({ query })), [], query)
})

test('filters hold for results and facets alike', async () => {
  const found = await find({ query: '', filters: { category: 'clothing' } })
  assert.deepEqual(skus(found).toSorted(), ['GL-F110-M', 'LJ-0192-S'])
  assert.deepEqual(found.facets.category, [{ value: 'Clothing', count: 2 }])
  assert.deepEqual(skus(await find({ filters: { inStock: true } })), ['GL-F110-M'])
  assert.ok(!skus(await find({ filters: { inStock: false }, limit: 100 })).includes('GL-F110-M'))
  assert.deepEqual(skus(await find({ filters: { priceMin: 37.99, priceMax: 37.99 } })), ['GL-F110-M'])
  assert.deepEqual(skus(await find({ query: 'bike', filters: { color: 'green' } })), [])
})

test('scores fall from 1 at most to 0 at least, and the limit holds', async () => {
  const { results } = await find({ query: 'road bike', limit: 2 })
  assert.equal(results.length, 2)
  const scores = results.map(({ score }) => score)
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  )
  assert.ok(scores.every(score => score >= 0 && score <= 1))
})

test('an answer is put in order as asked, and its pages are those of one answer', async () => {
  const prices = async (input: object) => (await find(input)).results.map(({ listPrice }) => listPrice)
  assert.deepEqual(await prices({ query: 'bike', sort: 'price' }), [3399.99, 3578.27])
  assert.deepEqual(await prices({ query: 'bike', sort: '-price' }), [3578.27, 3399.99])
  assert.deepEqual(await prices({ filters: { priceMin: 1 }, sort: '-price', limit: 2 }), [3578.27, 3399.99])
  const all = skus(await find({ limit: 100 }))
  const pages = []
  for (let offset = 0; offset < all.length; offset += 3) pages.push(...skus(await find({ limit: 3, offset })))
  assert.deepEqual(pages, all)
  assert.deepEqual(skus(await find({ query: 'bike', offset: 100 })), [])
})

test('a deleted product is not found any more', async () => {
  const index = await startFunction(indexProducts, { resources: { store, models, sources: [CATALOGUE] } })
  await index.deliver([makeEvent({ table: 'Product', op: 'd', row: { ProductID: 5 }, commit: 20 })])
  assert.ok(!skus(await find({ query: 'Long-Sleeve Logo Jersey, S' })).includes('LJ-0192-S'))
})

test('while nothing is known of the bus, asOf says so', async () => {
  assert.deepEqual((await find({ query: 'bike' })).asOf, { changedAt: null, position: null })
})

test('when the store is away the answer is 503', async () => {
  const away: Store = {
    ...store,
    query: async () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })),
  }
  const { call } = await startFunction(searchProducts, {
    resources: { store: away, models, sources: [CATALOGUE] },
  })
  assert.equal((await call({ query: 'bike' })).status, 503)
})
