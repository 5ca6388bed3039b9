import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parseSource } from '../../../shared/config/index.ts'
import type { BatchResult } from '../../../shared/contract/index.ts'
import { OutageError } from '../../../shared/errors/index.ts'
import { type BusEvent, CHANGE, SNAPSHOT_END } from '../../../shared/events/index.ts'
import {
  completedEpoch,
  landedMark,
  openTable,
  readRows,
  schemaVersionOf,
  sourceColumns,
  widenTable,
} from '../../../shared/lake/index.ts'
import { type ObjectStore, openObjects } from '../../../shared/objects/index.ts'
import { makeLogger } from '../../../shared/telemetry/index.ts'
import landChanges from './handler.ts'

const SOURCE = (columns = '') => `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Product:
    entity: product
    key: [ProductID]
    partitions: 2
    columns:
      ProductID: { type: int, as: product_id }
      Name: { type: string, as: name }
      Price: { type: "decimal(5,2)", as: price }
      ${columns}
  Order:
    entity: order
    key: [OrderID]
    columns:
      OrderID: { type: bigint, as: order_id }
`
const TABLE = 'lake/cdc_shop/Product'

let root: string
let objects: ObjectStore
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-land-'))
  objects = openObjects(pathToFileURL(root).href)
})
afterEach(() => rm(root, { recursive: true }))

const position = (commit: number, epoch = 1) =>
  `${epoch.toString(16).padStart(4, '0')}-${commit.toString(16).padStart(16, '0')}-00000000`

function event(
  offset: number,
  given: Partial<BusEvent> & { op?: string; row?: object | null } = {},
): BusEvent {
  const {
    op = 'c',
    row = { ProductID: offset, Name: `Bike ${offset}`, Price: '9.90' },
    ...attributes
  } = given
  return {
    specversion: '1.0',
    id: `shop/Product/${given.position ?? position(offset)}`,
    source: '/shop',
    type: CHANGE,
    time: '2017-06-30T10:00:00.123456Z',
    position: position(offset),
    partitionkey: String(offset),
    topic: 'cdc.shop.Product',
    partition: 0,
    offset: String(offset),
    busid: 'bus-1',
    data: {
      op,
      before: op === 'd' ? row : null,
      after: op === 'd' || op === 't' ? null : row,
      source: { name: 'shop', schema: 'dbo', table: 'Product' },
    },
    ...attributes,
  }
}

const snapshotEnd = (offset: number, epoch: number, partition = 0): BusEvent =>
  event(offset, {
    type: SNAPSHOT_END,
    partition,
    position: position(0, epoch),
    data: { epoch, partitions: 2 },
  })

/** A function as its host runs it: from the same sources, over the same objects. */
function start(columns?: string, store: ObjectStore = objects): (events: BusEvent[]) => Promise<string[]> {
  const resources = { objects: store, sources: [parseSource('shop.yml', SOURCE(columns))] }
  const lines: string[] = []
  const log = makeLogger({ level: 'debug', destination: { write: line => lines.push(line) } })
  const surroundings = { resources, log, settings: {} } as never
  const state = landChanges.init?.(surroundings)
  logged = lines
  return async events => {
    if (landChanges.kind !== 'events') throw new Error('it takes events')
    const context = { ...(surroundings as object), state, signal: new AbortController().signal, traceId: '' }
    return (await landChanges.handleBatch(events, context as never)).map(outcome)
  }
}
let logged: string[] = []
const outcome = ({ status, reason }: BatchResult) => (reason ? `${status} ${reason}` : status)

const rowsIn = async (path = TABLE) => {
  const { snapshot } = await openTable(objects, path)
  return [...snapshot.files.values()].reduce((sum, { stats = '{}' }) => sum + JSON.parse(stats).numRecords, 0)
}
const dataFiles = async () => {
  const keys: string[] = []
  for await (const { key } of objects.list(`${TABLE}/year=`)) keys.push(key)
  return keys
}

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

test('a batch that comes again, whole or with other borders, lands nothing twice', async () => {
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

test('a batch that comes again is as decided, also where it ends with an event that can be no row', async () => {
  const land = start()
  const batch = [event(1), event(2, { data: { op: 'c' } })]
  assert.deepEqual(await land(batch), ['done', 'parked malformed_event'])
  assert.deepEqual(await land(batch), ['skipped already_landed', 'parked malformed_event'])
  assert.deepEqual(await land([event(3)]), ['done'])
})

test('partitions are told apart, and so is a bus that begins anew', async () => {
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
    event(3, { time: '2017-12-31T23:30:00-01:00' }),
  ])
  const folders = (await dataFiles()).map(key => key.split('/').slice(3, 5).join('/'))
  assert.deepEqual(folders, ['year=2017/month=12', 'year=2018/month=1'])
})

test('a column added to the source file is added to the table, and the next rows say so', async () => {
  await start()([event(1)])
  await start('Color: { type: string, as: color }')([event(2, { row: { ProductID: 2, Color: 'red' } })])
  const { snapshot } = await openTable(objects, TABLE)
  assert.equal(schemaVersionOf(snapshot), 2)
  assert.deepEqual(
    snapshot.dataColumns.slice(0, 5).map(({ name }) => name),
    ['ProductID', 'Name', 'Price', 'Color', '_op'],
  )
})

test('events of a column that is declared with another type than the lake has are parked, and land when replayed', async () => {
  await start('Color: { type: string, as: color }')([event(1)])
  const wrong = start('Color: { type: int, as: color }')
  const parked = Array(2).fill('parked incompatible_schema')
  assert.deepEqual(await wrong([event(2), snapshotEnd(3, 1)]), parked)
  assert.match(
    logged.join(),
    /lake\/cdc_shop\/Product.*column Color is string in the lake, the source file says integer/,
  )
  const mended = start('Color: { type: string, as: color }')
  assert.deepEqual(await mended([event(4)]), ['done'])
  const replayed = { ...event(2), replayed: true }
  assert.deepEqual(await mended([replayed, { ...snapshotEnd(3, 1), replayed: true }]), ['done', 'done'])
  assert.deepEqual(await mended([replayed]), ['skipped already_landed'])
  assert.equal(await rowsIn(), 3)
})

test('a narrower type, and a name that differs from the lake by case alone, are incompatible too', async () => {
  await start('Color: { type: bigint, as: color }')([event(1)])
  for (const columns of ['Color: { type: int, as: color }', 'color: { type: bigint, as: color }'])
    assert.deepEqual(await start(columns)([event(2)]), ['parked incompatible_schema'])
})

test('a column that is declared wider is widened, its rows keep their values, and the marks stay', async () => {
  const row = (id: number, Color: unknown) => ({ ProductID: id, Name: 'x', Price: '9.90', Color })
  await start('Color: { type: int, as: color }')([
    event(1, { row: row(1, 7) }),
    event(2, { row: row(2, null) }),
  ])
  const land = start('Color: { type: bigint, as: color }')
  const big = '9223372036854775807'
  assert.deepEqual(await land([event(2), event(3, { row: row(3, big) })]), ['skipped already_landed', 'done'])
  const { snapshot } = await openTable(objects, TABLE)
  assert.deepEqual(snapshot.dataColumns.find(({ name }) => name === 'Color')?.type, { kind: 'bigint' })
  assert.equal(schemaVersionOf(snapshot), 2)
  const range = (path: string) => JSON.parse(snapshot.files.get(path)?.stats ?? '{}').minValues.Color
  assert.deepEqual([...snapshot.files.keys()].map(range), [7, Number(big)])
  assert.equal(await rowsIn(), 3)
  const { snapshot: before } = await openTable(objects, TABLE, { version: 0 })
  assert.deepEqual(before.dataColumns.find(({ name }) => name === 'Color')?.type, { kind: 'int' })
})

test('events of a table that is too large to be rewritten in passing wait, and land once that is done', async () => {
  await start('Color: { type: int, as: color }')([event(1)])
  const table = await openTable(objects, TABLE)
  const [file] = table.snapshot.files.values()
  assert.ok(file)
  const stats = (file.stats ?? '').replace('"numRecords":1', '"numRecords":1000000')
  assert.ok(await table.commit('WRITE', [{ add: { ...file, stats } }]))
  const land = start('Color: { type: bigint, as: color }')
  assert.deepEqual(await land([event(2)]), ['retry table_is_widened'])
  const source = parseSource('shop.yml', SOURCE('Color: { type: bigint, as: color }')).tables[0]
  assert.ok(source)
  assert.equal(await widenTable(await openTable(objects, TABLE), sourceColumns(source)), 1)
  assert.deepEqual(await land([event(2)]), ['done'])
})

test('what was put on the bus before its column became wider lands in the wider one', async () => {
  const given = { A: 7, B: 7, C: 7, D: '2017-06-30', E: '1.50' }
  const columns = (types: string[]) =>
    Object.keys(given)
      .map((name, i) => `${name}: { type: "${types[i]}", as: ${name.toLowerCase()} }`)
      .join('\n      ')
  const row = (id: number) => ({ ProductID: id, Name: 'x', Price: '9.90', ...given })
  await start(columns(['int', 'int', 'int', 'date', 'decimal(5,2)']))([event(1, { row: row(1) })])
  const land = start(columns(['bigint', 'double', 'decimal(19,4)', 'timestampNtz', 'decimal(19,4)']))
  assert.deepEqual(await land([event(2, { row: row(2) })]), ['done'])
  const table = await openTable(objects, TABLE)
  const landed: unknown[] = []
  for (const file of table.snapshot.files.values())
    for await (const rows of readRows(
      table,
      file,
      table.snapshot.dataColumns.filter(({ name }) => name in given),
    ))
      landed.push(...rows)
  const wide = { A: '7', B: 7, C: '7.0000', D: '2017-06-30T00:00:00.000000', E: '1.5000' }
  assert.deepEqual(landed, [wide, wide])
})

test('writers who find a column wider at once, beside ones that do not know, widen it once and lose nothing', async () => {
  const old = start('Color: { type: int, as: color }')
  await old([event(1)])
  const writers = [1, 2, 3].map(() => start('Color: { type: bigint, as: color }'))
  const outcomes = await Promise.all([
    ...writers.map((land, i) => land([event(2, { partition: i })])),
    old([event(2, { partition: 7 })]),
  ])
  assert.deepEqual(outcomes.slice(0, 3), Array(3).fill(['done']))
  const [late] = outcomes[3] ?? []
  assert.ok(late === 'done' || late === 'parked incompatible_schema', late)
  const { snapshot } = await openTable(objects, TABLE)
  assert.equal(schemaVersionOf(snapshot), 2)
  assert.equal(await rowsIn(), late === 'done' ? 5 : 4)
  assert.equal((await openTable(objects, TABLE)).snapshot.files.size, snapshot.files.size)
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

test('an outage of the storage is thrown, and the batch lands when it comes again', async () => {
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

test('a parked event that comes again is parked again, for who was told of it may be gone', async () => {
  const land = start()
  const wrong = event(2, { row: { ProductID: 2, Name: 'Bike 2', Price: 'much' } })
  assert.deepEqual(await land([event(1), wrong, event(3)]), ['done', 'parked type_mismatch', 'done'])
  assert.deepEqual(await land([wrong, event(3)]), ['parked type_mismatch', 'skipped already_landed'])
  assert.equal(await rowsIn(), 2)
})
