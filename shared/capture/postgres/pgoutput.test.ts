import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { makePgoutputDecoder } from './pgoutput.ts'

/**
 * What a Postgres 18 sent of a transaction on `Product(ProductID primary key, Name, Description)`, whose rows it logs by
 * their key: an insert, an update that leaves a large value as it is, an update of the key, a deletion. Then a truncation.
 */
const RECORDED = [
  '420000000001af6950000303f74eb67928000002f5',
  '52000040017075626c69630050726f64756374006400030150726f6475637449440000000017ffffffff004e616d650000000019ffffffff004465736372697074696f6e0000000019ffffffff',
  '49000040014e00037400000001317400000005436166c3a96e',
  '55000040014e000374000000013274000000045a77656975',
  '55000040014b00037400000001316e6e4e00037400000001337400000005436166c3a96e',
  '44000040014b00037400000001336e6e',
  '43000000000001af69500000000001af6980000303f74eb67928',
  '54000000010000004001',
]

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
const text = (value: string) => Buffer.from(`${value}\0`)
const bytes = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))

/** A tuple: text, null, or undefined for an unchanged TOASTed value. */
const tuple = (...values: (string | null | undefined)[]) =>
  bytes(
    int16(values.length),
    ...values.map(value =>
      value === undefined ? 'u' : value === null ? 'n' : bytes('t', int32(Buffer.byteLength(value)), value),
    ),
  )

const RELATION = bytes(
  'R',
  int32(7),
  text('dbo'),
  text('Product'),
  'f',
  int16(3),
  ...['ProductID', 'Name', 'Description'].flatMap(name => [
    Buffer.from([0]),
    text(name),
    int32(25),
    int32(-1),
  ]),
)

function makeDecoder() {
  const decode = makePgoutputDecoder()
  assert.deepEqual(decode(RELATION), { kind: 'other' })
  return decode
}
const rowOf = (row: Map<string, unknown> | undefined) => row && Object.fromEntries(row)

test('a recorded transaction is read as it was made', () => {
  const decode = makePgoutputDecoder()
  const messages = RECORDED.map(hex => decode(Buffer.from(hex, 'hex')))
  const [begin, relation, insert, update, rekey, deletion, commit, truncate] = messages
  assert.deepEqual(begin, {
    kind: 'begin',
    commitLsn: 0x1af6950n,
    committedAt: '2026-11-23T21:47:22.518824Z',
    xid: 757,
  })
  assert.deepEqual(relation, { kind: 'other' })
  assert.deepEqual(insert?.kind === 'insert' && rowOf(insert.after), {
    ProductID: '1',
    Name: 'Café',
    Description: null,
  })
  assert.deepEqual(update?.kind === 'update' && [rowOf(update.before), rowOf(update.after)], [
    undefined,
    { ProductID: '2', Name: 'Zwei', Description: undefined },
  ])
  assert.deepEqual(rekey?.kind === 'update' && [rowOf(rekey.before), rowOf(rekey.after)], [
    { ProductID: '1' },
    { ProductID: '3', Name: 'Café', Description: null },
  ])
  assert.deepEqual(deletion?.kind === 'delete' && rowOf(deletion.before), { ProductID: '3' })
  assert.deepEqual(commit, { kind: 'commit', endLsn: 0x1af6980n })
  assert.deepEqual(
    truncate?.kind === 'truncate' && truncate.relations.map(({ schema, table }) => `${schema}.${table}`),
    ['public.Product'],
  )
})

test('a transaction has the place and the time of its commit, to the microsecond', () => {
  const decode = makeDecoder()
  const begin = decode(bytes('B', int64(0x1_0000_0010n), int64(820_454_645_123_456n), int32(1)))
  assert.deepEqual(begin, {
    kind: 'begin',
    commitLsn: 0x1_0000_0010n,
    committedAt: '2025-12-31T00:04:05.123456Z',
    xid: 1,
  })
  assert.deepEqual(decode(bytes('C', Buffer.from([0]), int64(1n), int64(0x1_0000_0040n), int64(0n))), {
    kind: 'commit',
    endLsn: 0x1_0000_0040n,
  })
})

test('a commit before 2000 has its time too', () => {
  const begin = makeDecoder()(bytes('B', int64(1n), int64(-1n), int32(1)))
  assert.deepEqual(begin, {
    kind: 'begin',
    commitLsn: 1n,
    committedAt: '1999-12-31T23:59:59.999999Z',
    xid: 1,
  })
})

test('values stay the text that the server sent; null and unchanged are told apart', () => {
  const message = makeDecoder()(bytes('I', int32(7), 'N', tuple('9007199254740993', null, undefined)))
  assert.equal(message.kind, 'insert')
  assert.deepEqual(message.kind === 'insert' && [...message.after], [
    ['ProductID', '9007199254740993'],
    ['Name', null],
    ['Description', undefined],
  ])
})

test('an update has its row before, where the source logs it', () => {
  const decode = makeDecoder()
  const full = decode(bytes('U', int32(7), 'O', tuple('1', 'old', 'long'), 'N', tuple('1', 'new', undefined)))
  assert.deepEqual(full.kind === 'update' && [rowOf(full.before), rowOf(full.after)], [
    { ProductID: '1', Name: 'old', Description: 'long' },
    { ProductID: '1', Name: 'new', Description: undefined },
  ])
  const without = decode(bytes('U', int32(7), 'N', tuple('1', 'new', 'x')))
  assert.equal(without.kind === 'update' && without.before, undefined)
})

test('of a row that is logged by its key alone, the other columns are unknown and not null', () => {
  const decode = makeDecoder()
  const update = decode(bytes('U', int32(7), 'K', tuple('1', null, null), 'N', tuple('2', 'name', undefined)))
  assert.deepEqual(update.kind === 'update' && rowOf(update.before), { ProductID: '1' })
  const deletion = decode(bytes('D', int32(7), 'K', tuple('1', null, null)))
  assert.deepEqual(deletion.kind === 'delete' && rowOf(deletion.before), { ProductID: '1' })
})

test('a truncation names every table', () => {
  const message = makeDecoder()(bytes('T', int32(1), Buffer.from([0]), int32(7)))
  assert.deepEqual(message.kind === 'truncate' && message.relations.map(({ table }) => table), ['Product'])
})

test('a table that is described again is read as it is from then on', () => {
  const decode = makeDecoder()
  decode(
    bytes(
      'R',
      int32(7),
      text('dbo'),
      text('Product'),
      'f',
      int16(1),
      Buffer.from([1]),
      text('Id'),
      int32(23),
      int32(-1),
    ),
  )
  const message = decode(bytes('I', int32(7), 'N', tuple('5')))
  assert.deepEqual(message.kind === 'insert' && [...message.after], [['Id', '5']])
})

test('a change of a table that was not described, and what is cut short, are errors', () => {
  const decode = makeDecoder()
  assert.throws(() => decode(bytes('I', int32(8), 'N', tuple('1'))), /relation 8, which was not described/)
  const whole = bytes('I', int32(7), 'N', tuple('1', 'name', 'text'))
  for (let length = 1; length < whole.length; length++) assert.throws(() => decode(whole.subarray(0, length)))
})

test('whatever bytes come, the decoder ends', () => {
  const random = makeRandom(3)
  const decode = makeDecoder()
  const kinds = 'BCRIUDTYOM'
  const before = process.cpuUsage()
  for (let i = 0; i < 20_000; i++) {
    const noise = Buffer.from(
      Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)),
    )
    try {
      decode(bytes(kinds[Math.floor(random() * kinds.length)] ?? 'B', noise))
    } catch (error) {
      assert.ok(error instanceof Error)
    }
  }
  // Of the processor, which other tests want too.
  assert.ok(process.cpuUsage(before).user < 10_000_000)
})

test('a value of a kind that is not known stops the reading: it would be taken for another', () => {
  const decode = makeDecoder()
  const insert = bytes('I', int32(7), 'N', int16(1), 'x')
  assert.throws(() => decode(insert), /a value of unknown kind "x"/)
})
