import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import type { ColumnType, SecretUrl } from '../../config/index.ts'
import { parseSource } from '../sources.ts'
import { readPostgresValue } from '../values.ts'
import { readCatalog } from './catalog.ts'
import { checkSource } from './prepare.ts'
import { checkType, readableKinds, type TypedColumn } from './types.ts'

let postgres: TestPostgres
let url: SecretUrl
let client: pg.Client
before(async () => {
  postgres = await startTestPostgres()
  url = await postgres.createDatabase('shop')
  client = new pg.Client({ connectionString: url.reveal() })
  await client.connect()
})
after(async () => {
  await client.end()
  await postgres.stop()
})

/** The types of a table's columns, as a source's check sees them. */
async function typesOf(columns: string, first = ''): Promise<Map<string, TypedColumn>> {
  await client.query(`${first}; drop table if exists "T"; create table "T" (${columns})`)
  const { tables } = await readCatalog(client, { schema: 'public', tables: ['T'], slot: '' })
  return new Map(tables.get('T')?.columns.map(column => [column.name, column]))
}

const verdict = (found: TypedColumn | undefined, declared: ColumnType, moneyScale = 2) => {
  assert.ok(found)
  return checkType('T.a', found, declared, moneyScale)
}

test('a domain is read as the type at its bottom, with that one’s digits', async () => {
  const types = await typesOf(
    'a net, b numeric(10,4), c numeric, d tags, e numeric(3,-2)',
    'create domain price as numeric(12,2); create domain net as price; create domain tags as text[]',
  )
  assert.deepEqual(types.get('a')?.digits, { precision: 12, scale: 2 })
  assert.equal(types.get('a')?.type.name, 'numeric')
  assert.equal(types.get('a')?.printedType, 'net')
  assert.deepEqual(types.get('b')?.digits, { precision: 10, scale: 4 })
  assert.equal(types.get('c')?.digits, undefined)
  assert.deepEqual(types.get('e')?.digits, { precision: 3, scale: -2 })
  assert.equal(verdict(types.get('d'), { kind: 'string' }), undefined)
})

test('a declared decimal with fewer digits than the column is a warning, one with room for them is none', async () => {
  const types = await typesOf('a numeric(12,4), b numeric')
  const decimal = (precision: number, scale: number): ColumnType => ({ kind: 'decimal', precision, scale })
  for (const narrow of [decimal(12, 2), decimal(10, 4), decimal(11, 4)])
    assert.match(JSON.stringify(verdict(types.get('a'), narrow)), /warning.*numeric\(12,4\).*are parked/)
  for (const wide of [decimal(12, 4), decimal(19, 4), decimal(38, 10)])
    assert.equal(verdict(types.get('a'), wide), undefined)
  assert.equal(verdict(types.get('b'), decimal(1, 0)), undefined)
})

test('a type that cannot be read as declared is a problem that says as what it can be', async () => {
  const types = await typesOf(
    'a inet, b int8, c regclass, d date',
    'create schema own; create type own.date as (x int)',
  )
  assert.deepEqual(verdict(types.get('a'), { kind: 'int' }), {
    problem: 'column T.a is inet, declared as int: it can be string',
  })
  assert.deepEqual(verdict(types.get('b'), { kind: 'int' }), {
    problem: 'column T.a is bigint, declared as int: it can be bigint, decimal, string',
  })
  assert.match(JSON.stringify(verdict(types.get('c'), { kind: 'string' })), /regclass.*cannot be captured/)
  assert.equal(verdict(types.get('d'), { kind: 'date' }), undefined)
  assert.deepEqual(readableKinds({ name: 'date', isBuiltIn: false }), ['string'])
})

test('money is read where it has two digits behind its point', async () => {
  const types = await typesOf('a money')
  const { server } = await readCatalog(client, { schema: 'public', tables: [], slot: '' })
  assert.equal(server.moneyScale, 2)
  assert.equal(verdict(types.get('a'), { kind: 'decimal', precision: 19, scale: 2 }), undefined)
  for (const moneyScale of [0, 3])
    assert.match(JSON.stringify(verdict(types.get('a'), { kind: 'string' }, moneyScale)), /lc_monetary/)
})

test('a dropped column of any type needs no type of its own, and need not be there', async () => {
  await client.query(
    'drop table if exists "Client"; create table "Client" (id int primary key, at inet, seen time, what regclass); alter table "Client" replica identity full',
  )
  const source = parseSource(
    'shop.yml',
    `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Client:
    entity: client
    key: [id]
    client: id
    columns:
      id: { type: int, as: client_id, policy: keep }
      at: { policy: drop }
      seen: { type: int, as: seen, policy: drop }
      what: { policy: drop }
      gone: { policy: drop }
`,
  )
  assert.deepEqual((await checkSource(url, source)).problems, [])
})

test('doubles of every size are read as Postgres prints them', async () => {
  const { rows } = await client.query<{ text: string }>(
    `select x::text as text from (
       select random() * power(10::float8, (random() * 600 - 300)::int) as x from generate_series(1, 20000)
       union all select round(random() * 9e18) from generate_series(1, 20000)
       union all select (random() * 9e15)::float8 from generate_series(1, 20000)
       union all select power(2::float8, i) from generate_series(-1074, 1023) i) as doubles`,
  )
  for (const { text } of rows) assert.equal(readPostgresValue(text, { kind: 'double' }), Number(text), text)
})
