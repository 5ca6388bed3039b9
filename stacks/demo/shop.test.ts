import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Store } from '../../shared/store/index.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { dateOf, LAST_ORDER, readHistory } from './history.ts'
import { demoShiftDays, loadDemo } from './load.ts'
import { makeShopClock, runShop } from './shop.ts'
import { readStories, type Story, type StoryOf, storiesOf } from './stories.ts'

/** A Tuesday, four days after the history's last order. */
const TODAY = new Date('2026-11-24T15:00:00Z')
const LATER = new Date('2026-11-27T15:00:00Z')
const SHIFT = demoShiftDays(TODAY)
const stories = readStories()
const shop = { stories, seed: 5 }

let postgres: TestPostgres
/** As published; with the stories on Tuesday, which then lives on; the same loaded on Friday. */
let published: Store
let living: Store
let later: Store
before(async () => {
  postgres = await startTestPostgres()
  const load = async (name: string, today: Date, isLiving: boolean) => {
    const url = await postgres.createDatabase(name)
    await loadDemo(url, { today, days: 911, ...(isLiving && { shop }) })
    return postgres.openStore(url)
  }
  published = await load('published', TODAY, false)
  living = await load('living', TODAY, true)
  later = await load('later', LATER, true)
})
after(() => postgres.stop())

async function number(store: Store, text: string): Promise<number> {
  const [row] = await store.query<{ n: string }>(`select coalesce(${text}, 0) as n`)
  return Number(row?.n)
}
const date = (day: number) => `date '${dateOf(day + SHIFT)}'`
/** Pieces sold in the history's days, where not said otherwise, by its own words in SQL. */
const quantity = (store: Store, where: string, from: number, to = 0) =>
  number(
    store,
    `(select sum("Quantity") from dbo."Sale" where ${where} and "SaleDate" between ${date(from)} and ${date(to)})`,
  )
/** How much was sold with the story, as a multiple of what was published. */
async function factorOf(where: string, from: number, to: number): Promise<number> {
  const last = Math.min(to, 0)
  return (await quantity(living, where, from, last)) / (await quantity(published, where, from, last))
}
function assertNear(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected about ${expected}`)
}
const only = <Kind extends Story['kind']>(kind: Kind) => storiesOf(stories, kind) as [StoryOf<Kind>]

test('without stories the data are as published, to the last amount', async () => {
  const { lines, products } = readHistory()
  const amount = lines.reduce(
    (sum, { product, quantity }) => sum + quantity * (products.get(product)?.listPrice ?? 0),
    0,
  )
  assertNear(await number(published, '(select sum("Amount") from dbo."Sale")'), amount, 0.001)
  assert.equal(await number(published, '(select count(*) from dbo."OrderItem")'), lines.length)
  assert.equal(await number(published, `(select max("SaleDate") - ${date(0)} from dbo."Sale")`), 0)
  assert.equal(await number(published, '(select max("SpecialOfferID") from dbo."SpecialOffer")'), 16)
})

test('dates move by whole weeks, to the seven days before today', () => {
  assert.equal(demoShiftDays(new Date('2017-07-01')), 0)
  assert.equal(demoShiftDays(new Date('2017-07-07')), 0)
  assert.equal(demoShiftDays(new Date('2017-07-08T12:00:00Z')), 7)
})

test('a price rise: earlier sales have the earlier price, and less is sold from then on', async () => {
  for (const { product, from, oldPrice, newPrice, quantityFactor } of only('price_rise')) {
    const prices = await living.query(
      `select distinct "UnitPrice"::float8 as price, "OrderDate" >= ${date(from)} as "isLate" from dbo."OrderItem"
       join dbo."Order" using ("OrderID") where "ProductID" = ${product} order by 2`,
    )
    assert.deepEqual(prices, [
      { price: oldPrice, isLate: false },
      { price: newPrice, isLate: true },
    ])
    assert.equal(
      await number(living, `(select "ListPrice" from dbo."Product" where "ProductID" = ${product})`),
      newPrice,
    )
    assertNear(await factorOf(`"ProductID" = ${product}`, from, 0), quantityFactor, 0.08)
    assertNear(await factorOf(`"ProductID" = ${product}`, -910, from - 1), 1, 0.002)
  }
})

test('a promotion: it is an offer, sells more for less, and ends', async () => {
  for (const story of storiesOf(stories, 'promotion')) {
    const [offer] = await living.query(
      `select "Category", "DiscountPct"::float8 as discount, "StartDate"::date - ${date(0)} as from, "EndDate"::date - ${date(0)} as to
       from dbo."SpecialOffer" where "SpecialOfferID" = ${story.offer}`,
    )
    const { subcategory, discount, from, to } = story
    assert.deepEqual(offer, { Category: subcategory, discount, from, to })
    const where = `"ProductID" in (select "ProductID" from dbo."Product" where "Subcategory" = '${subcategory}')`
    assertNear(await factorOf(where, from, to), story.quantityFactor, 0.12)
    assertNear(await factorOf(where, -910, from - 1), 1, 0.002)
    const paid = await number(
      living,
      `(select sum("Amount") / sum("Quantity" * p."ListPrice") from dbo."Sale" join dbo."Product" p using ("ProductID")
        where "Subcategory" = '${subcategory}' and "SaleDate" between ${date(from)} and ${date(to)})`,
    )
    assertNear(paid, 1 - discount, 0.01)
    if (to < 0) assertNear(await factorOf(where, to + 1, 0), 1, 0.02)
  }
})

test('a stock-out: nothing of it is sold, before and after it is; while it goes on there is no stock', async () => {
  for (const { product, from, to } of storiesOf(stories, 'stock_out')) {
    const where = `"ProductID" = ${product}`
    assert.equal(await quantity(living, where, from, to), 0)
    assert.ok((await quantity(living, where, from - 20, from - 1)) > 0)
    const stock = await number(living, `(select sum("Quantity") from dbo."Inventory" where ${where})`)
    assert.equal(stock > 0, to < 0, `${stock} pieces`)
  }
})

test('clients who leave ordered month by month, and then no more', async () => {
  const bought = (client: number) => `"ClientID" = ${client}`
  for (const { clients, from } of storiesOf(stories, 'client_leaves'))
    for (const client of clients) {
      for (const month of [1, 2, 3])
        assert.ok((await quantity(living, bought(client), from - 30 * month, from - 30 * month + 29)) > 0)
      assert.ok((await quantity(published, bought(client), from)) > 0)
      assert.equal(await quantity(living, bought(client), from, 4), 0)
    }
})

test('a new product sells from its first day on, in its part of all orders', async () => {
  for (const { product, from, ordersShare } of storiesOf(stories, 'new_product')) {
    const sold = await quantity(living, `"ProductID" = ${product}`, -910, 4)
    assert.equal(await quantity(living, `"ProductID" = ${product}`, from, 4), sold)
    const orders = await number(
      living,
      `(select count(*) from dbo."Order" where "OrderDate" >= ${date(from)})`,
    )
    assertNear(sold / orders, ordersShare, 0.015)
  }
})

test('the days since the last order are filled, and this week has sold what last week had by then', async () => {
  const days = await living.query<{ day: number; orders: number }>(
    `select "OrderDate"::date - ${date(0)} as day, count(*)::int as orders from dbo."Order" where "OrderDate" >= ${date(1)} group by 1 order by 1`,
  )
  assert.deepEqual(
    days.map(({ day }) => day),
    [1, 2, 3, 4],
  )
  const ordersIn = (weeksAgo: number) =>
    number(
      living,
      `(select count(*) from dbo."Order" where "OrderDate" between timestamp '2026-11-23' - interval '${weeksAgo} weeks'
        and timestamp '2026-11-24 15:00' - interval '${weeksAgo} weeks')`,
    )
  const [now, then] = [await ordersIn(0), await ordersIn(1)]
  assert.ok(Math.abs(now - then) < 3 * Math.sqrt(now + then), `${now} orders after ${then}`)
  assert.equal(
    await number(living, `(select count(*) from dbo."Order" where "OrderDate" > '2026-11-24 15:00')`),
    0,
  )
})

test('what is written holds together: lines, sales, clients and amounts', async () => {
  for (const wrong of [
    `select from dbo."Order" o where not exists (select from dbo."OrderItem" i where i."OrderID" = o."OrderID")`,
    `select from dbo."Order" o left join dbo."Client" c using ("ClientID") where c."ClientID" is null and o."OrderDate" >= ${date(1)}`,
    `select from dbo."OrderItem" i full join dbo."Sale" s using ("OrderID", "LineNumber")
       where s."Amount" is distinct from i."Quantity" * i."UnitPrice" or s."ProductID" <> i."ProductID"`,
    `select from dbo."Inventory" where "Quantity" < 0`,
  ])
    assert.deepEqual(await living.query(wrong), [], wrong)
})

/** Opens the shop, fills it until `now`, lets it live until `then`, and closes it. */
async function live(now: Date, then = now): Promise<void> {
  const abort = new AbortController()
  // The clock is looked at to fill, then for what happens, then for what is shipped.
  const times = [now, then]
  const clock = () => {
    const time = times.shift()
    if (!time) abort.abort()
    return (time ?? then).getTime()
  }
  await runShop({ url: postgres.url('living'), clock, days: 911, signal: abort.signal, ...shop })
}

test('started again after three days it has the orders of a shop that was never off, once', async () => {
  await live(LATER)
  await live(LATER)
  const digest = (store: Store, table: string, row: string) =>
    store.query(`select count(*), md5(string_agg(${row}, '|' order by "${table}ID")) from dbo."${table}" t`)
  for (const [table, row] of [
    // What is shipped depends on when it is looked at.
    ['Order', `concat_ws(' ', "OrderID", "OrderDate", "ClientID", "TerritoryID", "TransporterID")`],
    ['Sale', 't::text'],
    ['Return', 't::text'],
    ['Client', 't::text'],
  ] as const)
    assert.deepEqual(await digest(living, table, row), await digest(later, table, row), table)
})

test('the ledger has what happened since the load, row by row', async () => {
  const since = `"OrderDate" > '${TODAY.toISOString().slice(0, 19)}'`
  for (const table of ['Order', 'OrderItem', 'Sale']) {
    const happened = await living.query(
      `select to_jsonb(t) - 'Status' as row from dbo."${table}" t where "OrderID" in (select "OrderID" from dbo."Order" where ${since}) order by t`,
    )
    const ledger = await living.query(
      `select after - 'Status' as row from sim.ledger where table_name = '${table}' and op = 'c' order by jsonb_populate_record(null::dbo."${table}", after)`,
    )
    assert.ok(happened.length > 200)
    assert.deepEqual(ledger, happened, table)
  }
})

test('each thing that happens is a transaction of its own, and stock that moves stays the same in all', async () => {
  const since = await number(living, '(select max(id) from sim.ledger)')
  await live(LATER, new Date(LATER.getTime() + 3_600_000))
  const orders = await living.query(
    `select xmin from dbo."Order" where "OrderDate" > '${LATER.toISOString().slice(0, 19)}'`,
  )
  assert.ok(orders.length > 0)
  assert.equal(new Set(orders.map(({ xmin }) => xmin)).size, orders.length)
  const [moved] = await living.query<{ pieces: string; rows: string }>(
    `select sum((after->>'Quantity')::int - (before->>'Quantity')::int) as pieces, count(*) as rows from sim.ledger
     where id > ${since} and table_name = 'Inventory' and after->>'Location' <> 'Finished Goods Storage'`,
  )
  assert.deepEqual({ pieces: Number(moved?.pieces), rows: Number(moved?.rows) }, { pieces: 0, rows: 2 })
})

test("the shop's clock shows its own zone, or the day that it is given", () => {
  const ahead = makeShopClock('2017-07-01')() - Date.parse(LAST_ORDER)
  assert.ok(ahead >= 86_400_000 && ahead < 2 * 86_400_000)
  const hours = (Date.now() - makeShopClock()()) / 3_600_000
  assert.ok(hours > 6.9 && hours < 8.1, `${hours} hours behind UTC`)
})
