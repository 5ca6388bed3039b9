import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OutageError } from '../../../shared/errors/index.ts'
import { completedEpoch, landedMark, openTable, restoreTable } from '../../../shared/lake/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import {
  dataFiles,
  event,
  logged,
  objects,
  position,
  rowsIn,
  snapshotEnd,
  start,
  TABLE,
} from '../../../tests/support/landing.ts'

test('changes land in one commit, with how far their partition is', async () => {
  const land = start()
  assert.deepEqual(
    await land([event(1), event(2), event(3, { op: 'd', row: { ProductID: 1, Name: 'gone' } })]),
    ['done', 'done', 'done'],
  )
  const { snapshot } = await openTable(objects, TABLE)
  assert.equal(snapshot.version, 0)
  assert.equal(await rowsIn(), 3)
  assert.deepEqual(landedMark(snapshot, { busId: 'bus-1', topic: 'cdc.shop.Product', partition: 0 }), {
    offset: 3n,
    position: position(3),
  })
})

test('a batch that is redelivered, whole or with other boundaries, lands nothing twice', async () => {
  const land = start()
  await land([event(1), event(2)])
  assert.deepEqual(await land([event(1), event(2)]), ['skipped already_landed', 'skipped already_landed'])
  assert.deepEqual(await land([event(2), event(3)]), ['skipped already_landed', 'done'])
  assert.deepEqual(await start()([event(3), event(4)]), ['skipped already_landed', 'done'])
  assert.equal(await rowsIn(), 4)
})

test('changes that a restarted capture sends again at new offsets are skipped by their position', async () => {
  const land = start()
  await land([event(1), event(2)])
  const again = event(3, { position: position(2) })
  assert.deepEqual(await land([again, event(4), event(5, { position: position(4) })]), [
    'skipped already_landed',
    'done',
    'skipped already_landed',
  ])
})

test('a batch that is redelivered is as decided, also where it ends with an event that can be no row', async () => {
  const land = start()
  const batch = [event(1), event(2, { data: { op: 'c' } })]
  assert.deepEqual(await land(batch), ['done', 'parked malformed_event'])
  assert.deepEqual(await land(batch), ['skipped already_landed', 'parked malformed_event'])
  assert.deepEqual(await land([event(3)]), ['done'])
})

test('partitions are told apart, and so is a bus that was recreated', async () => {
  const land = start()
  await land([event(7), event(7, { partition: 1 })])
  assert.equal(await rowsIn(), 2)
  assert.deepEqual(await land([event(1, { busid: 'bus-2', position: position(8) })]), ['done'])
  assert.deepEqual(await land([event(2, { busid: 'bus-2', position: position(7) })]), [
    'skipped already_landed',
  ])
})

test('the end of a snapshot is recorded as the epoch, complete once every partition has it', async () => {
  const land = start()
  const epoch = async () => completedEpoch((await openTable(objects, TABLE)).snapshot, 'cdc.shop.Product', 2)
  await land([event(1, { op: 'r' }), snapshotEnd(2, 3)])
  assert.equal(await epoch(), 0)
  assert.deepEqual(await land([snapshotEnd(1, 3, 1)]), ['done'])
  assert.equal(await epoch(), 3)
  assert.deepEqual(await land([snapshotEnd(1, 3, 1)]), ['skipped already_landed'])
  assert.equal(await rowsIn(), 1)
})

test('the end of an older snapshot that comes behind a newer one takes no epoch back', async () => {
  const land = start()
  await land([0, 1].flatMap(partition => [snapshotEnd(1, 3, partition), snapshotEnd(2, 2, partition)]))
  const { snapshot } = await openTable(objects, TABLE)
  assert.equal(completedEpoch(snapshot, 'cdc.shop.Product', 2), 3)
})

test('nothing is skipped by marks that another has taken back meanwhile', async () => {
  const land = start()
  await land([event(1)])
  await land([event(2)])
  await restoreTable(await openTable(objects, TABLE), 0)
  assert.deepEqual(await land([event(2)]), ['retry table_was_restored'])
  assert.deepEqual(await land([event(2)]), ['done'])
  assert.equal(await rowsIn(), 2)
})

test('an event that cannot land is parked alone, with its reason', async () => {
  const land = start()
  const outcomes = await land([
    event(1),
    event(2, { row: { ProductID: 'two', Name: 'x', Price: '1' } }),
    event(3, { row: { ProductID: 3, Name: 'x', Price: '1000.00' } }),
    event(4, { row: { ProductID: 4, Name: 'x', Price: '1.005' } }),
    event(5, { row: { Name: 'no key' } }),
    event(6, { data: { op: 'x' } }),
    event(7, { data: 'text' }),
    event(8, { type: 'cordage.other.v1' }),
    event(9, { time: 'yesterday' }),
    event(10, { position: 'FF' }),
    event(11, { topic: 'cdc.shop.Nothing' }),
    event(12),
  ])
  assert.deepEqual(outcomes.toSorted(), [
    'done',
    'done',
    ...Array(4).fill('parked malformed_event'),
    'parked missing_key',
    ...Array(3).fill('parked type_mismatch'),
    'parked unknown_table',
    'parked unknown_type',
  ])
  assert.equal(await rowsIn(), 2)
})

test('a parked event lands when it is replayed, although later ones have landed; and only once', async () => {
  const land = start()
  const parked = event(2, { row: { ProductID: 2, Name: 'x', Price: '1000.00' } })
  assert.deepEqual(await land([event(1), parked, event(3)]), ['done', 'parked type_mismatch', 'done'])
  const mended = { ...event(2), replayed: true }
  assert.deepEqual(await land([mended]), ['done'])
  assert.deepEqual(await land([mended, { ...event(3), replayed: true }]), [
    'skipped already_landed',
    'skipped already_landed',
  ])
  assert.deepEqual(await land([event(3), event(4)]), ['skipped already_landed', 'done'])
  assert.equal(await rowsIn(), 4)
})

test('a replayed event that is given twice at once lands once', async () => {
  await start()([event(1), event(3)])
  const replays = await Promise.all([1, 2, 3].map(() => start()([{ ...event(2), replayed: true }])))
  assert.deepEqual(replays.flat().toSorted(), ['done', 'skipped already_landed', 'skipped already_landed'])
  assert.equal(await rowsIn(), 3)
})

test('what is logged of a mismatch names the column, and never the value', async () => {
  await start()([event(1, { row: { ProductID: 1, Name: 'secret', Price: 'also secret' } })])
  assert.equal(logged.length, 1)
  assert.match(logged[0] ?? '', /"column":"Price"/)
  assert.doesNotMatch(logged.join(), /secret/)
})

test('values at the edge of their type pass unchanged', async () => {
  const outcomes = await start()([
    event(1, { row: { ProductID: -2147483648, Name: '', Price: '-999.99' } }),
    event(2, { row: { ProductID: 2, Name: null, Price: null } }),
    event(3, { row: { ProductID: 3 } }),
    event(4, { op: 't' }),
  ])
  assert.deepEqual(outcomes, Array(4).fill('done'))
})

test('rows go to the month of their commit time, in UTC', async () => {
  await start()([
    event(1, { time: '2017-12-31T23:59:59.999999Z' }),
    event(2, { time: '2018-01-01T00:00:00Z' }),
    event(3, { time: '2018-02-28T23:30:00-01:00' }),
    event(4, { time: '2018-05-01T00:30:00+01:00' }),
  ])
  const folders = (await dataFiles()).map(key => key.split('/').slice(3, 5).join('/'))
  assert.deepEqual(folders, [
    'year=2017/month=12',
    'year=2018/month=1',
    'year=2018/month=3',
    'year=2018/month=4',
  ])
})

test('writers of one table land every event once and leave no file of a lost race behind', async () => {
  const writers = Array.from({ length: 4 }, () => start())
  for (let round = 0; round < 10; round++) {
    const events = [event(round * 2), event(round * 2 + 1)]
    const own = (writer: number) => event(round, { partition: writer + 1, position: position(round) })
    await Promise.all(writers.map((land, writer) => land([...events, own(writer)])))
  }
  assert.equal(await rowsIn(), 20 + 40)
  const { snapshot } = await openTable(objects, TABLE)
  assert.equal((await dataFiles()).length, snapshot.files.size)
})

test('one writer may be given several batches of a table at once, equal and replayed ones among them', async () => {
  const land = start()
  const answers: string[] = []
  for (let round = 0; round < 10; round++) {
    const batches = [1, 2, 3, 4].map(partition =>
      [2 * round, 2 * round + 1].map(offset => event(offset, { partition })),
    )
    const replay = [event(round, { partition: 5, replayed: true })]
    const given = [...batches, replay, ...batches, replay]
    answers.push(...(await Promise.all(given.map(land))).flat())
  }
  assert.equal(answers.filter(answer => answer === 'done').length, 90)
  assert.equal(answers.filter(answer => answer === 'skipped already_landed').length, 90)
  assert.equal(await rowsIn(), 90)
  const { snapshot } = await openTable(objects, TABLE)
  assert.equal((await dataFiles()).length, snapshot.files.size)
})

test('an outage of the storage is thrown, and the batch lands when it is redelivered', async () => {
  let broken = true
  const failing: ObjectStore = {
    ...objects,
    putIfAbsent: (key, body) => {
      if (broken) throw new OutageError('objects', 'no space')
      return objects.putIfAbsent(key, body)
    },
  }
  const land = start(undefined, failing)
  await assert.rejects(land([event(1)]), OutageError)
  broken = false
  assert.deepEqual(await land([event(1)]), ['done'])
  assert.equal(await rowsIn(), 1)
})

test('a commit that went through although the storage said it did not is taken for what it is', async () => {
  const forgetful: ObjectStore = {
    ...objects,
    putIfAbsent: async (key, body) => {
      await objects.putIfAbsent(key, body)
      throw new OutageError('objects', 'timed out')
    },
  }
  assert.deepEqual(await start(undefined, forgetful)([event(1)]), ['done'])
  const denying: ObjectStore = {
    ...objects,
    putIfAbsent: async (key, body) => (await objects.putIfAbsent(key, body)) && false,
  }
  assert.deepEqual(await start(undefined, denying)([event(2)]), ['done'])
  assert.equal(await rowsIn(), 2)
  assert.equal((await dataFiles()).length, 2)
})

test('a later change at an offset that has landed is no repeat: the log was cut back, and nothing is skipped', async () => {
  const land = start()
  assert.deepEqual(await land([event(1), event(2)]), ['done', 'done'])
  assert.deepEqual(await land([event(1), event(2, { position: position(7) })]), [
    'skipped already_landed',
    'retry log_went_back',
  ])
})

test('a parked event that is redelivered is parked again, since the process that parked it may be gone', async () => {
  const land = start()
  const wrong = event(2, { row: { ProductID: 2, Name: 'Bike 2', Price: 'much' } })
  assert.deepEqual(await land([event(1), wrong, event(3)]), ['done', 'parked type_mismatch', 'done'])
  assert.deepEqual(await land([wrong, event(3)]), ['parked type_mismatch', 'skipped already_landed'])
  assert.equal(await rowsIn(), 2)
})
