import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSource } from '../../capture/sources.ts'
import type { SourceTable } from '../../config/index.ts'
import type { RawRow } from '../admission.ts'
import { type Chunk, isStep, makeCollector, OtherLogError, ReadAgainError } from './collector.ts'
import { readVisibility } from './visibility.ts'

const { tables } = parseSource(
  'shop.yml',
  `connection: shop
capture: postgres
timeZone: UTC
tables:
  item:
    entity: product
    key: [id]
    columns:
      id: { type: int, as: product_id }
      note: { type: string, as: name }
`,
)
const table = tables[0] as SourceTable

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const int64 = (value: bigint | number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
const bytes = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
const values = (...texts: string[]) =>
  bytes(int16(texts.length), ...texts.flatMap(text => ['t', int32(text.length), text]))

/** What the server sends of table 7, whose columns are these. */
const relation = (...columns: string[]) =>
  bytes(
    'R',
    int32(7),
    'public\0',
    'item\0',
    'f',
    int16(columns.length),
    ...columns.map(name => bytes(Buffer.from([0]), `${name}\0`, int32(25), int32(-1))),
  )
const begin = (lsn: number, xid: number, at = 0) => bytes('B', int64(lsn), int64(at), int32(xid))
const commit = (lsn: number) => bytes('C', Buffer.from([0]), int64(lsn), int64(lsn + 8), int64(0))
const insert = (...texts: string[]) => bytes('I', int32(7), 'N', values(...texts))
const remove = (...texts: string[]) => bytes('D', int32(7), 'O', values(...texts))

const row = (id: string, note: string): RawRow<string> =>
  new Map([
    ['id', id],
    ['note', note],
  ])
const chunk = (visibility: string, behind: number, rows: RawRow<string>[]): Chunk => ({
  rows,
  visibility: readVisibility(visibility),
  behind: BigInt(behind),
  at: '2026-01-01T00:00:00.000000Z',
  step: { table, kind: 'part', part: '7', after: null, rows: rows.length },
})

function open(more: Partial<Parameters<typeof makeCollector>[0]> = {}) {
  const collector = makeCollector({
    tables: new Map([['7', { table, isDeferrable: false, isPartitioned: false, readFrom: 0n }]]),
    epochs: [{ epoch: 1, from: 0n }],
    startLsn: 0n,
    last: undefined,
    lastCommit: undefined,
    owed: {},
    ...more,
  })
  return {
    ...collector,
    send: (...messages: Buffer[]) => messages.forEach(message => void collector.take(message)),
    /** What is gathered: kind of change, id and note, in order. */
    told: () =>
      collector
        .next()
        .entries.map(entry =>
          isStep(entry)
            ? 'step'
            : `${entry.op} ${[...((entry.after ?? entry.before)?.values() ?? [])].join(' ')}`,
        ),
  }
}

test('what was read comes behind all that it saw, and without the rows that a later transaction has changed', () => {
  const { send, openWindow, fillWindow, told } = open()
  send(relation('id', 'note'))
  const window = openWindow(table)
  // Seen by the chunk, and told after it was read.
  const seen = [begin(100, 10), insert('1', 'seen'), commit(100)]
  const unseen = [begin(200, 11), insert('2', 'later'), remove('3', 'old'), commit(200)]
  assert.ok(
    fillWindow(
      window,
      chunk('11:11:', 150, [row('1', 'seen'), row('2', 'old'), row('3', 'old'), row('4', 'same')]),
    ),
  )
  send(...seen)
  assert.deepEqual(told(), ['c 1 seen'])
  send(...unseen)
  // Put before the transaction that lies behind it.
  assert.deepEqual(told(), ['r 1 seen', 'r 2 old', 'r 3 old', 'r 4 same', 'step', 'c 2 later', 'd 3 old'])
})

test('a transaction that was told before a reading and not seen by it takes its rows along', () => {
  const { send, openWindow, fillWindow, told, reached } = open()
  send(relation('id', 'note'))
  const window = openWindow(table)
  send(begin(100, 11), insert('2', 'newer'), commit(100))
  assert.ok(fillWindow(window, chunk('11:11:', 150, [row('1', 'a'), row('2', 'old')])))
  reached(160n)
  assert.deepEqual(told(), ['c 2 newer', 'r 1 a', 'step'])
})

test('a reading that does not see what was told before it began is made again', () => {
  const { send, openWindow, fillWindow, seen } = open()
  send(relation('id', 'note'), begin(100, 11), insert('2', 'newer'), commit(100))
  // Its commit is in the log, and for others it still runs.
  assert.equal(fillWindow(openWindow(table), chunk('11:12:11', 150, [])), false)
  seen(readVisibility('12:12:'))
  assert.equal(fillWindow(openWindow(table), chunk('12:12:', 150, [])), true)
})

test('numbers of transactions are compared across their overflow', () => {
  const { sees } = readVisibility(`${2n ** 32n - 2n}:${2n ** 32n + 5n}:${2n ** 32n + 3n}`)
  assert.deepEqual([2 ** 32 - 3, 2 ** 32 - 1, 0, 2, 3, 4, 5, 9].map(sees), [
    true,
    true,
    true,
    true,
    false,
    true,
    false,
    false,
  ])
})

test('a change without a captured column has the table read again, or is passed over where it is read anyway', () => {
  const { send } = open()
  send(relation('id'), begin(100, 11))
  assert.throws(() => send(insert('1')), ReadAgainError)
  const later = open({
    tables: new Map([['7', { table, isDeferrable: false, isPartitioned: false, readFrom: 200n }]]),
  })
  later.send(relation('id'), begin(100, 11), insert('1'), commit(100))
  assert.deepEqual(later.told(), [])
})

test('a log without the transaction that was read last is another log', () => {
  const lastCommit = { lsn: 100n, at: '2000-01-01T00:00:00.000007Z' }
  open({ lastCommit }).send(begin(100, 11, 7), commit(100))
  assert.throws(() => open({ lastCommit }).send(begin(100, 11, 8)), OtherLogError)
  assert.throws(() => open({ lastCommit }).send(begin(104, 11, 7)), OtherLogError)
  assert.throws(() => open({ lastCommit }).reached(108n), OtherLogError)
  open({ lastCommit, startLsn: 104n }).reached(108n)
})

test('the place of a change says its epoch, however often it is sent', () => {
  const epochs = [
    { epoch: 1, from: 0n },
    { epoch: 2, from: 150n },
  ]
  const { send, next } = open({ epochs })
  send(
    relation('id', 'note'),
    begin(100, 10),
    insert('1', 'a'),
    commit(100),
    begin(160, 11),
    insert('2', 'b'),
    commit(160),
  )
  assert.deepEqual(
    next().entries.map(entry => (isStep(entry) ? '' : entry.position.slice(0, 4))),
    ['0001', '0002'],
  )
})
