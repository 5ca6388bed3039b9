import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadModels, type Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { CATALOGUE, makeEvent } from '../../../tests/support/catalogue.ts'
import { waitFor } from '../../../tests/support/demo.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import indexProducts from '../index-products/handler.ts'
import suggestProducts from './handler.ts'
import type { Suggestion } from './schema.ts'

const HELMETS = { model: 'Sport-100', category: 'Accessories', subcategory: 'Helmets' }
const GLOVES = { model: 'Full-Finger Gloves', category: 'Clothing', subcategory: 'Gloves' }
const PRODUCTS: [
  sku: string,
  name: string,
  about?: Partial<Record<keyof typeof HELMETS | 'description', string>>,
][] = [
  ['HL-U509-R', 'Sport-100 Helmet, Red', HELMETS],
  ['HL-U509-B', 'Sport-100 Helmet, Blue', HELMETS],
  ['HL-U509', 'Sport-100 Helmet, Black', HELMETS],
  ['GL-F110-M', 'Full-Finger Gloves, M', GLOVES],
  ['GL-F110-L', 'Full-Finger Gloves, L', GLOVES],
  ['BC-M005', 'Mountain Bottle Cage', { category: 'Accessories', subcategory: 'Bottles and Cages' }],
  [
    'BK-M18B-40',
    'Mountain-500 Black, 40',
    { model: 'Mountain-500', category: 'Bikes', subcategory: 'Mountain Bikes' },
  ],
  [
    'BK-M18S-42',
    'Mountain-500 Silver, 42',
    { model: 'Mountain-500', category: 'Bikes', subcategory: 'Mountain Bikes' },
  ],
  [
    'SH-W890-S',
    "Women's Mountain Shorts, S",
    { category: 'Clothing', description: 'Heavy duty, with moisture control.' },
  ],
  ['REG.02', 'Küchenregal', { category: 'Küche' }],
  ['LAMP/7', 'Настольная лампа', { category: 'Свет' }],
  ['ZH-1', '山地自行车头盔', { category: '自行车' }],
  ['TH-1', 'รองเท้าวิ่ง'],
  ['MARK-1', '<b>Bold</b> Saddle'],
]

let postgres: TestPostgres
let store: Store
let models: Models
let index: StartedFunction
let suggesting: StartedFunction
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  models = await loadModels()
  const resources = { store, models, sources: [CATALOGUE] }
  index = await startFunction(indexProducts, { resources })
  await index.deliver(PRODUCTS.map(([sku, name, about = {}], i) => toEvent(i + 1, { sku, name, ...about })))
  suggesting = await startFunction(suggestProducts, { resources })
  await waitFor('the words and the categories to be read', async () =>
    (await textsOf('helm')).includes('Helmets'),
  )
})
after(async () => {
  await models.close()
  await postgres.stop()
})

function toEvent(id: number, about: Record<string, string>, op: 'c' | 'd' = 'c') {
  const { sku, name, model, category, subcategory, description } = about
  const row = {
    ...{ ProductID: id, ProductNumber: sku ?? null, Name: name ?? null, Model: model ?? null, Color: null },
    ...{ Category: category ?? null, Subcategory: subcategory ?? null, Description: description ?? null },
    ListPrice: null,
  }
  return makeEvent({ table: 'Product', op, row, commit: op === 'd' ? id + 1000 : id })
}

async function suggest(query: string, more: object = {}): Promise<Suggestion[]> {
  const { status, body } = await suggesting.call({ query, ...more })
  assert.equal(status, 200, JSON.stringify(body))
  return body.suggestions as Suggestion[]
}
const textsOf = async (query: string, more: object = {}) =>
  (await suggest(query, more)).map(({ text }) => text)

test('the last word is completed by the words of the catalogue, and those before it are kept', async () => {
  assert.ok((await textsOf('mountain bo')).includes('Mountain Bottle Cage'))
  const [first] = await suggest('mountain sho')
  assert.deepEqual([first?.text, first?.kind, first?.count], ['mountain shorts', 'word', 1])
  assert.ok((await textsOf('mois')).includes('moisture'), 'a word of a description')
})

test('sizes and colours of a model are one suggestion, with how many there are', async () => {
  const found = await suggest('sport')
  const helmet = found.find(({ kind }) => kind === 'model')
  assert.deepEqual([helmet?.text, helmet?.count, helmet?.productId], ['Sport-100 Helmet', 3, null])
  assert.equal(found.filter(({ text }) => text.startsWith('Sport-100')).length, 1)
  const [one] = await suggest('mountain bottle cag')
  assert.deepEqual([one?.text, one?.kind, one?.productId], ['Mountain Bottle Cage', 'product', '6'])
})

test('categories and subcategories come with how many products they have, also by a word within', async () => {
  const kinds = async (query: string) =>
    (await suggest(query))
      .filter(({ kind }) => kind.endsWith('category'))
      .map(({ text, kind, count }) => [text, kind, count])
  assert.deepEqual(await kinds('clo'), [['Clothing', 'category', 3]])
  assert.deepEqual(await kinds('cag'), [['Bottles and Cages', 'subcategory', 1]])
  assert.deepEqual(await kinds('mountain bi'), [['Mountain Bikes', 'subcategory', 2]])
})

test('a product number is suggested by its beginning, with or without what divides it', async () => {
  for (const query of ['HL-U5', 'hl-u5', 'hlu5', 'HL U5', 'ｈｌ-ｕ5']) {
    const found = await suggest(query)
    assert.deepEqual(
      found.filter(({ kind }) => kind === 'identifier').map(({ text }) => text),
      ['HL-U509', 'HL-U509-B', 'HL-U509-R'],
      query,
    )
  }
  const [number] = await suggest('bc-m')
  assert.deepEqual([number?.text, number?.productId], ['BC-M005', '6'])
})

test('a misspelled beginning suggests what is near', async () => {
  for (const query of ['hlmet', 'helmt', 'HELMTE']) assert.equal((await textsOf(query))[0], 'Helmets', query)
  assert.deepEqual(await textsOf('mountian bottl'), ['Mountain Bottle Cage', 'mountain bottle'])
  assert.deepEqual(await textsOf('xylophon'), [])
})

test('case, accents, width and script make no difference', async () => {
  for (const query of ['Küchenr', 'KUCHENR', 'ku\u0308chenr'])
    assert.equal((await textsOf(query))[0], 'Küchenregal', query)
  assert.ok((await textsOf('НАСТОЛЬНАЯ ЛА')).includes('Настольная лампа'))
  assert.ok((await textsOf('山地')).includes('山地自行车头盔'))
  assert.ok((await textsOf('自行')).includes('自行车'))
  assert.ok((await textsOf('รองเท้า')).includes('รองเท้าวิ่ง'))
})

test('ranges are where the text has what was typed', async () => {
  const marked = async (query: string, text: string) => {
    const found = (await suggest(query)).find(one => one.text === text)
    return found?.ranges.map(([from, to]) => found.text.slice(from, to))
  }
  assert.deepEqual(await marked('mountain bo', 'Mountain Bottle Cage'), ['Mountain', 'Bo'])
  assert.deepEqual(await marked('kuch', 'Küchenregal'), ['Küch'])
  assert.deepEqual(await marked('hlu5', 'HL-U509'), ['HL-U5'])
  assert.deepEqual(await marked('womens mountain', "Women's Mountain Shorts, S"), ["Women's", 'Mountain'])
  assert.deepEqual(await marked('hlmet', 'Helmets'), [])
  assert.deepEqual(await marked('山地', '山地自行车头盔'), ['山地'])
})

test('a name is suggested as it is read, without markup', async () => {
  assert.ok((await textsOf('bold sad')).includes('Bold Saddle'))
})

test('there are no more suggestions than asked for, none twice, and none of nothing', async () => {
  assert.equal((await suggest('m', { limit: 2 })).length, 2)
  const all = await textsOf('m', { limit: 20 })
  assert.equal(new Set(all.map(text => text.toLowerCase())).size, all.length)
  for (const query of ['', '   ', '!?', '"', '\0', '\ud800'])
    assert.deepEqual(await suggest(query), [], query)
})

test('what is deleted is not suggested any more, and what is new is, and the answer says how fresh it is', async () => {
  const about = { sku: 'TENT-1', name: 'Tent' }
  await index.deliver([toEvent(900, about)])
  assert.deepEqual(await textsOf('tent'), ['Tent', 'TENT-1'])
  await index.deliver([toEvent(900, about, 'd')])
  assert.deepEqual(await textsOf('tent'), [])
  const { body } = await suggesting.call({ query: 'tent' })
  assert.deepEqual(Object.keys(body), ['suggestions', 'tookMs', 'asOf'])
  assert.deepEqual(Object.keys(body.asOf as object), ['changedAt', 'position'])
})

test('whatever is typed, there is an answer, and the same one again', async () => {
  const random = makeRandom(11)
  const pick = <Item>(items: Item[]) => items[Math.floor(random() * items.length)] as Item
  const signs = [
    "'",
    '"',
    '\\',
    '&',
    '|',
    '!',
    ':*',
    '(',
    ')',
    '<->',
    '%',
    '_',
    '{',
    '[',
    '.',
    '$',
    '^',
    '\0',
    ' ',
    '\ud800',
    '\udfff',
  ]
  const words = ['mountain', 'helm', 'ß', 'İ', 'HL-U', '山地', '́']
  const anywhere = () => String.fromCodePoint(Math.floor(random() * 0x110000))
  for (let i = 0; i < 400; i++) {
    const length = 1 + Math.floor(random() * (i % 10 === 0 ? 120 : 8))
    const query = Array.from({ length }, () => pick([() => pick(signs), () => pick(words), anywhere])())
      .join(pick(['', ' ']))
      .slice(0, 200)
    const found = await suggest(query)
    for (const { text, ranges } of found)
      for (const [from, to] of ranges)
        assert.ok(from >= 0 && from < to && to <= text.length, JSON.stringify(query))
    if (i % 8 === 0) assert.deepEqual(await suggest(query), found, JSON.stringify(query))
  }
  for (const plane of Array.from({ length: 17 }, (_, i) => i * 0x10000))
    await suggest(
      String.fromCodePoint(...Array.from({ length: 80 }, (_, i) => plane + 0x100 + i * 97)).slice(0, 200),
    )
})

test('a query that is too long, and fields that are none, are refused by name', async () => {
  const { status, body } = await suggesting.call({
    query: 'x'.repeat(201),
    limit: 21,
    language: 'english',
    more: 1,
  })
  assert.equal(status, 400)
  assert.deepEqual(
    (body.errors as { field: string }[]).map(({ field }) => field),
    ['query', 'limit', 'language', 'more'],
  )
})

test('in another language than English a word and the same with an s are two suggestions', async () => {
  const german = await textsOf('helmet', { language: 'de' })
  assert.ok(german.includes('helmet') && german.includes('Helmets'))
  assert.ok(!(await textsOf('helmet')).includes('helmet'))
})

test('a store that does not answer is a 503', async () => {
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const resources = { store: { query } as unknown as Store, sources: [CATALOGUE] }
  const away = await startFunction(suggestProducts, { resources })
  assert.equal((await away.call({ query: 'helm' })).status, 503)
})
