import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDebeziumSource } from '../../../tests/support/debezium-source.ts'
import { epochStart, makePosition, snapshotEnd } from '../../bus/index.ts'
import type { ColumnType } from '../../config/index.ts'
import { NoPlaceError, ValueError } from '../values.ts'
import { readDebezium } from './envelope.ts'
import { readDebeziumValue } from './read-value.ts'

const sourceWith = (columns = '') =>
  parseDebeziumSource(
    'shop.yml',
    `
connection: shop
capture: debezium
namespace: dbo
timeZone: UTC
tables:
  Product:
    entity: product
    key: [ProductID]
    columns:
      ProductID: { type: bigint, as: product_id }
      Price: { type: "decimal(19,4)", as: price }
${columns}
`,
  )
const SOURCE = sourceWith()
const WITH_TEXTS = sourceWith(`
      Name: { type: string, as: name }
      Note: { type: string, as: note }`)

const origin = (more: object = {}) => ({
  connector: 'postgresql',
  name: 'raw.shop',
  schema: 'dbo',
  table: 'Product',
  ts_ms: 1795571885249,
  snapshot: 'false',
  sequence: '["30988496","30989056"]',
  ...more,
})
const change = (more: object = {}, from: object = {}) =>
  JSON.stringify({
    before: null,
    after: { ProductID: 7, Price: '12.5000' },
    source: origin(from),
    transaction: { id: '855:30989056', total_order: 2, data_collection_order: 2 },
    op: 'c',
    ts_ms: 1795571885300,
    ...more,
  })

const readAs = (
  value: unknown,
  type: ColumnType,
  schema?: object,
  decimals: 'string' | 'base64' = 'string',
) => readDebeziumValue({ value, schema, decimals }, type)
const DECIMAL: ColumnType = { kind: 'decimal', precision: 19, scale: 4 }

test('a change has its table, its commit time, and its place: the commit before it and its number', () => {
  const message = readDebezium(SOURCE, change())
  assert.ok(message.kind === 'change')
  assert.equal(message.table.name, 'Product')
  assert.equal(message.changedAt, '2026-11-25T01:58:05.249Z')
  assert.deepEqual(message.place, { commit: 30988496n, commitDigits: 16, ordinal: 2 })
  assert.equal(message.snapshot, undefined)
})

const lsns = (commit_lsn: string, more: object = {}) => ({
  sequence: undefined,
  commit_lsn,
  change_lsn: '00000027:00000AC0:0001',
  event_serial_no: 2,
  ...more,
})

test('SQL Server: the place is the commit in its log, and which change of it this is, counted or not', () => {
  const placeOf = (more: object, from: object) => {
    const message = readDebezium(SOURCE, change(more, from))
    return message.kind === 'change' ? message.place : message
  }
  const commit = '00000027:00000ac0:0002'
  const place = {
    commit: 0x2700000ac00002n,
    commitDigits: 20,
    ordinal: 2,
    change: {
      commit: '0000002700000ac00002',
      at: '0000002700000ac0000100000002',
      id: '0000002700000ac0000100000002 c Product',
    },
  }
  assert.deepEqual(placeOf({}, lsns(commit)), place)
  assert.deepEqual(placeOf({ transaction: null }, lsns(commit)), { ...place, ordinal: undefined })
  const foreign = { kind: 'foreign', reason: 'malformed_event' }
  for (const change_lsn of [undefined, null, '27:ac0:1'])
    assert.deepEqual(placeOf({}, lsns(commit, { change_lsn })), foreign, String(change_lsn))
})

test('SQL Server: a log that is past its 65,535th file keeps the order of its commits', () => {
  const positionOf = (commit_lsn: string) => {
    const message = readDebezium(SOURCE, change({}, lsns(commit_lsn)))
    assert.ok(message.kind === 'change' && message.place, commit_lsn)
    const { commit, commitDigits } = message.place
    return makePosition(1, commit, 2, commitDigits)
  }
  const inOrder = [
    '00000027:00000ac0:0002',
    '00000027:00000ac0:0003',
    '0000ffff:ffffffff:ffff',
    '00010000:00000000:0001',
    '0001f0af:00001b98:0005',
    'FFFFFFFF:ffffffff:ffff',
  ].map(positionOf)
  assert.deepEqual(inOrder.toSorted(), inOrder)
  assert.equal(inOrder[4], '0001-0001f0af00001b980005-00000002')
  assert.ok(inOrder.every(position => position > snapshotEnd(1) && position < epochStart(2)))
  assert.equal(positionOf('00000000:00000000:0001') > snapshotEnd(1), true)
  const other = readDebezium(SOURCE, change({}, lsns('27:ac0:2')))
  assert.deepEqual(other, { kind: 'foreign', reason: 'malformed_event' })
})

test('rows of a snapshot say where it begins and ends; incremental ones are refused', () => {
  const snapshotOf = (snapshot: unknown) => {
    const message = readDebezium(SOURCE, change({ op: 'r', transaction: null }, { snapshot }))
    return message.kind === 'change' ? message.snapshot : message
  }
  assert.deepEqual(['first', 'true', 'last_in_data_collection', 'last'].map(snapshotOf), [
    'first',
    'row',
    'row',
    'last',
  ])
  assert.deepEqual(snapshotOf('incremental'), { kind: 'foreign', reason: 'unsupported_snapshot' })
})

test('a message with its schema reads as one without', () => {
  const fields = [
    { field: 'ProductID', type: 'int64' },
    {
      field: 'Price',
      type: 'bytes',
      name: 'org.apache.kafka.connect.data.Decimal',
      parameters: { scale: '2' },
    },
  ]
  const schema = {
    type: 'struct',
    fields: [
      { field: 'before', fields },
      { field: 'after', fields },
    ],
  }
  const payload = JSON.parse(change({ after: { ProductID: 7, Price: 'BOI=' } }))
  const message = readDebezium(SOURCE, JSON.stringify({ schema, payload }))
  assert.ok(message.kind === 'change')
  const price = message.after?.get('Price')
  assert.ok(price)
  assert.equal(readDebeziumValue(price, DECIMAL), '12.50')
  assert.deepEqual(readDebezium(SOURCE, '{"schema":{},"payload":null}'), { kind: 'nothing' })
})

test('tombstones, heartbeats and the boundaries of transactions are no changes; anything else is foreign', () => {
  for (const text of [
    null,
    '{"ts_ms":1795571886084}',
    '{"status":"BEGIN","id":"858:30997256","event_count":null}',
    '{"status":"END","id":"858:30997672","event_count":0}',
  ])
    assert.deepEqual(readDebezium(SOURCE, text), { kind: 'nothing' })
  for (const text of [
    'not json',
    '[]',
    '7',
    '{}',
    '{"op":"c"}',
    '{"op":"c","source":{"table":"Product","schema":"dbo"}}',
    7,
  ])
    assert.deepEqual(readDebezium(SOURCE, text), { kind: 'foreign', reason: 'malformed_event' }, String(text))
})

test('a change of what is not listed says that everything before it has been told', () => {
  for (const text of [
    change({ op: 'm' }, { schema: '', table: '' }),
    change({}, { table: 'cordage_heartbeat' }),
  ])
    assert.deepEqual(readDebezium(SOURCE, text), {
      kind: 'mark',
      place: { commit: 30988496n, commitDigits: 16, ordinal: 2 },
      at: new Date(1795571885249),
    })
})

test('a number that a double cannot hold keeps its digits', () => {
  const text = change().replace('"ProductID":7', '"ProductID":9223372036854775807')
  const message = readDebezium(SOURCE, text)
  assert.ok(message.kind === 'change')
  const id = message.after?.get('ProductID')
  assert.ok(id)
  assert.equal(readDebeziumValue(id, { kind: 'bigint' }), '9223372036854775807')
})

test('a double is read as it is written: whole, with an exponent, as text, or as none that JSON has', () => {
  for (const [written, value] of [
    ['9.007199254740993E15', 9007199254740992],
    ['12345678901234567890', 12345678901234567000],
    ['-36893488147419103232', -36893488147419103000],
    ['1.7976931348623157E308', 1.7976931348623157e308],
    ['1.0E300', 1e300],
    ['4.9E-324', 5e-324],
    ['0.1', 0.1],
    ['-0.0', '-0'],
    ['"-0"', '-0'],
    ['"12.50"', 12.5],
    ['"1e-7"', 1e-7],
    ['"NaN"', 'NaN'],
    ['"Infinity"', 'Infinity'],
    ['"-Infinity"', '-Infinity'],
  ] as const) {
    const message = readDebezium(SOURCE, change().replace('"12.5000"', written))
    assert.ok(message.kind === 'change')
    const price = message.after?.get('Price')
    assert.ok(price, written)
    assert.equal(readDebeziumValue(price, { kind: 'double' }), value, written)
  }
})

test('whole numbers may be written with a point, and a number as text', () => {
  assert.equal(readAs('12.00', { kind: 'int' }), 12)
  assert.equal(readAs('12.000', { kind: 'bigint' }), '12')
  assert.equal(readAs(12.5, DECIMAL), '12.5')
})

test('what does not fit its type says why: NaN, infinity, and years that nobody reads', () => {
  const reasonOf = (value: unknown, type: ColumnType) => {
    try {
      return readAs(value, type)
    } catch (error) {
      return error instanceof NoPlaceError ? error.reason : error
    }
  }
  assert.equal(reasonOf('NaN', DECIMAL), 'nan')
  assert.equal(reasonOf('Infinity', DECIMAL), 'infinity')
  assert.equal(reasonOf('NaN', { kind: 'int' }), 'nan')
  for (const [value, kind] of [
    [9223372036825200000, 'timestampNtz'],
    ['-9223372036832400000', 'timestamp'],
    ['+294247-01-10T04:00:54.775Z', 'timestamp'],
    ['-0044-03-15T00:00:00Z', 'timestamp'],
    ['10000-01-01', 'date'],
    ['0000-12-31', 'date'],
    [2932897, 'date'],
    [-719163, 'date'],
  ] as const)
    assert.equal(reasonOf(value, { kind }), 'year_out_of_range', `${value} as ${kind}`)
})

test('a value that did not change and was not in the log is not there; null is null', () => {
  const message = readDebezium(
    SOURCE,
    change({ after: { ProductID: null, Price: '__debezium_unavailable_value' } }),
  )
  assert.ok(message.kind === 'change')
  assert.deepEqual(
    [...(message.after ?? [])],
    [
      ['ProductID', null],
      ['Price', undefined],
    ],
  )
})

test('SQL Server: what Debezium calls unchanged in the row after is null, and a null in the row before was not recorded', () => {
  const before = { ProductID: 7, Name: null, Price: null, Note: '__debezium_unavailable_value' }
  const after = { ProductID: 7, Name: 'x', Price: null, Note: '__debezium_unavailable_value' }
  const rowsFrom = (from: object) => {
    const message = readDebezium(WITH_TEXTS, change({ op: 'u', before, after }, from))
    assert.ok(message.kind === 'change')
    return [message.before, message.after].map(row =>
      Object.fromEntries(
        [...(row ?? [])].map(([name, value]) => [name, value === null ? null : value?.value]),
      ),
    )
  }
  assert.deepEqual(rowsFrom(lsns('00000027:00000ac0:0002')), [
    { ProductID: 7, Name: undefined, Price: null, Note: undefined },
    { ProductID: 7, Name: 'x', Price: null, Note: null },
  ])
  assert.deepEqual(rowsFrom({}), [
    { ProductID: 7, Name: null, Price: null, Note: undefined },
    { ProductID: 7, Name: 'x', Price: null, Note: undefined },
  ])
})

test('decimals come as text, as bytes with a declared scale, or with a scale of their own', () => {
  assert.equal(readAs('12.5000', DECIMAL), '12.5000')
  const bytes = (base64: string) => readAs(base64, DECIMAL, undefined, 'base64')
  assert.equal(bytes('Af8v'), '13.0863')
  assert.equal(bytes('/w=='), '-0.0001')
  assert.equal(bytes('AA=='), '0.0000')
  assert.equal(bytes('gAAAAAAAAAA='), '-922337203685477.5808')
  assert.equal(readAs({ scale: 2, value: 'BOI=' }, DECIMAL), '12.50')
  assert.equal(readAs({ scale: -2, value: 'Ag==' }, DECIMAL), '200')
  assert.throws(() => readAs('Af8v', DECIMAL), /is not a decimal/)
  assert.throws(() => readAs({ value: 'x' }, DECIMAL), /is not a decimal/)
})

test('dates are days, times are microseconds, also before 1970', () => {
  assert.equal(readAs(17347, { kind: 'date' }), '2017-06-30')
  assert.equal(readAs(-25567, { kind: 'date' }), '1900-01-01')
  assert.equal(readAs('2017-06-30', { kind: 'date' }), '2017-06-30')
  assert.equal(readAs(1498816800123456, { kind: 'timestampNtz' }), '2017-06-30T10:00:00.123456')
  assert.equal(readAs(-1, { kind: 'timestampNtz' }), '1969-12-31T23:59:59.999999')
  assert.equal(readAs('2017-06-30T10:00:00.12Z', { kind: 'timestamp' }), '2017-06-30T10:00:00.120000Z')
  assert.equal(readAs('2017-06-30T10:00:00+02:00', { kind: 'timestamp' }), '2017-06-30T08:00:00.000000Z')
  const named = (name: string, value: unknown) => readAs(value, { kind: 'timestampNtz' }, { name })
  assert.equal(named('io.debezium.time.Timestamp', 1498816800123), '2017-06-30T10:00:00.123000')
  assert.equal(named('io.debezium.time.NanoTimestamp', '1498816800123456700'), '2017-06-30T10:00:00.123456')
  for (const wrong of ['soon', '99999999999999999999', true, {}])
    assert.throws(() => readAs(wrong, { kind: 'timestamp' }), /is not a time/)
})

test('a value of another type is refused', () => {
  for (const [value, kind] of [
    [1.5, 'int'],
    [2_147_483_649, 'int'],
    ['x', 'bigint'],
    [7, 'string'],
    [1, 'boolean'],
    ['x', 'double'],
    ['0x10', 'double'],
    ['', 'double'],
    ['0.12345678901234567890', 'double'],
    [1.5, 'date'],
    ['12.5', 'int'],
    ['9223372036854775808', 'bigint'],
    [true, 'date'],
    [7, 'binary'],
  ] as const)
    assert.throws(() => readAs(value, { kind }), ValueError, `${value} as ${kind}`)
})
