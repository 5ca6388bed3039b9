import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { SecretUrl } from '../../shared/config/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { feastEnvironment } from '../../stacks/feast/environment.ts'
import { buildFromLake } from '../support/build-from-lake.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { at, type Change, cover, makeRawLake } from '../support/warehouse.ts'
import { entityKey, type Feature, readValue } from './feast-values.ts'

/** Feast over a warehouse: what it says of a moment and what it serves are the warehouse's own rows. */
const SEED = 20261127
const MOMENTS = 400
const KNOWN_FOR_DAYS = 7
const DAY_MS = 86_400_000
/** By Arrow's names. */
const FEATURES: Record<string, Record<string, string>> = {
  product_sales: { quantity: 'double', returned_quantity: 'double' },
  product_stock: { stock_quantity: 'double', is_out_of_stock: 'bool' },
  product_price: {
    price: 'double',
    currency: 'string',
    discount: 'double',
    is_promotion: 'bool',
    category: 'string',
    subcategory: 'string',
  },
  product_calendar: { is_holiday: 'bool', holiday: 'string', is_closed: 'bool', age_days: 'int32' },
}
const TYPES = Object.assign({}, ...Object.values(FEATURES)) as Record<string, string>
const NAMES = Object.keys(TYPES)

type Values = Record<string, Feature>
type Known = { product_id: string; knownAt: number; values: Values }

const home = mkdtempSync(join(tmpdir(), 'cordage-feast-'))
const settings = { CORDAGE_HOME: home, WAREHOUSE_URL: undefined }
const warehouse = openWarehouse(settings)
let postgres: TestPostgres
let storeUrl: SecretUrl
let store: Store
let rows: Known[]

/** Days that are over, as the warehouse has them, by product and in order. */
async function readRows(): Promise<Known[]> {
  const found = await warehouse.read(({ query }) =>
    query(
      `select product_id, epoch_ms(known_at), ${NAMES.join(', ')} from feat_product_day where is_complete order by product_id, known_at`,
    ),
  )
  return found.rows.map(([id, knownAt, ...values]) => ({
    product_id: String(id),
    knownAt: Number(knownAt),
    values: Object.fromEntries(NAMES.map((name, i) => [name, typed(TYPES[name] ?? '', values[i])])),
  }))
}

/** Decimals are numbers in Feast, which has none. */
function typed(type: string, value: unknown): Feature {
  if (value === null || value === undefined) return null
  if (type === 'bool') return typeof value === 'boolean' ? value : assert.fail(`${value} is a boolean`)
  return type === 'string' ? String(value) : Number(value)
}

const environment = () => ({ ...process.env, ...feastEnvironment(settings, storeUrl) })

async function run(program: string, args: string[], env: NodeJS.ProcessEnv, input = ''): Promise<string> {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  const [out, complaint, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise(resolve => child.once('close', resolve)),
  ])
  assert.equal(code, 0, complaint || out)
  return out
}

/** As people run it. */
const feast = (...command: string[]) =>
  run(process.execPath, ['stacks/feast/main.ts', ...command], {
    ...process.env,
    CORDAGE_HOME: home,
    STORE_URL: storeUrl.reveal(),
  })

/** A product of no category whose stock nobody counts, and one that is out of stock. */
const CHANGES: Change[] = [
  {
    table: 'Product',
    op: 'u',
    position: at(0x2000),
    changedAt: '2017-07-02T12:00:00+00:00',
    row: { ProductID: 477, Name: 'Water Bottle', ListPrice: '5.99' },
  },
  {
    table: 'Inventory',
    op: 'd',
    position: at(0x2001),
    changedAt: '2017-07-02T12:00:00+00:00',
    row: { ProductID: 477, Location: 'Finished Goods Storage' },
  },
  {
    table: 'Inventory',
    op: 'u',
    position: at(0x2002),
    changedAt: '2017-07-02T13:00:00+00:00',
    row: { ProductID: 478, Location: 'Finished Goods Storage', Quantity: 0 },
  },
]

before(async () => {
  postgres = await startTestPostgres()
  storeUrl = await postgres.createDatabase('feast_store')
  store = await postgres.createStore()
  const lake = makeRawLake(home)
  await lake.writeDemo()
  await lake.land(CHANGES)
  await cover(store, at(0x3000), '2017-07-04T12:00:00Z')
  await buildFromLake({ home, store, warehouse, settings })
  rows = await readRows()
  await feast('apply')
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('at any moment Feast has of a product what the last day that was over then has, by value, type and null', async () => {
  const random = makeRandom(SEED)
  const first = Math.min(...rows.map(row => row.knownAt))
  const last = Math.max(...rows.map(row => row.knownAt))
  const products = [...new Set(rows.map(row => row.product_id)), 'never sold']
  const pick = <T>(from: T[]) => from[Math.floor(random() * from.length)] as T
  const asked = Array.from({ length: MOMENTS }, (_, n) => {
    const at = first - DAY_MS + random() * (last - first + 12 * DAY_MS)
    // Each second one is the instant at which a day ends, or the millisecond before it.
    const moment = n % 2 ? pick(rows).knownAt - (n % 4 === 1 ? 0 : 1) : Math.round(at)
    return { product_id: pick(products), event_timestamp: new Date(moment).toISOString() }
  })
  const features = Object.entries(FEATURES).flatMap(([view, of]) =>
    Object.keys(of).map(name => `${view}:${name}`),
  )
  const out = await run(
    join(ROOT, '.venvs/feast/bin/python'),
    ['-W', 'ignore', 'tests/infra/read_feast.py'],
    { ...environment(), PYTHONPATH: join(ROOT, 'feast') },
    JSON.stringify({ features, asked }),
  )
  const answer = JSON.parse(out.split('\n').findLast(line => line.startsWith('{')) ?? '') as {
    types: Record<string, string>
    rows: Values[]
  }
  assert.deepEqual(answer.types, TYPES)
  const nothing = Object.fromEntries(NAMES.map(name => [name, null]))
  const expected = asked.map(({ product_id, event_timestamp }) => {
    const moment = Date.parse(event_timestamp)
    const known = rows.findLast(row => row.product_id === product_id && row.knownAt <= moment)
    return known && known.knownAt >= moment - KNOWN_FOR_DAYS * DAY_MS ? known.values : nothing
  })
  assert.ok(expected.filter(values => values !== nothing).length > MOMENTS / 4)
  for (const [n, values] of expected.entries())
    assert.deepEqual(answer.rows[n], values, JSON.stringify(asked[n]))
})

test("what is served from Postgres is each product's last day that is over, by value, type and null", async () => {
  await feast(
    'materialize',
    '2014-12-31T00:00:00',
    new Date(Date.parse('2017-07-20T00:00:00Z')).toISOString(),
  )
  const latest = new Map(rows.map(row => [row.product_id, row]))
  const served = postgres.openStore(storeUrl)
  const absent = new Set<string>()
  for (const [view, features] of Object.entries(FEATURES)) {
    const found = await served.query<{ key: Buffer; name: string; value: Buffer; at: number }>(
      `select entity_key as key, feature_name as name, value, extract(epoch from event_ts)::float8 * 1000 as at from feast.cordage_${view}`,
    )
    const byPlace = new Map(found.map(row => [`${row.key.toString('hex')} ${row.name}`, row]))
    assert.equal(byPlace.size, latest.size * Object.keys(features).length, view)
    for (const { product_id, knownAt, values } of latest.values())
      for (const [name, type] of Object.entries(features)) {
        const row = byPlace.get(`${entityKey('product_id', product_id).toString('hex')} ${name}`)
        assert.ok(row, `${view}.${name} of ${product_id}`)
        assert.equal(row.at, knownAt)
        assert.deepEqual(readValue(row.value, type), values[name], `${view}.${name} of ${product_id}`)
        if (values[name] === null) absent.add(name)
      }
  }
  for (const name of ['category', 'stock_quantity', 'holiday'])
    assert.ok(absent.has(name), `${name} is null once`)
})

test('a warehouse that is not built yet is said so', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'cordage-feast-'))
  const child = spawn(process.execPath, ['stacks/feast/main.ts', 'apply'], {
    cwd: ROOT,
    env: { ...process.env, CORDAGE_HOME: empty, STORE_URL: storeUrl.reveal() },
  })
  const [complaint, code] = await Promise.all([
    text(child.stderr),
    new Promise(resolve => child.once('close', resolve)),
  ])
  assert.notEqual(code, 0)
  assert.match(complaint, /the warehouse .*warehouse\.duckdb is not there: build it first/)
  await rm(empty, { recursive: true })
})
