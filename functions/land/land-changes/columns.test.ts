import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSource } from '../../../shared/capture/sources.ts'
import {
  openTable,
  readRows,
  schemaVersionOf,
  sourceColumns,
  widenTable,
} from '../../../shared/lake/index.ts'
import {
  event,
  logged,
  objects,
  rowsIn,
  SOURCE,
  snapshotEnd,
  start,
  TABLE,
} from '../../../tests/support/landing.ts'

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
