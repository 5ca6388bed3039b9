import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { parseSource } from '../../shared/capture/sources.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { runProgram } from '../../tests/support/run.ts'
import { startShop } from '../../tests/support/shop.ts'
import { makeDatabase as makeSqlServer } from '../sqlserver-double/database/database.ts'
import { serveDouble } from '../sqlserver-double/serve.ts'

const FURNITURE = readFileSync(join(ROOT, 'docs/examples/furniture.sql'), 'utf8')

let postgres: TestPostgres
let folder: string
before(async () => {
  postgres = await startTestPostgres()
  folder = mkdtempSync(join(tmpdir(), 'cordage-propose-'))
})
after(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

const fileOf = (system: string) => join(folder, `${system}.yml`)
const read = (system: string) => readFileSync(fileOf(system), 'utf8')

async function makeDatabase(name: string, sql: string): Promise<string> {
  const url = (await postgres.createDatabase(name)).reveal()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
  return url
}

function checkSource(...args: string[]) {
  return runProgram(['stacks/doctor/check-source.ts', ...args], { SOURCES: folder })
}

test('the draft for the furniture shop passes the check, and search and marts work from it as it is', {
  timeout: 120_000,
}, async context => {
  const url = await makeDatabase('drafted', FURNITURE)
  const without = await checkSource('drafted', url)
  assert.match(without.stderr, /there is no .*drafted\.yml: write it .* or draft it with --propose/)
  const { code, stdout } = await checkSource('drafted', url, '--propose')
  assert.equal(code, 0, stdout)
  assert.match(stdout, /drafted\.yml is drafted: .* guessed/)
  assert.match(stdout, /^ok .* 6 tables can be captured/m)
  const { tables } = parseSource(fileOf('drafted'), read('drafted'))
  assert.deepEqual(
    tables.map(({ name, entity, key, client }) => [name, entity, key.join(), client]),
    [
      ['category', 'category', 'id', undefined],
      ['customer', 'client', 'id', 'id'],
      ['invoice_line', 'sale', 'id', undefined],
      ['order_line', 'order_item', 'order_id,position', undefined],
      ['orders', 'order', 'id', undefined],
      ['product', 'product', 'id', undefined],
    ],
  )
  const customer = tables.find(({ name }) => name === 'customer')
  assert.deepEqual(
    Object.entries(customer?.columns ?? {}).map(([name, { policy }]) => [name, policy]),
    [
      ['id', 'keep'],
      ['name', 'drop'],
      ['email', 'drop'],
      ['registered_from', 'drop'],
      ['born', 'drop'],
    ],
  )
  const shop = await startShop(postgres, 'drafted', { yml: read('drafted'), sql: 'select 1' })
  context.after(() => shop.stop())
  await shop.caughtUp()
  const { body } = await shop.call('search-products', { query: 'oak chair' })
  const [found] = body.results as { name: string; category: string; price: unknown }[]
  assert.deepEqual([found?.name, found?.category], ['Oak chair', 'Chairs'])
  const built = await shop.call('build-warehouse')
  assert.equal(built.status, 200, JSON.stringify(built.body))
  assert.deepEqual(
    await shop.select('select category, quantity, amount from agg_sales_weekly order by category'),
    [
      ['Chairs', '4.0000', '516.0000'],
      ['Fabrics', '2.7500', '68.4800'],
      ['Fillings', '0.4000', '7.4000'],
      ['Unknown', '1.0000', '12.0000'],
    ],
  )
})

test('a draft takes what it can of odd tables, and says of each other one why not', async () => {
  const url = await makeDatabase(
    'odd',
    `create table "Order Items" ("Order ID" int, "No" int, "Qty" numeric(12,3), "2nd price" numeric, primary key ("Order ID", "No"));
     create table stock (id int primary key, "year" int, _hidden int, kind regclass, net numeric generated always as (1) virtual);
     create table people (mail text primary key);
     create table heap (a int);
     create table articles (id int primary key, title text); create table products (id int primary key, name text);
     create table staff (id int primary key, full_name text, salary money);
     create table visits (id int primary key, customer_id int, page text, visitor inet);
     create table whole (id int primary key, "true" text) partition by range (id); create table part partition of whole for values from (0) to (9)`,
  )
  const { code, stdout } = await checkSource('odd', url, '--propose')
  assert.equal(code, 0, stdout)
  const text = read('odd')
  assert.match(text, /# "people" is left out: its key mail looks personal/)
  assert.match(text, /# "heap" is left out: it has no key/)
  assert.match(text, /# "full_name" looks personal and is left out/)
  const { tables } = parseSource(fileOf('odd'), text)
  assert.deepEqual(
    tables.map(({ name, entity, columns }) => [name, entity, Object.keys(columns).join()]),
    [
      ['Order Items', 'order_item', 'Order ID,No,Qty,2nd price'],
      ['articles', 'product', 'id,title'],
      ['products', 'interaction', 'id'],
      ['staff', 'interaction', 'id,salary'],
      ['stock', 'interaction', 'id'],
      ['visits', 'interaction', 'id,customer_id,page,visitor'],
      ['whole', 'interaction', 'id,true'],
    ],
  )
  assert.equal(tables.find(({ name }) => name === 'visits')?.client, 'customer_id')
})

test('lines that are missing are printed as they can be pasted, and where; pasted there the file is whole', async () => {
  const url = await makeDatabase(
    'missing',
    `create table customer (id int primary key, name text, phone text, "last ip" inet); alter table customer replica identity full;
     create table item (id int primary key, net numeric(10,2)); alter table item replica identity full`,
  )
  const before = `connection: missing
capture: postgres
timeZone: UTC
tables:
    customer:
        entity: client
        key: [id]
        client: id
        columns:
            id: { type: int, as: client_id, policy: keep }
            name:
                type: string
                as: last_name
                policy: hash
    # Another table.
    item:
        entity: product
        key: [id]
        columns: { id: { type: int, as: product_id } }
`
  writeFileSync(fileOf('missing'), before)
  const { code, stdout } = await checkSource('missing', url)
  assert.equal(code, 1)
  assert.doesNotMatch(stdout, /^hint/m)
  const said = stdout.split('\n')
  const at = said.findIndex(line =>
    /^add .*missing\.yml, below line 14, in tables\.customer\.columns:$/.test(line),
  )
  const lines = said.slice(at + 1, at + 3)
  assert.deepEqual(lines, ['            phone: { policy: drop }', '            "last ip": { policy: drop }'])
  writeFileSync(
    fileOf('missing'),
    before
      .split('\n')
      .toSpliced(14, 0, ...lines)
      .join('\n'),
  )
  const after = await checkSource('missing', url, '--propose')
  assert.equal(after.code, 0, after.stdout)
  assert.match(
    after.stdout,
    /^hint .*within the braces of tables\.item\.columns:\nnet: \{ type: "decimal\(10,2\)", as: net \},$/m,
  )
})

test("what makes the shop's own statements fail comes first, and is marked", async () => {
  const url = await makeDatabase(
    'harmed',
    `create table item (id int primary key, net numeric); alter table item replica identity full;
     create publication other for table item (id)`,
  )
  writeFileSync(
    fileOf('harmed'),
    `connection: harmed\ncapture: postgres\ntimeZone: UTC\ntables:\n  item:\n    entity: product\n    key: [id]\n    columns:\n      id: { type: int, as: product_id }\n      gone: { type: int, as: gone }\n`,
  )
  const { code, stdout } = await checkSource('harmed', url)
  assert.equal(code, 1)
  const [first, second] = stdout.split('\n').filter(line => line.startsWith('FAIL'))
  assert.match(
    first ?? '',
    /^FAIL {2}harms the source: UPDATE and DELETE of public\.item fail because publication other/,
  )
  assert.match(second ?? '', /column item\.gone does not exist/)
})

test('what is wrong with many tables alike is one line, with SQL that can be pasted', async () => {
  const url = await makeDatabase(
    'foreign_tables',
    `create table "Item" (id int primary key, note text); create table line (id int primary key, note text);
     create table parted (id int primary key, note text) partition by range (id); create table part partition of parted for values from (0) to (9);
     create role reader login replication password 'reader'; grant select on "Item", line, parted to reader`,
  )
  const reader = new URL(url)
  reader.username = 'reader'
  reader.password = 'reader'
  const { code, stdout } = await checkSource('foreign_tables', reader.href, '--propose')
  assert.equal(code, 1)
  const wrong = stdout.split('\n').filter(line => /^(FAIL|warn)/.test(line))
  assert.deepEqual(wrong, [
    'warn  tables Item, line: an update that does not change a large value does not send it, so the row is read again at the source; "alter table … replica identity full" spares that',
    'warn  table parted: an update that does not change a large value does not send it, so the row is read again at the source',
    'FAIL  tables Item, line, parted belong to another role, which alone can publish them: create publication cordage_foreign_tables for table public."Item", public.line, public.parted with (publish_via_partition_root = true, publish_generated_columns = stored)',
  ])
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  await owner.query(wrong.at(-1)?.replace(/^.*: /, '') ?? '')
  await owner.end()
  assert.equal((await checkSource('foreign_tables', reader.href)).code, 0)
})

test('a database of SQL Server without a source file gets a draft, by its own types', async () => {
  const database = makeSqlServer({ name: 'shop' })
  database.ddl.createTable({
    name: 'Product',
    columns: [
      { name: 'ProductID', type: 'int' },
      { name: 'ProductNumber', type: 'nvarchar(25) not null' },
      { name: 'Name', type: 'nvarchar(50) not null' },
      { name: 'ListPrice', type: 'money' },
      { name: 'Weight', type: 'decimal(8,2)' },
      { name: 'ModifiedDate', type: 'datetime' },
      { name: 'Gross', type: 'money', compute: () => null },
      { name: 'Version', type: 'rowversion' },
    ],
    primaryKey: ['ProductID'],
  })
  database.enableCdc()
  database.enableTable({ table: 'Product' })
  const double = await serveDouble(database, { user: 'cordage', password: 'x' })
  try {
    const { code, stdout } = await checkSource('erp', double.url, '--propose')
    assert.equal(code, 0, stdout)
    const source = parseSource(fileOf('erp'), read('erp'))
    assert.deepEqual([source.capture, source.namespace], ['sqlserver', 'dbo'])
    const [product] = source.tables
    assert.deepEqual(
      Object.entries(product?.columns ?? {}).map(([name, { type, as }]) => [name, type?.kind, as]),
      [
        ['ProductID', 'int', 'product_id'],
        ['ProductNumber', 'string', 'sku'],
        ['Name', 'string', 'name'],
        ['ListPrice', 'decimal', 'list_price'],
        ['Weight', 'decimal', 'weight'],
        ['ModifiedDate', 'timestampNtz', 'modified_at'],
        ['Version', 'binary', 'version'],
      ],
    )
  } finally {
    await double.close()
  }
})
