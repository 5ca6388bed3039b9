import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Identity } from '../../../shared/contract/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import planOrders from './handler.ts'
import type { NotOrdered, Order } from './schema.ts'

/** The last day of which sales are known; forecasts begin on the next. */
const LAST_DAY = '2026-11-26'
const ORIGIN = '2026-11-27'

let postgres: TestPostgres
let store: Store
let planning: StartedFunction
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  await store.query('create schema mart_1')
  await store.query(
    `create table mart_1.agg_stock_coverage (product_id text primary key, name text, category text, subcategory text,
       as_of_date date not null, stock_quantity numeric(38, 4))`,
  )
  planning = await startFunction(planOrders, { resources: { store } })
})
after(() => postgres.stop())

beforeEach(async () => {
  await store.query(
    'truncate mart_1.agg_stock_coverage, search.stock, forecast.product, forecast.feature, forecast.model, ops.mart restart identity cascade',
  )
  await store.query(
    `insert into ops.mart (mart, schema_number, rows, columns, description, built_at, position, changed_at, versions, access, row_rules, key, trace)
     values ('agg_stock_coverage', 1, 0, '[]', '', now(), '0002', '2026-11-26T20:00:00Z', '{}', 'user', '{}', '["product_id"]', '[]')`,
  )
})

/** A trained model, without forecasts. */
const train = () =>
  store.query(
    `insert into forecast.model (role, origin, members, parameters, metrics, data, code_version)
     values ('champion', $1, '{}', '{}', '{}', '{}', 'test')`,
    [ORIGIN],
  )

type Product = {
  mean?: number
  days?: number
  origin?: string
  stock?: number | null
  category?: string
  name?: string
  sales?: (number | null)[]
}

/** A product of the mart with its forecast, the same each day. */
async function add(id: string, product: Product = {}): Promise<void> {
  const {
    mean = 10,
    days = 90,
    origin = ORIGIN,
    stock = 0,
    category = 'Gloves',
    name = `Product ${id}`,
  } = product
  await store.query('insert into mart_1.agg_stock_coverage values ($1, $2, $3, $4, $5, $6)', [
    ...[id, name, category, `${category} for winter`, LAST_DAY, stock],
  ])
  const { sales = Array.from({ length: 120 }, (_, day) => (day % 2 ? 2 * mean : 0)) } = product
  await store.query(
    'insert into forecast.feature (product_id, origin, values, history_from, quantity, out_of_stock) values ($1, $2, $3, $2, $4, $5)',
    [...[id, origin, '{}', sales, sales.map(() => false)]],
  )
  await store.query(
    `insert into forecast.product (product_id, origin, mean, p10, p50, p90, why, model, version, position, changed_at)
     select $1, $2, array_fill($3::real, array[$4::int]), array_fill(($3 / 2)::real, array[$4::int]), array_fill($3::real, array[$4::int]),
       array_fill(($3 * 1.5)::real, array[$4::int]), '[]', 'boosted', max(version), '0001', '2026-11-26T19:00:00Z' from forecast.model`,
    [id, origin, mean, days],
  )
}

const addStock = (id: string, location: string, quantity: number | null, isDeleted = false) =>
  store.query(
    `insert into search.stock (product_id, location, system, quantity, position, is_deleted) values ($1, $2, 'shop', $3, '0003', $4)`,
    [id, location, quantity, isDeleted],
  )

async function plan(
  input: object,
  caller = planning,
): Promise<{ orders: Order[]; notOrdered: NotOrdered[]; total: number }> {
  const { status, body } = await caller.call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as Awaited<ReturnType<typeof plan>>
}

test('a product that has run out is ordered today, with the numbers it follows from', async () => {
  await train()
  await add('P1')
  const { status, body } = await planning.get('productId=P1&leadTimeDays=7&packSize=12')
  assert.equal(status, 200)
  const [order] = body.orders as Order[]
  assert.ok(order)
  assert.equal(order.orderOn, ORIGIN)
  assert.equal(order.expectedDemand, 80)
  assert.equal(order.stockOnHand, 0)
  assert.equal(order.quantity % 12, 0)
  assert.ok(order.quantity >= order.reorderPoint + 70 && order.quantity < order.reorderPoint + 82)
  assert.ok(Math.abs(order.reorderPoint - order.safetyStock - 80) < 0.01)
  assert.match(
    order.because,
    /^0 are in stock; in the 8 days until the order after this one could come 80 are expected to be sold, and at most \d+ in 95 of 100 such times, so \d+ \(\d+ packs of 12\) are ordered, which lasts until 2026-12-\d\d with \d+ kept in reserve$/,
  )
  assert.deepEqual(body.asOf, { changedAt: '2026-11-26T19:00:00.000Z', position: '0001' })
  assert.deepEqual(body.model, { name: 'demand-forecast', version: 1 })
})

test('stock is that of this moment, over all locations, and the last build has it where the index has none', async () => {
  await train()
  await add('P1', { stock: 5 })
  await add('P2', { stock: 5 })
  await addStock('P1', 'A', 30)
  await addStock('P1', 'B', 12.5)
  await addStock('P1', 'C', 99, true)
  const { orders } = await plan({})
  assert.deepEqual(
    orders.map(order => [order.productId, order.stockOnHand]),
    [
      ['P1', 42.5],
      ['P2', 5],
    ],
  )
  const given = await plan({ productId: 'P1', stockOnHand: { P1: 7 } })
  assert.equal(given.orders[0]?.stockOnHand, 7)
})

test('what is owed is ordered too, and a product whose stock nobody knows is named', async () => {
  await train()
  await add('P1', { stock: null })
  await add('P2', { stock: -15 })
  const { orders, notOrdered } = await plan({})
  assert.deepEqual(
    orders.map(({ productId, stockOnHand }) => [productId, stockOnHand]),
    [['P2', -15]],
  )
  assert.match(orders[0]?.because ?? '', /^15 are owed;/)
  assert.deepEqual(
    notOrdered.map(({ productId, reason }) => [productId, reason]),
    [['P1', 'no_stock_known']],
  )
  assert.equal((await plan({ stockOnHand: { P1: 0 } })).orders.length, 2)
  await addStock('P1', 'A', null)
  assert.equal((await plan({ productId: 'P1' })).notOrdered[0]?.reason, 'no_stock_known')
})

test('an order is due on the day on which stock will be down to the reorder point', async () => {
  await train()
  await add('P1')
  const reorderPoint = (await plan({ productId: 'P1' })).orders[0]?.reorderPoint ?? 0
  const later = { productId: 'P1', stockOnHand: { P1: reorderPoint + 25 } }
  const { orders } = await plan(later)
  assert.equal(orders[0]?.orderOn, '2026-11-30')
  assert.match(orders[0]?.because ?? '', /will be left of it on 2026-11-30;/)
  const today = await plan({ ...later, withinDays: 0 })
  assert.deepEqual(today.orders, [])
  assert.equal(today.notOrdered[0]?.reason, 'enough_stock')
  assert.match(today.notOrdered[0]?.because ?? '', /reorder point, \d+ today, today$/)
  assert.deepEqual((await plan({ stockOnHand: { P1: 1e6 } })).notOrdered, [])
})

test('what is on order counts by its day, one delivery or several', async () => {
  await train()
  await add('P1')
  const quantityOf = async (onOrder: unknown) =>
    (await plan({ productId: 'P1', onOrder: { P1: onOrder } })).orders[0]
  const all = (await plan({ productId: 'P1' })).orders[0]?.quantity ?? 0
  assert.equal((await quantityOf({ quantity: 30 }))?.quantity, all - 30)
  const [early, late] = [
    { quantity: 30, expectedOn: '2026-12-04' },
    { quantity: 40, expectedOn: '2026-12-05' },
  ]
  assert.equal((await quantityOf([early, late]))?.onOrder, 30)
  assert.equal((await quantityOf([early, late]))?.quantity, all - 30)
  const { status, body } = await planning.get('productId=P1&onOrder.P1.quantity=30&packSizes.P1=50')
  assert.equal(status, 200)
  assert.equal((body.orders as Order[])[0]?.onOrder, 30)
  assert.equal(((body.orders as Order[])[0]?.quantity ?? 1) % 50, 0)
})

test('a list has the earliest orders first, of a category, as many as asked for, and says how many there are', async () => {
  await train()
  await add('small', { mean: 1 })
  await add('large', { mean: 50 })
  await add('later', { mean: 10, stock: 210 })
  await add('boots', { category: 'Boots' })
  assert.deepEqual(
    (await plan({})).orders.map(order => order.productId),
    ['large', 'boots', 'small', 'later'],
  )
  const { orders, total } = await plan({ category: 'Gloves', limit: 2 })
  assert.deepEqual([orders.map(order => order.productId), total], [['large', 'small'], 3])
  assert.equal((await plan({ subcategory: 'Boots for winter' })).total, 1)
  assert.equal((await plan({ category: 'Boots', subcategory: 'Boots for winter' })).total, 1)
})

test('sales that are known already are not planned again, and a forecast that ends before them is too old', async () => {
  await train()
  await add('P1', { origin: '2026-11-20' })
  await add('P2', { origin: '2026-11-20', days: 3 })
  const { orders, notOrdered } = await plan({})
  assert.deepEqual(
    orders.map(({ productId, orderOn }) => [productId, orderOn]),
    [['P1', LAST_DAY]],
  )
  assert.deepEqual(
    notOrdered.map(({ productId, reason }) => [productId, reason]),
    [['P2', 'no_forecast']],
  )
  assert.match(notOrdered[0]?.because ?? '', /too old/)
})

test('what is missing is a 404 that says why', async () => {
  const detailOf = async (query: string) => {
    const { status, body } = await planning.get(query)
    assert.equal(status, 404, JSON.stringify(body))
    return body.detail
  }
  assert.match(String(await detailOf('')), /no model has been trained/)
  await train()
  await store.query(`insert into mart_1.agg_stock_coverage values ('new', 'New', 'Boots', null, $1, 5)`, [
    LAST_DAY,
  ])
  assert.match(String(await detailOf('productId=new')), /score-forecast has not run/)
  await add('P1')
  assert.equal(await detailOf('productId=P9'), 'no product "P9" is sold now')
  assert.match(String(await detailOf('productId=new')), /no forecast of "new" yet/)
  assert.equal(await detailOf('category=Hats'), 'no product of the category "Hats": there are Boots, Gloves')
  assert.match(String(await detailOf('category=Boots&subcategory=Gloves')), /"Gloves" in "Boots": there are/)
  const { notOrdered } = await plan({})
  assert.deepEqual(
    notOrdered.map(({ productId, reason }) => [productId, reason]),
    [['new', 'no_forecast']],
  )
  await store.query('truncate ops.mart')
  assert.match(String(await detailOf('')), /none has been published yet/)
})

test('an empty shop has nothing to order', async () => {
  await train()
  await add('P1')
  await store.query('truncate mart_1.agg_stock_coverage')
  const { status, body } = await planning.call({})
  assert.equal(status, 200)
  assert.deepEqual([body.orders, body.total, body.model], [[], 0, null])
})

test('ids that are of no product are named, and may be called as they like', async () => {
  await train()
  await add('constructor')
  await add('__proto__')
  const { orders, notOrdered } = await plan({
    stockOnHand: { P9: 3 },
    onOrder: { P8: { quantity: 1 } },
    packSizes: { P9: 2 },
  })
  assert.deepEqual(
    orders.map(order => order.productId),
    ['__proto__', 'constructor'],
  )
  assert.deepEqual(
    notOrdered.map(({ productId, reason }) => [productId, reason]),
    [
      ['P8', 'unknown_product'],
      ['P9', 'unknown_product'],
    ],
  )
})

test('a product with a single sale, by weight, or without a history is planned in numbers', async () => {
  await train()
  await add('once', { mean: 0.02, sales: [...new Array<number>(100).fill(0), 2] })
  await add('weight', { mean: 0.37, stock: 1.25 })
  await add('young', { mean: 4, sales: [null, null, 3] })
  await add('gone', { mean: 0, sales: [] })
  const { orders } = await plan({ packSizes: { weight: 0.25 } })
  const byId = Object.fromEntries(orders.map(order => [order.productId, order]))
  assert.ok([1, 2, 3].includes(byId.once?.quantity ?? 0))
  assert.equal((byId.weight?.quantity ?? 0) % 0.25, 0)
  assert.ok((byId.young?.safetyStock ?? 0) > 0)
  assert.equal(byId.gone, undefined)
})

test('bad input is refused by its field', async () => {
  await train()
  await add('P1')
  const refused: [input: object, field: string][] = [
    [{ serviceLevel: 1 }, 'serviceLevel'],
    [{ serviceLevel: 0.3 }, 'serviceLevel'],
    [{ leadTimeDays: 0 }, 'leadTimeDays'],
    [{ leadTimeDays: 1.5 }, 'leadTimeDays'],
    [{ reviewDays: 91 }, 'reviewDays'],
    [{ packSize: 0 }, 'packSize'],
    [{ packSizes: { P1: -1 } }, 'packSizes.P1'],
    [{ stockOnHand: { P1: 'many' } }, 'stockOnHand.P1'],
    [{ onOrder: { P1: { quantity: -1 } } }, 'onOrder.P1'],
    [{ onOrder: { P1: { quantity: 1, expectedOn: 'soon' } } }, 'onOrder.P1'],
    [{ productId: 'P1', category: 'Gloves' }, 'productId'],
    [{ productId: 'P\0' }, 'productId'],
    [{ format: 'pdf' }, 'format'],
    [{ limit: 0 }, 'limit'],
  ]
  for (const [input, field] of refused) {
    const { status, body } = await planning.call(input)
    assert.equal(status, 400, JSON.stringify(input))
    const fields = (body.errors as { field: string }[]).map(error => error.field)
    assert.ok(
      fields.some(one => one.startsWith(field)),
      `${JSON.stringify(input)}: ${fields}`,
    )
  }
})

test('a buyer gets a list as CSV', async () => {
  await train()
  await add('P1', { name: 'Gloves, "warm"' })
  const headers = { accept: 'text/csv' }
  const reply = await planning.host.dispatch({
    method: 'GET',
    path: '/',
    query: 'packSize=10',
    headers,
    body: Buffer.alloc(0),
  })
  assert.equal(reply.headers['content-type'], 'text/csv; charset=utf-8; header=present')
  const [names, row, end] = String(reply.body).split('\r\n')
  assert.equal(
    names,
    'orderOn,productId,name,quantity,stockOnHand,onOrder,expectedDemand,safetyStock,reorderPoint,coversUntil,because,asOf,modelVersion',
  )
  assert.match(row ?? '', /^2026-11-27,P1,"Gloves, ""warm""",\d+0,0,0,80,/)
  assert.match(row ?? '', /2026-11-26T19:00:00\.000Z,1$/)
  assert.equal(end, '')
})

test('a mart for a role, and its rows for a claim, hold for plans too', async () => {
  await train()
  await add('P1')
  await add('B1', { category: 'Boots' })
  const caller = (roles: string[], claims: Record<string, string[]> = {}): Identity =>
    ({ subject: 'ann', isOperator: false, roles, claims }) as unknown as Identity
  const as = (identity: Identity) => startFunction(planOrders, { resources: { store }, caller: identity })
  await store.query(`update ops.mart set access = 'buyer', row_rules = '{"category": "range"}'`)
  assert.equal((await (await as(caller([]))).call({})).status, 403)
  const boots = await as(caller(['buyer'], { range: ['Boots'] }))
  const { orders, notOrdered } = await plan({ stockOnHand: { P1: 1 } }, boots)
  assert.deepEqual(
    orders.map(order => order.productId),
    ['B1'],
  )
  assert.deepEqual(
    notOrdered.map(({ productId }) => productId),
    ['P1'],
  )
  assert.equal((await boots.call({ productId: 'P1' })).status, 404)
  const { body } = await boots.call({ category: 'Hats' })
  assert.equal(body.detail, 'no product of the category "Hats": there are Boots')
})

test('a store that does not answer is a 503', async () => {
  const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const away = { transaction: () => Promise.reject(lost) } as unknown as Store
  const caller = await startFunction(planOrders, { resources: { store: away } })
  assert.equal((await caller.call({})).status, 503)
})
