import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  type Column,
  cleanLog,
  compact,
  epochAction,
  landedEpoch,
  landedMark,
  markActions,
  openTable,
  type Table,
  vacuum,
} from '../../shared/lake/index.ts'
import {
  append,
  asText,
  COLUMNS,
  decimal,
  EXTREMES,
  keysUnder,
  LakeReader,
  makeLake,
  NINES,
  type TestLake,
} from './lake-support.ts'

/** What is written here must be read alike by delta-rs and by DuckDB. */
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

async function readBoth(
  path: string,
  columns: Column[],
  version?: number,
): Promise<Record<string, string | null>[]> {
  const request = { path: join(lake.root, path), order: ['id'], ...(version !== undefined && { version }) }
  const pick = (rows: Record<string, string | null>[]) =>
    rows.map(row => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])))
  const deltaRs = pick(await reader.ask({ command: 'deltaRs', ...request }))
  const duckdb = pick(await reader.ask({ command: 'duckdb', ...request }))
  assert.deepEqual(duckdb, deltaRs)
  return deltaRs
}

const byId = (rows: Record<string, string | null>[]) =>
  rows.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))

test('every type is read back exactly at both of its ends, and as null', async () => {
  const table = await openTable(lake.objects, 'types')
  await append(table, COLUMNS, '6', EXTREMES)
  assert.deepEqual(await readBoth('types', COLUMNS), byId(EXTREMES.map(row => asText(COLUMNS, row))))
})

test('values at the ends of their type are found by a filter, not skipped', async () => {
  const path = join(lake.root, 'types')
  for (const [sql, arrow] of [
    [`Wide = ${NINES}::decimal(38,10)`, `field("Wide") == decimal("${NINES}")`],
    [`Money = -999999999999999.9999::decimal(19,4)`, `field("Money") == decimal("-999999999999999.9999")`],
    ['Big = 9223372036854775807', 'field("Big") == 9223372036854775807'],
    ['Big = -9223372036854775808', 'field("Big") == -9223372036854775808'],
    [
      "Local = timestamp '9999-12-31 23:59:59.999999'",
      'field("Local") == datetime(9999, 12, 31, 23, 59, 59, 999999)',
    ],
  ]) {
    const read = await reader.ask<{ deltaRsRows: number; duckdbRows: number }>({
      command: 'filesRead',
      path,
      sql,
      arrow,
    })
    assert.deepEqual([read.deltaRsRows, read.duckdbRows], [1, 1], sql)
  }
})

test('a decimal that a double would round is found, and so is an integer', async () => {
  const columns: Column[] = [
    { name: 'id', type: { kind: 'int' } },
    { name: 'Big', type: { kind: 'bigint' } },
    { name: 'Wide', type: decimal(38, 10) },
  ]
  const table = await openTable(lake.objects, 'rounded')
  const path = join(lake.root, 'rounded')
  // As doubles the first of each is less than itself, and the second more.
  const bigs = ['9007199254740993', '9007199254740995']
  const wides = ['1234567890123456789.0123456789', '1234567890123456900.0123456789']
  for (const [i, Big] of bigs.entries())
    await append(table, columns, '6', [{ id: i, Big, Wide: wides[i] as string }])
  for (const [sql, arrow] of [
    ...bigs.map(big => [`Big = ${big}`, `field("Big") == ${big}`]),
    ...wides.map(wide => [`Wide = ${wide}::decimal(38,10)`, `field("Wide") == decimal("${wide}")`]),
  ]) {
    const read = await reader.ask<Record<string, number>>({ command: 'filesRead', path, sql, arrow })
    assert.deepEqual([read.deltaRsRows, read.duckdbRows], [1, 1], sql)
  }
})

test('a column added later is null in older rows, and an older version is read without it', async () => {
  const table = await openTable(lake.objects, 'evolved')
  const [id, big] = COLUMNS as [Column, Column]
  await append(table, [id], '6', [{ id: 1 }])
  await append(table, [id, big], '6', [{ id: 2, Big: '7' }])
  assert.deepEqual(await readBoth('evolved', [id, big]), [
    { id: '1', Big: null },
    { id: '2', Big: '7' },
  ])
  const rows = await reader.ask<object[]>({
    command: 'duckdb',
    path: join(lake.root, 'evolved'),
    version: 0,
    order: ['id'],
  })
  assert.equal(rows.length, 1)
  assert.ok(!('Big' in (rows[0] ?? {})))
})

test('statistics and partitions let both engines leave files unopened', async () => {
  const table = await openTable(lake.objects, 'skipped')
  const columns: Column[] = COLUMNS.filter(({ name }) => ['id', 'Text', 'Money', 'At'].includes(name))
  for (let month = 1; month <= 12; month++) {
    const day = String(month).padStart(2, '0')
    await append(table, columns, String(month), [
      { id: month * 10, Text: `m${day}`, Money: `${month}.5000`, At: `2017-${day}-01T00:00:00.000001Z` },
      { id: month * 10 + 9, Text: `m${day}z`, Money: `${month}.7500`, At: `2017-${day}-28T00:00:00.999999Z` },
    ])
  }
  const path = join(lake.root, 'skipped')
  for (const [sql, arrow, rows] of [
    ['id = 59', 'field("id") == 59', 1],
    ["Text = 'm05z'", 'field("Text") == "m05z"', 1],
    ['Money = 5.75', 'field("Money") == decimal("5.7500")', 1],
    ['month = 5', 'field("month") == 5', 2],
  ] as const) {
    const read = await reader.ask<Record<string, number>>({ command: 'filesRead', path, sql, arrow })
    assert.deepEqual(read, { files: 12, deltaRs: 1, deltaRsRows: rows, duckdb: 1, duckdbRows: rows }, sql)
  }
})

test('a table is read through its checkpoint once the log before it is gone', async () => {
  const table = await openTable(lake.objects, 'checkpointed')
  const columns = COLUMNS.slice(0, 5)
  for (let i = 0; i < 23; i++)
    await append(table, columns, '6', [{ id: i, Big: String(i), Text: `row ${i}` }])
  for (const key of await keysUnder(lake.objects, 'checkpointed/_delta_log/'))
    if (/0(0\d|1\d)\.json$/.test(key)) await lake.objects.delete(key)
  const ids = Array.from({ length: 23 }, (_, i) => String(i)).sort()
  assert.deepEqual(
    (await readBoth('checkpointed', columns)).map(row => row.id),
    ids,
  )

  const reopened = await openTable(lake.objects, 'checkpointed')
  assert.equal(reopened.snapshot.version, 22)
  // A checkpoint's files are no change of data: they were that once, in their commits.
  const unmarked = ({ snapshot }: Table) =>
    [...snapshot.files.values()].map(file => ({ ...file, dataChange: false }))
  assert.deepEqual(unmarked(reopened), unmarked(table))
  assert.deepEqual(reopened.snapshot.columns, table.snapshot.columns)
})

test('a checkpoint by delta-rs is read back with everything that the table has recorded', async () => {
  const table = await openTable(lake.objects, 'foreign')
  const columns = COLUMNS.slice(0, 5)
  const origin = { busId: 'bus', topic: 'cdc.shop.Product', partition: 3 }
  const mark = { offset: 9007199254740993n, position: '0001-00000000000000ff-00000000' }
  await append(table, columns, '6', [{ id: 1, Text: 'one' }])
  assert.ok(await table.commit('WRITE', [...markActions(origin, mark), epochAction(origin, 7)]))
  await reader.ask({ command: 'checkpoint', path: join(lake.root, 'foreign') })
  for (const key of await keysUnder(lake.objects, 'foreign/_delta_log/'))
    if (/0\.json$/.test(key)) await lake.objects.delete(key)

  const { snapshot } = await openTable(lake.objects, 'foreign')
  assert.deepEqual(landedMark(snapshot, origin), mark)
  assert.equal(landedEpoch(snapshot, origin), 7)
  assert.deepEqual(snapshot.metadata, table.snapshot.metadata)
  assert.deepEqual([...snapshot.files.keys()], [...table.snapshot.files.keys()])
})

test('merged files hold the same rows, of every type, and the same statistics', async () => {
  const table = await openTable(lake.objects, 'merged')
  const without = COLUMNS.slice(0, -1)
  await append(
    table,
    without,
    '6',
    EXTREMES.map(({ Wide: _, ...row }) => row),
  )
  for (let i = 1; i < 10; i++)
    await append(
      table,
      COLUMNS,
      '6',
      EXTREMES.map(row => ({ ...row, Text: `${row.Text}${i}` })),
    )
  const beforeMerge = await readBoth('merged', COLUMNS)
  assert.equal((await compact(table)).merged, 10)
  assert.equal(table.snapshot.files.size, 1)
  assert.deepEqual(
    (await readBoth('merged', COLUMNS)).map(row => JSON.stringify(row)).sort(),
    beforeMerge.map(row => JSON.stringify(row)).sort(),
  )
  const stats = [...table.snapshot.files.values()][0]?.stats ?? ''
  for (const part of [
    '"numRecords":30',
    '"Big":-9223372036854775808',
    '"Big":9223372036854775807',
    `"Wide":-${NINES}`,
    `"Wide":${NINES}`,
    '"Local":"9999-12-31T23:59:59.999999"',
    '"Wide":12',
  ])
    assert.ok(stats.includes(part), `${part} in ${stats}`)
  // A reader that pinned the version before the merge still finds its files.
  await cleanLog(table)
  await vacuum(table)
  assert.equal((await readBoth('merged', COLUMNS, 9)).length, 30)
})
