import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parquetMetadata } from 'hyparquet'
import type { ColumnType } from '../config/index.ts'
import { openObjects } from '../objects/index.ts'
import type { ColumnValues } from './column-chunk.ts'
import type { Column, Physical } from './columns.ts'
import { ParquetFile, readRowGroups } from './parquet.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordage-chunk-'))
after(() => rmSync(folder, { recursive: true }))
const objects = openObjects(pathToFileURL(folder).href)

/** Row groups of one column, as they are read again; texts come as the bytes that they are. */
async function writtenAndRead(column: Column, groups: ColumnValues[]): Promise<ColumnValues[]> {
  const file = new ParquetFile([column])
  const bytes = Buffer.concat([...groups.map(values => file.writeRowGroup([values])), file.finish().bytes])
  await objects.put('file.parquet', bytes)
  const read: ColumnValues[] = []
  for await (const { values } of readRowGroups(objects, { key: 'file.parquet', size: bytes.length }, [
    column,
  ]))
    read.push(values[0] ?? [])
  return read.map(values => values.map(readable))
}

const readable = (value: Physical | null | undefined) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : (value ?? null)
const stored = (value: Physical | null | undefined) =>
  readable(typeof value === 'string' ? Buffer.from(value) : value)

/** The n-th value of a type, different from all others as far as the type has so many. */
const NTH: [ColumnType, (n: number) => Physical][] = [
  [{ kind: 'boolean' }, n => n % 3 === 0],
  [{ kind: 'int' }, n => (n % 2 === 0 ? n : -(2 ** 31) + n)],
  [{ kind: 'bigint' }, n => (n % 2 === 0 ? BigInt(n) : -(2n ** 63n) + BigInt(n))],
  [{ kind: 'double' }, n => [n / 3, -n / 7, Number.NaN, -0, 0, Number.POSITIVE_INFINITY][n % 6] ?? 0],
  [{ kind: 'date' }, n => n - 1000],
  [{ kind: 'timestamp' }, n => BigInt(n) * 1_000_003n],
  [{ kind: 'decimal', precision: 9, scale: 2 }, n => n - 5],
  [{ kind: 'decimal', precision: 18, scale: 2 }, n => BigInt(n) - 5n],
  [
    { kind: 'decimal', precision: 19, scale: 4 },
    n => Uint8Array.from({ length: 9 }, (_, i) => (n >> i) & 255),
  ],
  [{ kind: 'binary' }, n => Uint8Array.from({ length: n % 5 }, (_, i) => n + i)],
  [
    { kind: 'string' },
    n => ['', 'a', 'Straße', '😀'.repeat(n % 40), 'x'.repeat(n % 200)][n % 5] + String(n % 900),
  ],
]

for (const [type, nth] of NTH)
  test(`a column of ${JSON.stringify(type)} is read as it was written`, async () => {
    const rows = (count: number, at: (n: number) => Physical | null) =>
      Array.from({ length: count }, (_, n) => at(n))
    const groups = {
      'all different': rows(1000, nth),
      'often the same': rows(1000, n => nth(n % 7)),
      'always the same': rows(1000, () => nth(1)),
      'nulls between': rows(1000, n => (n % 3 === 1 || n > 900 ? null : nth(n))),
      'nulls between few': rows(1000, n => (n % 2 === 1 ? null : nth(n % 4))),
      'few the same': rows(5, () => nth(1)),
      'nulls alone': rows(20, () => null),
      'one row': [nth(1)],
    }
    for (const [name, values] of Object.entries(groups)) {
      const [read] = await writtenAndRead({ name: 'c', type }, [values])
      assert.deepEqual(read, values.map(stored), name)
    }
    const required = [groups['all different'], groups['often the same'], groups['one row']]
    const read = await writtenAndRead({ name: 'c', type, required: true }, required)
    assert.deepEqual(
      read,
      required.map(values => values.map(stored)),
    )
  })

test('zero and minus zero stay apart, however often they come', async () => {
  const values = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? 0 : -0))
  const [read] = await writtenAndRead({ name: 'c', type: { kind: 'double' } }, [values])
  assert.ok(read?.every((value, n) => Object.is(value, values[n])))
})

test('a lone surrogate is written as the character that stands for what is unknown', async () => {
  const [read] = await writtenAndRead({ name: 'c', type: { kind: 'string' } }, [['a\ud800b', 'x'.repeat(99)]])
  assert.equal(Buffer.from(String(read?.[0]), 'latin1').toString(), 'a\ufffdb')
})

test('a column with NaN has no bounds, in no place', async () => {
  for (const values of [[Number.NaN], [1, Number.NaN, 2]]) {
    const file = new ParquetFile([{ name: 'c', type: { kind: 'double' } }])
    const body = file.writeRowGroup([values])
    const { bytes, statistics } = file.finish()
    assert.equal(JSON.parse(statistics).minValues.c, undefined)
    const whole = Buffer.concat([body, bytes])
    const { row_groups } = parquetMetadata(Uint8Array.from(whole).buffer)
    const footer = row_groups[0]?.columns[0]?.meta_data?.statistics
    assert.deepEqual([footer?.min_value, footer?.max_value], [undefined, undefined])
  }
})

test("what is not of its column's type is refused, not stored as another", () => {
  const write = (column: Partial<Column> & { type: ColumnType }, ...values: ColumnValues) =>
    new ParquetFile([{ name: 'c', ...column }]).writeRowGroup([values])
  const int = { type: { kind: 'int' } } as const
  const bigint = { type: { kind: 'bigint' } } as const
  for (const value of [2 ** 31, 1.5, Number.NaN])
    assert.throws(() => write(int, 1, value), /column c: .* is not a 32-bit integer/)
  const bytes = Uint8Array.of(0, 0, 0, 5)
  assert.throws(
    () => write({ type: { kind: 'decimal', precision: 9, scale: 2 } }, bytes),
    /not a 32-bit integer/,
  )
  assert.throws(() => write(bigint, -(2n ** 63n) - 1n), /column c: .* is not a 64-bit integer/)
  assert.throws(() => write({ type: { kind: 'boolean' } }, 'false'), /column c: false is not a boolean/)
  const wide = { type: { kind: 'decimal', precision: 19, scale: 4 } } as const
  const nine = new Uint8Array(9)
  for (const wrong of [new Uint8Array(8), new Uint8Array(10), new Uint8Array(0)])
    for (const values of [
      [wrong],
      [nine, wrong],
      Array.from({ length: 50 }, (_, n) => (n === 30 ? wrong : nine)),
    ])
      assert.throws(() => write(wide, ...values), /column c: \d+ bytes are no value of 9 bytes/)
  assert.throws(() => write({ type: { kind: 'double' } }, 1, '2'), /column c: a string is not a double/)
  assert.throws(() => write(bigint, 1n, true), /column c: a boolean is not a 64-bit integer/)
  assert.throws(
    () => write({ type: { kind: 'string' } }, 'a', 7),
    /column c: a number is neither text nor bytes/,
  )
  assert.throws(() => write({ ...int, required: true }, 1, null), /column c may not be null/)
  write(int, -(2 ** 31), 2 ** 31 - 1)
  write(bigint, 2n ** 63n - 1n)
})

test('a value that a row does not have is null', async () => {
  const column: Column = { name: 'c', type: { kind: 'int' } }
  assert.deepEqual(
    await writtenAndRead(column, [
      [1, undefined, null, 4],
      [undefined, undefined],
    ]),
    [
      [1, null, null, 4],
      [null, null],
    ],
  )
})
