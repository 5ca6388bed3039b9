import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import type { ShopEvent } from '../../stacks/demo/plan.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { timeOf } from '../../stacks/demo/write.ts'
import { buildFromLake } from '../support/build-from-lake.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { type SimulatedShop, simulateShop } from '../support/simulated-shop.ts'
import { at, type Change, cover, makeRawLake } from '../support/warehouse.ts'
import { addDays, readHistory, type Surroundings, tellDay } from './known-then.ts'

/**
 * Features of a moment are those that were known at it: a shop whose prices, categories, offers, stocks and sales change
 * while it is captured, and that is closed on Sundays and on some holidays. 200 products and days, picked at random, are
 * told again from the raw history of the lake by code of its own (known-then.ts).
 */
const SEED = Number(process.env.SEED ?? 20261127)
const CHECKS = 200
const OPENS_ON = '2026-08-31'
const HISTORY_DAYS = 150
const LIVE_DAYS = 20
const LATER_DAYS = 4
/** Far behind every change that the shop makes. */
const COVERED = 0x7fffffff
const TODAY = addDays(OPENS_ON, LIVE_DAYS)
const COLUMNS = `product_id, cast(date_day as varchar), is_planned, is_complete, quantity, returned_quantity, price, currency,
  discount, is_promotion, stock_quantity, is_out_of_stock, is_holiday, holiday, is_closed, age_days, category, subcategory, source_system`
const NAMES = COLUMNS.replace('cast(date_day as varchar)', 'date_day').split(/,\s+/)

type Row = Record<string, unknown>

const home = mkdtempSync(join(tmpdir(), 'cordage-features-'))
const settings = { CORDAGE_HOME: home, WAREHOUSE_URL: undefined }
const warehouse = openWarehouse(settings)
const lake = makeRawLake(home)
const execute = promisify(execFile)
let postgres: TestPostgres
let store: Store
let shop: SimulatedShop

const isClosed = (day: string) =>
  new Date(day).getUTCDay() === 0 || ['2026-09-07', '2026-04-06'].includes(day)
const localDay = (event: ShopEvent) => new Date(timeOf(shop.shop, event)).toISOString().slice(0, 10)

/** What somebody does at the source, by the day after the opening on whose noon it is done. */
const DONE: Record<number, string[]> = {
  1: [`update dbo."Product" set "ListPrice" = 5.49 where "ProductID" = 477`],
  2: [
    `insert into dbo."SpecialOffer" values (90, 'Late', 0.25, 'Promotion', 'Jerseys', '2026-08-01', '2026-09-12', 0, null)`,
    `insert into dbo."SpecialOffer" values (91, 'Lots', 0.5, 'Promotion', 'Clothing', '2026-08-01', null, 12, null)`,
  ],
  4: [
    `update dbo."Product" set "ListPrice" = 6.49 where "ProductID" = 477`,
    `update dbo."Product" set "ListPrice" = 6.99 where "ProductID" = 477`,
    `update dbo."Product" set "Subcategory" = 'Jerseys' where "Subcategory" = 'Caps'`,
  ],
  6: [`update dbo."SpecialOffer" set "DiscountPct" = 0.3 where "SpecialOfferID" = 90`],
  8: [
    `update dbo."Inventory" set "Quantity" = 0 where "ProductID" in (476, 477, 480)`,
    `insert into dbo."SpecialOffer" values (92, 'Everything', 0.05, 'Promotion', null, '2026-09-10', '2026-10-10', 0, null)`,
  ],
  11: [`update dbo."Inventory" set "Quantity" = 500 where "ProductID" = 477`],
  13: [`delete from dbo."SpecialOffer" where "SpecialOfferID" = 92`],
  15: [`delete from dbo."Inventory" where "ProductID" = 480`],
}

/** Lives a day, on which nobody buys where the shop is closed. */
async function liveDay(day: string): Promise<Change[]> {
  const changes = await shop.live(day, events => events.filter(event => !isClosed(localDay(event))))
  const doing = DONE[(Date.parse(day) - Date.parse(OPENS_ON)) / 86_400_000] ?? []
  for (const sql of doing) changes.push(...(await shop.change(sql, `${day}T23:59:59`)))
  return changes
}

async function build(covered: string): Promise<void> {
  await cover(store, at(COVERED), covered)
  await buildFromLake({ home, store, warehouse, settings })
}

async function readFeatures(where: string): Promise<Row[]> {
  const { rows } = await warehouse.read(({ query }) =>
    query(`select ${COLUMNS} from feat_product_day where ${where} order by product_id, date_day`),
  )
  return rows.map(values => Object.fromEntries(NAMES.map((name, i) => [name, values[i] ?? null])))
}

async function readSurroundings(endDay: string): Promise<Surroundings> {
  const { rows } = await warehouse.read(({ query }) =>
    query(`select country_code, cast(date_day as varchar), name from int_holiday`),
  )
  return {
    holidays: new Map(rows.map(([country, day, name]) => [`${country} ${day}`, `${name}`])),
    today: TODAY,
    endDay,
  }
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  shop = await simulateShop(postgres, OPENS_ON, HISTORY_DAYS)
  await shop.change(
    `delete from dbo."Sale" where extract(isodow from "SaleDate") = 7 or "SaleDate" = '2026-04-06'`,
    `${OPENS_ON}T00:00:00`,
  )
  const snapshot = await shop.snapshot()
  const tables = [...new Set(snapshot.map(change => change.table))]
  const changes = [...snapshot]
  for (let day = 0; day < LIVE_DAYS; day++) changes.push(...(await liveDay(addDays(OPENS_ON, day))))
  await lake.land([...changes, ...tables.map(table => ({ table, epoch: 1 }))])
  await build(`${TODAY}T20:00:00Z`)
})
after(async () => {
  await shop?.close()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test(`${CHECKS} products and days have what was known of them then, told from the raw history (SEED=${SEED})`, async () => {
  const rows = await readFeatures('true')
  const surroundings = await readSurroundings(TODAY)
  const { stdout } = await execute(
    join(ROOT, '.venvs/test/bin/python'),
    [join(ROOT, 'tests/support/dump_lake.py'), join(home, 'objects/lake')],
    { maxBuffer: 1024 * 1024 * 1024 },
  )
  const history = readHistory(stdout.split('\n'))
  const random = makeRandom(SEED)
  const pick = (from: Row[]) => from[Math.floor(random() * from.length)] ?? {}
  // Most things change while the shop is captured; some days are plans, some are before.
  const groups = [
    rows.filter(row => `${row.date_day}` >= OPENS_ON && !row.is_planned),
    rows.filter(row => row.is_promotion && `${row.date_day}` >= OPENS_ON),
    rows.filter(row => row.is_planned),
    rows.filter(row => `${row.date_day}` < OPENS_ON),
    rows.filter(row => row.is_closed || row.is_holiday || row.is_out_of_stock),
  ]
  for (const group of groups) assert.ok(group.length > 100, `${group.length} rows to pick from`)
  for (let n = 0; n < CHECKS; n++) {
    const row = pick(groups[n % groups.length] ?? [])
    const told = tellDay(history, surroundings, `${row.product_id}`, `${row.date_day}`)
    assert.deepEqual(row, told, `product ${row.product_id} on ${row.date_day}`)
  }
})

test('what is done later, sales and prices and offers and deliveries, changes no earlier row', async () => {
  const isEarlier = `date_day < '${TODAY}'`
  const earlier = await readFeatures(isEarlier)
  const later: Change[] = []
  for (let day = LIVE_DAYS; day < LIVE_DAYS + LATER_DAYS; day++)
    later.push(...(await liveDay(addDays(OPENS_ON, day))))
  const last = addDays(TODAY, LATER_DAYS - 1)
  for (const sql of [
    `update dbo."Product" set "ListPrice" = "ListPrice" * 2, "Category" = 'Everything'`,
    `update dbo."SpecialOffer" set "DiscountPct" = 0.9, "Category" = 'Everything', "StartDate" = '2020-01-01', "EndDate" = null`,
    `update dbo."Inventory" set "Quantity" = 0`,
    `delete from dbo."Product" where "ProductID" = 476`,
  ])
    later.push(...(await shop.change(sql, `${last}T12:00:00`)))
  await lake.land(later)
  await build(`${last}T20:00:00Z`)
  const now = await readFeatures(isEarlier)
  assert.equal(now.length, earlier.length)
  for (const [n, row] of earlier.entries()) assert.deepEqual(now[n], row)
  const today = await readFeatures(`date_day = '${last}' and product_id = '477'`)
  assert.deepEqual(
    [today[0]?.price, today[0]?.category, today[0]?.discount],
    ['13.9800', 'Everything', '0.9000'],
  )
  const planned = await readFeatures(`date_day > '${last}' and product_id in ('476', '477')`)
  assert.deepEqual([planned.length, new Set(planned.map(row => row.product_id)).size], [90, 1])
})
