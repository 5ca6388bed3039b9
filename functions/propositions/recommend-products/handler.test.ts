import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { openObjects } from '../../../shared/objects/index.ts'
import { forgetClient } from '../../../shared/propositions/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { openWarehouse } from '../../../shared/warehouse/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import {
  buildPurchases,
  dayBefore,
  indexProducts,
  makePurchases,
  tasteOf,
} from '../../../tests/support/proposition-shop.ts'
import scorePropositions from '../score-propositions/handler.ts'
import trainPropositions from '../train-propositions/handler.ts'
import recommendProducts from './handler.ts'
import { output } from './schema.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-recommend-'))
const rules = join(home, 'rules.yml')
let postgres: TestPostgres | undefined
let store: Store
let recommend: StartedFunction

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const objects = openObjects(pathToFileURL(join(home, 'objects')).href)
  writeFileSync(rules, 'notBoughtDays: 0\n')
  recommend = await startFunction(recommendProducts, {
    resources: { store },
    settings: { PROPOSITION_RULES: rules },
  })
  assert.equal((await recommend.attempt({ clientId: 'c1' })).status, 404)
  await indexProducts(store)
  await buildPurchases(warehouse, home, makePurchases())
  const train = await startFunction(trainPropositions, { resources: { store, warehouse, objects } })
  const score = await startFunction(scorePropositions, { resources: { store, warehouse } })
  for (const each of [train, score]) {
    const { status, body } = await each.attempt({})
    assert.equal(status, 200, JSON.stringify(body))
  }
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

const ask = async (question: object) => {
  const { status, body } = await recommend.attempt(question)
  assert.equal(status, 200, JSON.stringify(body))
  return z.object(output.shape).parse(body)
}
const idsOf = ({ propositions }: z.infer<typeof output>) => propositions.map(({ productId }) => productId)
const numberOf = (productId: string) => Number(productId.slice(1))

async function did(clientId: string, productId: string, kind: string, ago = -1): Promise<void> {
  await store.query(
    `insert into propositions.recent (system, source_table, key, position, is_deleted, kind, client_id, product_id, day, at)
     values ('shop', 'Sale', gen_random_uuid()::text, '0001-1-1', false, $3, $1, $2, $4, now())`,
    [clientId, productId, kind, dayBefore(ago)],
  )
}

test('a client is offered products of its taste, each with a reason, as it is now', async () => {
  const answer = await ask({ clientId: 'c1', limit: 10, withHistory: true })
  assert.equal(answer.known, true)
  assert.equal(answer.askedFor, 'client')
  assert.equal(answer.propositions.length, 10)
  const own = answer.propositions.filter(({ productId }) => [0, 1].includes(tasteOf(numberOf(productId))))
  assert.ok(own.length >= 6, JSON.stringify(answer.propositions))
  for (const { because, name, listPrice, inStock } of answer.propositions) {
    assert.ok(because.length > 5)
    assert.match(name ?? '', /^Thing/)
    assert.ok(listPrice && inStock)
  }
  assert.equal(answer.model?.name, 'product-propositions')
  assert.ok(answer.client && answer.client.baskets > 0 && answer.client.bought.length > 0)
  assert.match(answer.asOf.position ?? '', /^0001/)
})

test('a purchase and a dismissal change the next answer', async () => {
  const before = await ask({ clientId: 'c2', limit: 5 })
  const [first] = idsOf(before)
  assert.ok(first)
  await did('c2', first, 'dismiss')
  assert.ok(!idsOf(await ask({ clientId: 'c2', limit: 5 })).includes(first))
  for (const productId of ['p003', 'p007', 'p011', 'p015']) await did('c2', productId, 'purchase')
  const changed = await ask({ clientId: 'c2', limit: 20, withHistory: true })
  assert.ok(changed.client?.bought.some(({ productId }) => productId === 'p015'))
  assert.notDeepEqual(idsOf(changed), idsOf(before))
  await did('c2', 'p003', 'return')
  assert.ok(!idsOf(await ask({ clientId: 'c2', limit: 60 })).includes('p003'))
})

test('whoever is not known, new or gone, is offered what is bought most; in a territory what is bought there', async () => {
  const nobody = await ask({ limit: 5 })
  assert.deepEqual([nobody.known, nobody.askedFor], [false, 'nobody'])
  assert.equal(nobody.propositions[0]?.productId, 'p000')
  assert.deepEqual(idsOf(await ask({ clientId: 'nobody at all', limit: 5 })), idsOf(nobody))
  await forgetClient(store.query, 'c9', '0001-0000000000009999-00000000')
  const gone = await ask({ clientId: 'c9', limit: 5, withHistory: true })
  assert.deepEqual([gone.known, gone.client, idsOf(gone)], [false, null, idsOf(nobody)])
  await did('somebody new', 'p005', 'purchase')
  const started = await ask({ clientId: 'somebody new', limit: 10 })
  assert.equal(started.known, true)
  assert.ok(
    started.propositions.some(({ because }) => because === 'bought with Thing 5'),
    JSON.stringify(started),
  )
  assert.ok((await ask({ territory: 'T1', limit: 5 })).propositions.length > 0)
  assert.equal((await recommend.attempt({ territory: 'T9' })).status, 404)
})

test('beside a product, and with a basket, comes what is bought with them', async () => {
  const beside = await ask({ productId: 'p005', limit: 5 })
  assert.equal(beside.askedFor, 'product')
  assert.ok(!idsOf(beside).includes('p005'))
  assert.match(beside.propositions[0]?.because ?? '', /Thing 5/)
  const basket = await ask({ basket: ['p005', 'p009'], limit: 5 })
  assert.equal(basket.askedFor, 'basket')
  assert.ok(!idsOf(basket).some(id => ['p005', 'p009'].includes(id)))
  assert.ok(idsOf(basket).filter(id => tasteOf(numberOf(id)) === 1).length >= 3, JSON.stringify(basket))
  assert.deepEqual((await ask({ basket: ['no such product'], limit: 5 })).propositions.length, 5)
  const missing = await recommend.attempt({ productId: 'p999' })
  assert.equal(missing.status, 404)
  assert.match(String(missing.body.detail), /p999/)
})

test('filters, a product that is gone or sold out, and the rules of the shop hold', async () => {
  const cheap = await ask({ clientId: 'c1', limit: 20, filters: { priceMax: 30, category: 'taste 1' } })
  assert.ok(cheap.propositions.length > 0)
  for (const { listPrice, category } of cheap.propositions)
    assert.ok((listPrice ?? 99) <= 30 && category === 'Taste 1')
  const [first, second] = idsOf(await ask({ clientId: 'c3', limit: 2 }))
  await store.query('update search.product set is_deleted = true where product_id = $1', [first])
  await store.query('update search.stock set quantity = 0 where product_id = $1', [second])
  const rest = idsOf(await ask({ clientId: 'c3', limit: 20 }))
  assert.ok(first && second && !rest.includes(first) && !rest.includes(second))
  const short = await ask({ clientId: 'c3', limit: 20, filters: { priceMin: 68 } })
  assert.ok(short.propositions.length < 3)
  assert.match(short.warnings.join(), /of 20 places are filled/)
})

test('bad questions are refused with their field', async () => {
  for (const [question, field] of [
    [{ limit: 0 }, 'limit'],
    [{ limit: 101 }, 'limit'],
    [{ clientId: '' }, 'clientId'],
    [{ clientId: 'a\0b' }, 'clientId'],
    [{ basket: Array.from({ length: 51 }, () => 'p1') }, 'basket'],
    [{ relation: 'similar' }, 'relation'],
    [{ filters: { priceMin: -1 } }, 'filters.priceMin'],
    [{ what: 1 }, 'what'],
  ] as const) {
    const { status, body } = await recommend.attempt(question)
    assert.equal(status, 400, JSON.stringify(body))
    assert.match(JSON.stringify(body), new RegExp(field.replace('.', '\\.')))
  }
})
