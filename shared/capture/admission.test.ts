import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePosition, partitionOf } from '../bus/index.ts'
import { parseSource } from '../capture/sources.ts'
import type { SourceTable } from '../config/index.ts'
import type { Change } from '../events/index.ts'
import { openVault } from '../privacy/index.ts'
import type { Query } from '../store/index.ts'
import { admit, makeSnapshotEnds, ORDINALS_PER_CHANGE, type RawChange } from './admission.ts'
import { readPostgresValue } from './values.ts'

const SOURCE = parseSource(
  'sources/shop.yml',
  `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Inventory:
    entity: inventory
    key: [ProductID, Location]
    columns:
      ProductID: { type: int, as: product_id }
      Location: { type: string, as: location }
      Note: { type: string, as: note }
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      Name: { type: string, as: name, policy: encrypt }
  Order:
    entity: order
    key: [OrderID]
    client: ClientID
    columns:
      OrderID: { type: int, as: order_id, policy: keep }
      ClientID: { type: int, as: client_id, policy: keep }
      Address: { policy: drop }
      Phone: { type: string, as: phone, policy: hash }
      Email: { type: string, as: email_hash, policy: hash, joinable: true }
      Note: { type: string, as: note, policy: encrypt }
      Due: { type: date, as: due, policy: keep }
      Net: { type: "decimal(12,2)", as: net, policy: keep }
      Rate: { type: double, as: rate, policy: keep }
`,
)
const tableOf = (name: string) => SOURCE.tables.find(table => table.name === name) as SourceTable

/** What the store counted of values that became null. */
let replaced: unknown[][] = []
/** Clients whose keys were asked for. */
let asked: string[] = []

/** The privacy tables in memory: every client has a key, those erased have none. */
function makeQuery(erased: string[] = []): Query {
  const wrapped = new Map<string, Buffer>()
  replaced = []
  asked = []
  return (async (text: string, parameters: [string, string[], Buffer[]]) => {
    if (text.includes('ingest.replaced_value')) return void replaced.push(parameters.slice(1))
    const [, ids, keys] = parameters
    asked.push(...ids)
    if (text.includes('privacy.erased'))
      return ids.filter(id => erased.includes(id)).map(client_id => ({ client_id }))
    if (text.includes('insert into')) {
      ids.forEach((id, i) => {
        if (!wrapped.has(id)) wrapped.set(id, keys[i] as Buffer)
      })
      return []
    }
    return ids
      .filter(id => wrapped.has(id))
      .map(client_id => ({ client_id, wrapped: wrapped.get(client_id) }))
  }) as unknown as Query
}

const at = { position: makePosition(1, 100n, 0), changedAt: '2026-01-02T03:04:05.000000Z' }
const tuple = (row: Record<string, string | null | undefined>) => new Map(Object.entries(row))
async function admitOne(change: Omit<RawChange, 'position' | 'changedAt'>, erased: string[] = []) {
  const { records, refusals } = await admit(
    makeQuery(erased),
    SOURCE,
    openVault('shop', Buffer.alloc(32, 7)),
    [{ ...at, ...change }],
    readPostgresValue,
  )
  return {
    refusals,
    records: records.map(record => ({ ...record, change: JSON.parse(record.value) as Change })),
  }
}
const inventory = tableOf('Inventory')

test('a change has its key, its partition, its place and its declared types', async () => {
  const { records } = await admitOne({
    table: inventory,
    op: 'c',
    after: tuple({ ProductID: '7', Location: 'A', Note: null }),
  })
  const [record] = records
  assert.deepEqual(record?.change, {
    op: 'c',
    before: null,
    after: { ProductID: 7, Location: 'A', Note: null },
    source: { name: 'shop', schema: 'public', table: 'Inventory', snapshot: false },
  })
  assert.equal(record?.key, '[7,"A"]')
  assert.equal(record?.partition, partitionOf('[7,"A"]', 4))
  assert.equal(record?.position, at.position)
})

test('an update of the key is a delete and a create, each with a place of its own', async () => {
  const { records } = await admitOne({
    table: inventory,
    op: 'u',
    before: tuple({ ProductID: '7', Location: 'A', Note: 'x' }),
    after: tuple({ ProductID: '7', Location: 'B', Note: 'x' }),
  })
  assert.deepEqual(
    records.map(({ key, change }) => [key, change.op]),
    [
      ['[7,"A"]', 'd'],
      ['[7,"B"]', 'c'],
    ],
  )
  assert.deepEqual(
    records.map(({ position }) => position),
    [makePosition(1, 100n, 0), makePosition(1, 100n, 1)],
  )
  assert.equal(ORDINALS_PER_CHANGE, 2)
})

test('an unchanged large value comes from the row before', async () => {
  const { records } = await admitOne({
    table: inventory,
    op: 'u',
    before: tuple({ ProductID: '7', Location: 'A', Note: 'very long' }),
    after: tuple({ ProductID: '7', Location: 'A', Note: undefined }),
  })
  assert.equal(records[0]?.change.after?.Note, 'very long')
})

test('where the row before does not have it the change is refused by its place: never null', async () => {
  for (const before of [undefined, tuple({ ProductID: '7', Location: 'A' })]) {
    const { records, refusals } = await admitOne({
      table: inventory,
      op: 'u',
      before,
      after: tuple({ ProductID: '7', Location: 'A', Note: undefined }),
    })
    assert.deepEqual(records, [])
    assert.deepEqual(refusals, [
      { table: inventory, position: at.position, reason: 'unchanged_value_unknown', column: 'Note' },
    ])
  }
})

test('a value of another type, or a key that is missing, is refused by its column', async () => {
  const mismatch = await admitOne({
    table: inventory,
    op: 'c',
    after: tuple({ ProductID: 'seven', Location: 'A', Note: null }),
  })
  assert.deepEqual(
    mismatch.refusals.map(({ reason, column }) => [reason, column]),
    [['type_mismatch', 'ProductID']],
  )
  const keyless = await admitOne({
    table: inventory,
    op: 'c',
    after: tuple({ ProductID: '7', Location: null, Note: null }),
  })
  assert.deepEqual(
    keyless.refusals.map(({ reason, column }) => [reason, column]),
    [['key_missing', 'Location']],
  )
})

test('of a table with personal data nothing leaves that is not listed, and nothing in the clear', async () => {
  const { records } = await admitOne({
    table: tableOf('Client'),
    op: 'c',
    after: tuple({ ClientID: '1', Name: 'Ada', Phone: '555' }),
  })
  const [record] = records
  assert.deepEqual(Object.keys(record?.change.after ?? {}), ['ClientID', 'Name'])
  assert.ok(!record?.value.includes('Ada') && !record?.value.includes('555'))
})

test('an erased client has no changes any more', async () => {
  for (const change of [
    {
      op: 'u' as const,
      before: tuple({ ClientID: '1', Name: 'Ada' }),
      after: tuple({ ClientID: '1', Name: 'Eve' }),
    },
    { op: 'd' as const, before: tuple({ ClientID: '1', Name: 'Ada' }) },
  ])
    assert.deepEqual((await admitOne({ table: tableOf('Client'), ...change }, ['1'])).records, [])
})

const order = (row: Record<string, string | null>) =>
  tuple({
    OrderID: '7',
    ClientID: '1',
    Phone: null,
    Email: null,
    Note: null,
    Due: null,
    Net: null,
    Rate: null,
    ...row,
  })

test('a row without a client has no personal value, and none of a client "null"', async () => {
  const { records, refusals } = await admitOne({
    table: tableOf('Order'),
    op: 'c',
    after: order({ ClientID: null, Phone: '555', Email: 'a@b', Note: 'ring twice', Net: '9.90' }),
  })
  assert.deepEqual(refusals, [])
  const { Email, ...after } = records[0]?.change.after ?? {}
  assert.deepEqual(after, {
    OrderID: 7,
    ClientID: null,
    Phone: null,
    Note: null,
    Due: null,
    Net: '9.90',
    Rate: null,
  })
  assert.match(String(Email), /^[0-9a-f]{64}$/, 'the system key joins it all the same')
  assert.deepEqual(asked, [])
  assert.deepEqual(replaced, [
    ['Order', 'Note', 'no_client', 1],
    ['Order', 'Phone', 'no_client', 1],
  ])
})

test('a change whose old row has only the key asks for no client', async () => {
  const { records } = await admitOne({ table: tableOf('Order'), op: 'd', before: tuple({ OrderID: '7' }) })
  assert.deepEqual(records[0]?.change.before, { OrderID: 7 })
  assert.deepEqual(asked, [])
})

test('an order that moves from an erased client to another is the other one’s, and nothing of the erased one is published', async () => {
  const { records } = await admitOne(
    {
      table: tableOf('Order'),
      op: 'u',
      before: order({ Note: 'secret', Net: '1.00' }),
      after: order({ ClientID: '2', Note: 'new' }),
    },
    ['1'],
  )
  assert.equal(records.length, 1)
  assert.equal(records[0]?.change.op, 'u')
  assert.equal(records[0]?.change.after?.ClientID, 2)
  assert.ok(records[0]?.change.after?.Note)
  assert.equal(records[0]?.change.before, null)
})

test('an order that moves to an erased client is deleted, by its key alone', async () => {
  const after = order({ OrderID: '8', ClientID: '1', Note: 'secret' })
  for (const [before, key] of [
    [order({ ClientID: '2', Note: 'old' }), 7],
    [undefined, 8],
  ] as const) {
    const { records } = await admitOne({ table: tableOf('Order'), op: 'u', before, after }, ['1'])
    assert.deepEqual(
      records.map(({ key, change: { op, before, after } }) => [key, op, before, after]),
      [[String(key), 'd', { OrderID: key }, null]],
    )
  }
  for (const op of ['c', 'r'] as const)
    assert.deepEqual((await admitOne({ table: tableOf('Order'), op, after }, ['1'])).records, [])
})

test('what its type has no place for is null and counted, and the row is carried', async () => {
  const { records, refusals } = await admitOne({
    table: tableOf('Order'),
    op: 'c',
    before: order({ Due: 'infinity' }),
    after: order({ Due: '-infinity', Net: 'NaN', Rate: 'NaN' }),
  })
  assert.deepEqual(refusals, [])
  const { Due, Net, Rate } = records[0]?.change.after ?? {}
  assert.deepEqual([Due, Net, Rate], [null, null, 'NaN'])
  assert.deepEqual(replaced, [
    ['Order', 'Due', 'infinity', 1],
    ['Order', 'Net', 'nan', 1],
  ])
})

test('a dropped column is not read: neither its type nor its absence matters', async () => {
  for (const address of [{}, { Address: 'anything' }]) {
    const after = new Map([...order({}), ...Object.entries(address)])
    const { records, refusals } = await admitOne({ table: tableOf('Order'), op: 'c', after })
    assert.deepEqual(refusals, [])
    assert.ok(!('Address' in (records[0]?.change.after ?? {})))
  }
})

test('a truncation and the end of a snapshot go to every partition', async () => {
  const { records } = await admitOne({ table: inventory, op: 't' })
  assert.deepEqual(
    records.map(({ partition, change, key }) => [partition, change.op, key]),
    [0, 1, 2, 3].map(partition => [partition, 't', '']),
  )
  const ends = makeSnapshotEnds(inventory, 3, makePosition(3, 0n, 0xffffffff), at.changedAt)
  assert.deepEqual(
    ends.map(({ partition, value }) => [partition, value]),
    [0, 1, 2, 3].map(partition => [partition, '{"epoch":3,"partitions":4}']),
  )
})
