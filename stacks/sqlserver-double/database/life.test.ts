import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemsOf } from './append-only.ts'
import { makeCountedClock } from './clock.ts'
import { makeDatabase, makeSecondary } from './database.ts'
import { maxLsn } from './instances.ts'
import { incrementLsn, lsnAsNumeric, lsnWithColons, makeLsn } from './lsn.ts'

function make(clock = makeCountedClock()) {
  const database = makeDatabase({ name: 'shop', clock })
  database.ddl.createTable({
    name: 'item',
    columns: [
      { name: 'id', type: 'int' },
      { name: 'n', type: 'int' },
    ],
    primaryKey: ['id'],
  })
  database.enableCdc()
  const instance = database.enableTable({ table: 'item' })
  const insert = (id: number) => database.commit([{ table: 'item', op: 'insert', row: { id, n: 0 } }])
  const times = () => [...itemsOf(database.state.cdc?.times ?? { items: [], length: 0 })]
  const ids = () => database.rows('item').map(({ id }) => id)
  return { database, instance, insert, times, ids, clock }
}
const ops = (instance: { changes: Parameters<typeof itemsOf>[0] }) => [...itemsOf(instance.changes)].length

test('places in the log are printed as each view prints them', () => {
  const lsn = makeLsn(0x1f0af, 0x1b98, 5)
  assert.equal(lsn, '0001f0af00001b980005')
  assert.equal(lsnWithColons(lsn), '0001f0af:00001b98:0005')
  assert.equal(lsnAsNumeric(lsn), '127151000000706400005')
  assert.equal(incrementLsn('000000000000ffffffff'), '00000000000100000000')
})

test('the same history gives the same places, times and numbers', () => {
  const run = () => {
    const { database, insert, times } = make()
    for (let id = 1; id <= 300; id++) insert(id)
    database.scan()
    return times()
  }
  assert.deepEqual(run(), run())
  const places = run().map(({ startLsn }) => startLsn)
  assert.deepEqual(places, [...places].sort())
  assert.equal(new Set(places).size, 300)
})

test('the capture job lags, in whole transactions; stopped it does nothing', () => {
  const { database, instance, insert } = make()
  for (const id of [1, 2, 3]) insert(id)
  assert.equal(database.scan({ maxTransactions: 2 }), 2)
  assert.equal(ops(instance), 2)
  database.job.stop()
  assert.equal(database.scan(), 0)
  database.job.start()
  assert.equal(database.scan(), 1)
  assert.equal(ops(instance), 3)
  database.job.die({ number: 22_859, message: 'Log Scan process failed.' })
  insert(4)
  assert.equal(database.scan(), 0)
  assert.deepEqual(
    database.server.job.errors.map(({ number }) => number),
    [22_859],
  )
})

test('scans are sessions, and those that find nothing are counted in one', () => {
  const { database, insert } = make()
  insert(1)
  for (let i = 0; i < 4; i++) database.scan()
  insert(2)
  database.scan()
  assert.deepEqual(
    database.server.job.sessions.map(({ transactions, emptyScans }) => [transactions, emptyScans]),
    [
      [1, 0],
      [0, 3],
      [1, 0],
    ],
  )
})

test('in a quiet time an entry without changes is written every five minutes, and on request', () => {
  const { database, insert, times, clock } = make()
  const { lsn } = insert(1)
  database.scan()
  database.scan()
  assert.equal(times().length, 1)
  clock.advance(300_000)
  database.scan()
  const [, quiet] = times()
  assert.deepEqual(quiet?.transactionId, Buffer.from([0]))
  assert.ok((quiet?.startLsn ?? '') > lsn)
  database.writeEmptyEntry()
  assert.equal(times().length, 3)
  assert.ok(insert(2).lsn > (times()[2]?.startLsn ?? ''))
})

test('times are the local clock of the server to three hundredths of a second, across a change of it too', () => {
  const clock = makeCountedClock({ start: Date.UTC(2026, 9, 25, 0, 59, 59, 998), utcOffset: 120 })
  const { database, insert, times } = make(clock)
  database.commit([{ table: 'item', op: 'insert', row: { id: 1 } }], {
    at: Date.UTC(2026, 9, 25, 0, 30, 0, 501),
  })
  clock.setUtcOffset(60)
  clock.advance(60_000)
  insert(2)
  database.scan()
  assert.equal(times()[0]?.ended, '2026-10-25T02:30:00.500')
  assert.match(times()[1]?.ended ?? '', /^2026-10-25T02:01:00\.\d\d[037]$/)
})

test('a failover cuts sessions, rolls back, and leaves no jobs until they are added', () => {
  const { database, insert, ids } = make()
  let cut = 0
  database.onCut(() => (cut += 1))
  const open = database.begin()
  open.change({ table: 'item', op: 'insert', row: { id: 1 } })
  database.failOver()
  assert.equal(cut, 1)
  assert.throws(() => open.commit(), { number: 3902 })
  insert(2)
  assert.equal(database.scan(), 0)
  assert.throws(() => database.job.start(), { number: 22_929 })
  database.job.add()
  assert.equal(database.scan(), 1)
  assert.deepEqual(ids(), [2])
})

test('a restore brings back rows, log and CDC as they were, and begins another fork', () => {
  const { database, insert, ids, times } = make()
  const first = insert(1)
  database.scan()
  const backup = database.backUp()
  const end = database.logEnd()
  const lost = insert(2)
  database.scan()
  const { recoveryFork } = database.server
  database.restore(backup)
  assert.deepEqual(ids(), [1])
  assert.equal(database.logEnd(), end)
  assert.deepEqual(
    times().map(({ startLsn }) => startLsn),
    [first.lsn],
  )
  assert.notEqual(database.server.recoveryFork, recoveryFork)
  assert.equal(database.server.restores.length, 1)
  // The same place in the log is given again, to another change.
  assert.equal(insert(3).lsn, lost.lsn)
  database.scan()
  assert.deepEqual(ids(), [1, 3])
  database.restore(backup, { keepCdc: false })
  assert.equal(database.state.cdc, undefined)
  assert.deepEqual(ids(), [1])
})

test('a secondary lags until it catches up, and cannot be written', () => {
  const { database, insert } = make()
  insert(1)
  const secondary = makeSecondary(database)
  const read = (view = secondary.view()) => [...view.rows(view.table('item'))].map(([id]) => id)
  insert(2)
  database.scan()
  assert.deepEqual(read(), [1])
  assert.equal(maxLsn(secondary.view().cdc()), undefined)
  const open = secondary.begin()
  const before = open.view()
  secondary.catchUp()
  assert.deepEqual(read(before), [1], 'a transaction that is open stands still')
  assert.deepEqual(read(), [1, 2])
  assert.ok(maxLsn(secondary.view().cdc()))
  assert.throws(() => open.change({ table: 'item', op: 'insert', row: { id: 3 } }), { number: 3906 })
})
