import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ColumnType, Row } from '../../shared/config/index.ts'
import {
  type AddFile,
  type Column,
  RowBuffer,
  schemaActions,
  type Table,
  writeRows,
} from '../../shared/lake/index.ts'
import { OWN_COLUMNS } from '../../shared/lake/raw-table.ts'
import { findS3Access, locateFolder, type ObjectStore, openObjects } from '../../shared/objects/index.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A lake in a folder of its own, or in the object storage at a URL; `folder` has room for other files of the test. */
export async function makeLake(objectsUrl?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'cordage-lake-'))
  const url = objectsUrl ?? pathToFileURL(join(folder, 'objects')).href
  return {
    folder,
    root: locateFolder(url, '').replace(/\/$/, ''),
    url,
    objects: openObjects(url),
    /** What other readers need to be told. */
    s3: await findS3Access(url),
    remove: () => rm(folder, { recursive: true }),
  }
}
export type TestLake = Awaited<ReturnType<typeof makeLake>>

export async function keysUnder(objects: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of objects.list(prefix)) keys.push(key)
  return keys
}

/** Commits rows of one month; columns that are new make the table wider. */
export async function append(table: Table, columns: Column[], month: string, rows: Row[]): Promise<void> {
  const { actions } = schemaActions(table.snapshot, columns)
  const add = await writeMonth(table, columns, month, rows)
  assert.ok(await table.commit('WRITE', [...actions, { add }]))
  await table.checkpointIfDue()
}

async function writeMonth(table: Table, columns: Column[], month: string, rows: Row[]): Promise<AddFile> {
  const buffer = new RowBuffer(columns, OWN_COLUMNS)
  for (const [i, row] of rows.entries())
    assert.equal(
      buffer.add(row, ['c', `0001-${i}`, 0, BigInt(i), 1_700_000_000_000_000n, 1_700_000_000_000_001n, 1]),
      undefined,
    )
  return await writeRows(table, { year: '2017', month }, buffer)
}

export const decimal = (precision: number, scale: number): ColumnType => ({
  kind: 'decimal',
  precision,
  scale,
})
/** A column of every type. */
export const COLUMNS: Column[] = [
  { name: 'id', type: { kind: 'int' } },
  { name: 'Big', type: { kind: 'bigint' } },
  { name: 'Double', type: { kind: 'double' } },
  { name: 'Flag', type: { kind: 'boolean' } },
  { name: 'Text', type: { kind: 'string' } },
  { name: 'Bytes', type: { kind: 'binary' } },
  { name: 'Day', type: { kind: 'date' } },
  { name: 'At', type: { kind: 'timestamp' } },
  { name: 'Local', type: { kind: 'timestampNtz' } },
  { name: 'Small', type: decimal(9, 2) },
  { name: 'Middle', type: decimal(18, 4) },
  { name: 'Money', type: decimal(19, 4) },
  { name: 'Wide', type: decimal(38, 10) },
]
export const NINES = `${'9'.repeat(28)}.${'9'.repeat(10)}`
/** Both ends of every type, and nulls. */
export const EXTREMES: Row[] = [
  {
    id: 2147483647,
    Big: '9223372036854775807',
    Double: 1.7976931348623157e308,
    Flag: true,
    Text: 'Größe — 寸法 😀 \u0000 "\\',
    Bytes: 'AP8Q',
    Day: '9999-12-31',
    At: '9999-12-31T23:59:59.999999Z',
    Local: '9999-12-31T23:59:59.999999',
    Small: '9999999.99',
    Middle: '99999999999999.9999',
    Money: '999999999999999.9999',
    Wide: NINES,
  },
  {
    id: -2147483648,
    Big: '-9223372036854775808',
    Double: -5e-324,
    Flag: false,
    Text: '',
    Bytes: '',
    Day: '0001-01-01',
    At: '1969-12-31T23:59:59.999999Z',
    Local: '1582-10-15T00:00:00.000001',
    Small: '-9999999.99',
    Middle: '-99999999999999.9999',
    Money: '-999999999999999.9999',
    Wide: `-${NINES}`,
  },
  Object.fromEntries(COLUMNS.map(({ name }) => [name, name === 'id' ? 0 : null])),
]

/** A row as lake_reader.py gives it. */
export function asText(columns: Column[], row: Row): Record<string, string | null> {
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const value = row[name] ?? null
      if (value === null) return [name, null]
      if (type.kind === 'binary') return [name, Buffer.from(String(value), 'base64').toString('hex')]
      if (type.kind === 'double') return [name, doubleText(Number(value))]
      return [name, String(value)]
    }),
  )
}
/** As Python writes it. */
export const doubleText = (value: number) =>
  Object.is(value, -0) ? '-0.0' : String(value).replace(/e([+-])(\d)$/, 'e$10$2')

/** delta-rs and DuckDB in one Python process. */
export class LakeReader {
  readonly #process: ChildProcess
  readonly #replies: AsyncIterator<string>

  constructor(env: Record<string, string> = {}) {
    const python = join(repository, '.venvs/test/bin/python')
    const child = spawn(python, [join(repository, 'tests/integration/lake_reader.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    this.#process = child
    this.#replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  async ask<T>(request: Record<string, unknown>): Promise<T> {
    this.#process.stdin?.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.#replies.next()
    if (done) throw new Error('the reader has ended')
    const { reply, error } = JSON.parse(value) as { reply: T; error?: string }
    if (error !== undefined) throw new Error(`${request.command}: ${error}`)
    return reply
  }

  close(): void {
    this.#process.kill()
  }
}
