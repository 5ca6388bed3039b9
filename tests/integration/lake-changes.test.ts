import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Row, Value } from '../../shared/config/index.ts'
import {
  type Column,
  compact,
  deleteRows,
  findFirstAfter,
  landedMark,
  markActions,
  OWN_COLUMNS,
  openTable,
  RestoreError,
  RowBuffer,
  restoreTable,
  rewindTable,
  schemaActions,
  schemaVersionOf,
  type Table,
  vacuum,
  widenTable,
  writeRows,
} from '../../shared/lake/index.ts'
import { append, decimal, keysUnder, LakeReader, makeLake, type TestLake } from './lake-support.ts'

/** Tables that change after they were written, and large ones: delta-rs and DuckDB must still agree on them. */
let lake: TestLake
let reader: LakeReader

before(async () => {
  lake = await makeLake()
  reader = new LakeReader()
})
after(async () => {
  reader.close()
  await lake.remove()
})

type Read = Record<string, string | null>[]

async function readBoth(path: string, columns: string[], version?: number): Promise<Read> {
  const request = { path: join(lake.root, path), order: ['id'], ...(version !== undefined && { version }) }
  const pick = (rows: Read) =>
    rows.map(row => Object.fromEntries(columns.map(name => [name, row[name] ?? null])))
  const deltaRs = pick(await reader.ask({ command: 'deltaRs', ...request }))
  assert.deepEqual(pick(await reader.ask({ command: 'duckdb', ...request })), deltaRs)
  return deltaRs
}

const ID: Column = { name: 'id', type: { kind: 'int' } }
const idsOf = (rows: Read) => rows.map(({ id }) => Number(id)).sort((a, b) => a - b)
const position = (n: number) => `0001-${n.toString(16).padStart(16, '0')}-00000000`
const ORIGIN = { busId: 'b', topic: 'cdc.shop.T', partition: 0 }

/** Lands rows with ids `from` to `to`, each at its own position and offset, with the mark of the last. */
async function land(
  table: Table,
  columns: Column[],
  from: number,
  to: number,
  values: Row = {},
): Promise<void> {
  const { actions } = schemaActions(table.snapshot, columns)
  const rows = new RowBuffer(columns, OWN_COLUMNS)
  for (let id = from; id <= to; id++)
    rows.add({ ...values, id }, ['c', position(id), 0, BigInt(id), 0n, 0n, 1])
  const add = await writeRows(table, { year: '2017', month: '6' }, rows)
  const mark = markActions(ORIGIN, { offset: BigInt(to), position: position(to) })
  assert.ok(await table.commit('WRITE', [...actions, ...mark, { add }]))
  await table.checkpointIfDue()
}

test('a wider type reads alike before and after, at both ends of the old type and of the new', async () => {
  const narrow: Column[] = [
    ID,
    { name: 'I', type: { kind: 'int' } },
    { name: 'F', type: { kind: 'int' } },
    { name: 'D', type: { kind: 'date' } },
    { name: 'S', type: decimal(5, 2) },
    { name: 'M', type: decimal(18, 4) },
    { name: 'N', type: { kind: 'int' } },
  ]
  const wide: Column[] = [
    ID,
    { name: 'I', type: { kind: 'bigint' } },
    { name: 'F', type: { kind: 'double' } },
    { name: 'D', type: { kind: 'timestampNtz' } },
    { name: 'S', type: decimal(12, 4) },
    { name: 'M', type: decimal(38, 10) },
    { name: 'N', type: decimal(19, 4) },
  ]
  const table = await openTable(lake.objects, 'wider')
  const ends: Row = {
    I: 2147483647,
    F: 7,
    D: '9999-12-31',
    S: '-999.99',
    M: '-99999999999999.9999',
    N: -2147483648,
  }
  await append(table, narrow, '6', [{ id: 1, ...ends }, { id: 2 }])
  await append(table, narrow, '7', [{ id: 3, ...ends, D: '0001-01-01', S: '0.01', M: '0.0001' }])
  assert.equal(await widenTable(table, wide), 2)
  assert.equal(await widenTable(table, wide), 0)
  await append(table, wide, '7', [
    {
      id: 4,
      I: '-9223372036854775808',
      F: 0.5,
      D: '2017-06-30T10:00:00.000001',
      S: '99999999.9999',
      M: null,
      N: '0.0001',
    },
  ])
  const names = wide.map(({ name }) => name)
  const expected = [
    [
      '1',
      '2147483647',
      '7.0',
      '9999-12-31T00:00:00.000000',
      '-999.9900',
      '-99999999999999.9999000000',
      '-2147483648.0000',
    ],
    ['2', null, null, null, null, null, null],
    ['3', '2147483647', '7.0', '0001-01-01T00:00:00.000000', '0.0100', '0.0001000000', '-2147483648.0000'],
    ['4', '-9223372036854775808', '0.5', '2017-06-30T10:00:00.000001', '99999999.9999', null, '0.0001'],
  ]
  assert.deepEqual(
    (await readBoth('wider', names)).map(row => names.map(name => row[name])),
    expected,
  )
  assert.deepEqual((await readBoth('wider', ['D'], 1))[0], { D: '9999-12-31' })
  assert.equal(schemaVersionOf(table.snapshot), 2)
  const found = await reader.ask<Record<string, number>>({
    command: 'filesRead',
    path: join(lake.root, 'wider'),
    sql: 'S = -999.99',
    arrow: 'field("S") == decimal("-999.99")',
  })
  assert.deepEqual([found.deltaRsRows, found.duckdbRows], [1, 1])
})

test('a widening that is stopped is gone on with, and vacuum leaves what it has done alone', async () => {
  const table = await openTable(lake.objects, 'stopped')
  const narrow: Column[] = [ID, { name: 'v', type: { kind: 'int' } }]
  for (let id = 0; id < 5; id++) await append(table, narrow, '6', [{ id, v: id }])
  const wide: Column[] = [ID, { name: 'v', type: { kind: 'bigint' } }]
  let looks = 0
  const signal = { throwIfAborted: () => assert.ok(looks++ < 3, 'stopped') } as AbortSignal
  await assert.rejects(widenTable(table, wide, signal), /stopped/)
  assert.equal((await readBoth('stopped', ['v'])).length, 5)
  const written = await keysUnder(lake.objects, 'stopped/year=')
  assert.equal(written.length, 8)
  assert.equal(await vacuum(table, { retentionMs: 0 }), 0)
  assert.equal(await widenTable(await openTable(lake.objects, 'stopped'), wide), 5)
  assert.equal((await keysUnder(lake.objects, 'stopped/year=')).length, 10)
  assert.deepEqual(await keysUnder(lake.objects, 'stopped/_widening/'), [])
  assert.deepEqual(
    (await readBoth('stopped', ['v'])).map(({ v }) => v),
    ['0', '1', '2', '3', '4'],
  )
})

test('chosen rows are deleted from the files that hold them and from no other; the marks stay', async () => {
  const table = await openTable(lake.objects, 'deleted')
  const columns: Column[] = [
    ID,
    { name: 'Client', type: { kind: 'string' } },
    { name: 'B', type: { kind: 'bigint' } },
  ]
  await land(table, columns, 0, 9, { Client: 'Ann', B: '9007199254740993' })
  await land(table, columns, 10, 19, { Client: 'Bob', B: '1' })
  await land(table, columns, 20, 20, { Client: 'Ann', B: '2' })
  const untouched = [...table.snapshot.files.keys()][1] as string
  const { version } = table.snapshot
  const mark = landedMark(table.snapshot, ORIGIN)
  assert.deepEqual(
    await deleteRows(table, [
      { column: 'Client', in: ['Ann'] },
      { column: 'id', in: [3, 20, 15] },
    ]),
    {
      rows: 2,
      filesRewritten: 1,
      filesRemoved: 1,
    },
  )
  assert.deepEqual(idsOf(await readBoth('deleted', ['id'])), [
    0,
    1,
    2,
    4,
    5,
    6,
    7,
    8,
    9,
    ...Array(10)
      .keys()
      .map(i => i + 10),
  ])
  assert.ok(table.snapshot.files.has(untouched))
  assert.deepEqual(landedMark(table.snapshot, ORIGIN), mark)
  assert.deepEqual(await deleteRows(table, [{ column: 'B', in: ['9007199254740992', '7'] }]), {
    rows: 0,
    filesRewritten: 0,
    filesRemoved: 0,
  })
  assert.equal((await deleteRows(table, [{ column: 'B', in: ['9007199254740993'] }])).rows, 9)
  assert.equal((await readBoth('deleted', ['id'], version)).length, 21)
  await assert.rejects(deleteRows(table, [{ column: 'Nothing', in: ['x'] }]), /has no column Nothing/)
  await assert.rejects(deleteRows(table, [{ column: 'id', in: ['x'] }]), /not of the type of id/)
  // An erasure does not wait for the retention.
  assert.equal(await vacuum(table), 0)
  assert.equal(await vacuum(table, { retentionMs: 0 }), 3)
  for (const key of await keysUnder(lake.objects, 'deleted/year='))
    assert.ok(!(await lake.objects.get(key)).includes('Ann'), key)
  assert.equal((await readBoth('deleted', ['id'])).length, 10)
})

test('rows that land, and files that are merged, while rows are deleted are neither lost nor kept', async () => {
  const columns: Column[] = [ID, { name: 'Client', type: { kind: 'string' } }]
  const lander = await openTable(lake.objects, 'beside')
  for (let at = 0; at < 20; at++)
    await land(lander, columns, at * 2, at * 2 + 1, { Client: at % 2 ? 'Ann' : 'Bob' })
  const landing = (async () => {
    for (let at = 20; at < 40; at++) {
      const rows = new RowBuffer(columns, OWN_COLUMNS)
      rows.add({ id: at * 2, Client: at % 2 ? 'Ann' : 'Bob' }, ['c', position(at), 0, BigInt(at), 0n, 0n, 1])
      const add = await writeRows(lander, { year: '2017', month: '6' }, rows)
      while (!(await lander.commit('WRITE', [{ add }])));
    }
  })()
  const merging = (async () => {
    for (let i = 0; i < 5; i++) await compact(await openTable(lake.objects, 'beside'))
  })()
  const deleting = await openTable(lake.objects, 'beside')
  let rows = 0
  for (let i = 0; i < 5; i++) rows += (await deleteRows(deleting, [{ column: 'Client', in: ['Ann'] }])).rows
  await Promise.all([landing, merging])
  rows += (await deleteRows(deleting, [{ column: 'Client', in: ['Ann'] }])).rows
  assert.equal(rows, 30)
  const left = await readBoth('beside', ['id', 'Client'])
  assert.equal(left.length, 30)
  assert.ok(left.every(({ Client }) => Client === 'Bob'))
})

test('a table is restored to a version: rows, columns and marks, and forward again', async () => {
  const table = await openTable(lake.objects, 'restored')
  const added: Column[] = [ID, { name: 'v', type: { kind: 'int' } }]
  await land(table, [ID], 0, 4)
  await land(table, [ID], 5, 9)
  await land(table, added, 10, 14, { v: 1 })
  await deleteRows(table, [{ column: 'id', in: [0, 1] }])
  await restoreTable(table, 1)
  assert.deepEqual(idsOf(await readBoth('restored', ['id'])), [...Array(10).keys()])
  assert.ok(!table.snapshot.columns.some(({ name }) => name === 'v'))
  assert.equal(schemaVersionOf(table.snapshot), 3)
  assert.deepEqual(landedMark(table.snapshot, ORIGIN), { offset: 9n, position: position(9) })
  await restoreTable(table, 3)
  assert.deepEqual(idsOf(await readBoth('restored', ['id', 'v'])), [
    ...Array(13)
      .keys()
      .map(i => i + 2),
  ])
  assert.deepEqual(landedMark(table.snapshot, ORIGIN), { offset: 14n, position: position(14) })
})

test('a version whose files are vacuumed cannot be gone back to, and nothing changes', async () => {
  const table = await openTable(lake.objects, 'vacuumed')
  await land(table, [ID], 0, 4)
  await deleteRows(table, [{ column: 'id', in: [0] }])
  await vacuum(table, { retentionMs: 0 })
  await assert.rejects(restoreTable(table, 0), (error: Error) => {
    assert.ok(error instanceof RestoreError)
    assert.match(error.message, /vacuumed: of 1 files of version 0 1 are deleted, or about to be/)
    return true
  })
  await assert.rejects(restoreTable(table, 9), /has no version 9/)
  assert.equal(table.snapshot.version, 1)
})

test('a version before which parked events were replayed since is refused: they would be lost', async () => {
  const table = await openTable(lake.objects, 'replayed')
  await land(table, [ID], 0, 4)
  await land(table, [ID], 6, 9)
  const rows = new RowBuffer([ID], OWN_COLUMNS)
  rows.add({ id: 5 }, ['c', position(5), 0, 5n, 0n, 0n, 1])
  assert.ok(
    await table.commit('WRITE', [{ add: await writeRows(table, { year: '2017', month: '6' }, rows) }]),
  )
  await assert.rejects(restoreTable(table, 1), /1 rows of parked events were replayed since version 1/)
  await restoreTable(table, 0)
})

test('a table is restored to a position without an old version, whatever was merged since', async () => {
  const table = await openTable(lake.objects, 'rewound')
  for (let at = 0; at < 12; at++) await land(table, [ID], at * 10, at * 10 + 9)
  await compact(table)
  const first = await findFirstAfter(table, position(54))
  assert.deepEqual([...first.values()], [{ partition: 0, position: position(55), offset: 55n }])
  const changes = [...first.values()].map(change => ({ ...change, ...ORIGIN, epoch: 1 }))
  assert.equal((await rewindTable(table, position(54), changes)).rows, 65)
  assert.deepEqual(landedMark(table.snapshot, ORIGIN), { offset: 54n, position: position(54) })
  assert.deepEqual(idsOf(await readBoth('rewound', ['id'])), [...Array(55).keys()])
})

test('a table of 300 columns lands and is merged in bounded memory, and is read alike', async () => {
  const types = [
    { kind: 'int' },
    { kind: 'bigint' },
    { kind: 'string' },
    decimal(19, 4),
    { kind: 'timestamp' },
    { kind: 'double' },
  ] as const
  const values: Value[] = [7, '9007199254740993', 'some text', '123.4500', '2017-06-30T10:00:00.000001Z', 0.5]
  const columns: Column[] = Array.from({ length: 300 }, (_, i) => ({
    name: `c${i}`,
    type: types[i % 6] ?? types[0],
  }))
  const table = await openTable(lake.objects, 'hundreds')
  const all = [ID, ...columns]
  const row = Object.fromEntries(
    columns.map(({ name }, i) => [name, i % 50 === 49 ? null : (values[i % 6] ?? null)]),
  )
  const memory = watchMemory()
  for (let at = 0; at < 10; at++) await land(table, all, at * 2000, at * 2000 + 1999, row)
  assert.equal((await compact(table)).merged, 10)
  // Six million values.
  assert.ok(memory.grownMiB() < 700, `${memory.grownMiB()} MiB`)
  const path = join(lake.root, 'hundreds')
  for (const [column, expected] of [
    ['c296', 'some text'],
    ['c294', 7],
    ['c299', null],
  ] as const) {
    const read = await reader.ask<{ deltaRs: unknown[]; duckdb: unknown[] }>({
      command: 'column',
      path,
      column,
    })
    assert.deepEqual(read.deltaRs, Array(20_000).fill(expected))
    assert.deepEqual(read.duckdb, read.deltaRs)
  }
})

test('two years of months in many files are merged to one or few each, in bounded memory, and vacuumed', async () => {
  const table = await openTable(lake.objects, 'years')
  const columns: Column[] = [ID, { name: 'v', type: { kind: 'string' } }]
  let id = 0
  for (let month = 0; month < 24; month++) {
    const adds = []
    for (let file = 0; file < 30; file++) {
      const rows = new RowBuffer(columns, OWN_COLUMNS)
      for (let row = 0; row < 20; row++, id++)
        rows.add({ id, v: `text ${id}` }, ['c', position(id), 0, BigInt(id), 0n, 0n, 1])
      const year = String(2016 + Math.floor(month / 12))
      adds.push({ add: await writeRows(table, { year, month: String((month % 12) + 1) }, rows) })
    }
    const { actions } = schemaActions(table.snapshot, columns)
    assert.ok(await table.commit('WRITE', [...actions, ...adds]))
  }
  const memory = watchMemory()
  assert.equal((await compact(table)).merged, 24 * 30)
  assert.equal(table.snapshot.files.size, 24)
  assert.equal(await vacuum(table, { retentionMs: 0 }), 24 * 30)
  assert.ok(memory.grownMiB() < 300, `${memory.grownMiB()} MiB`)
  const read = await readBoth('years', ['id', 'v', 'year', 'month'])
  assert.equal(read.length, id)
  assert.ok(read.every(row => row.v === `text ${row.id}`))
  assert.equal(new Set(read.map(({ year, month }) => `${year}-${month}`)).size, 24)
})

/** The most that this process' memory has grown since. */
function watchMemory(): { grownMiB(): number } {
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 20)
  timer.unref()
  return {
    grownMiB() {
      clearInterval(timer)
      return Math.round((Math.max(most, process.memoryUsage().rss) - before) / 2 ** 20)
    },
  }
}
