import { access, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { OutageError } from '../errors/index.ts'
import { declaredMarts, declaredMetrics, declaredModels, withColumns } from './declared.ts'
import type { Build, Mart, Warehouse, WarehouseReader } from './warehouse.ts'

/** What a reader may use, given what else runs in the same process. */
const READER_OPTIONS = {
  access_mode: 'READ_ONLY',
  memory_limit: '512MB',
  threads: '2',
  autoinstall_known_extensions: 'false',
}

const text = (value: unknown) => String(value)
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

/** The DuckDB file in a folder. Opens nothing yet: each read opens the then current file. */
export function openDuckdbWarehouse(folder: string): Warehouse & { file: string } {
  const file = join(folder, 'warehouse.duckdb')
  // DuckDB calls a database by its file's name up to the first dot, dbt up to the last: a name with one only.
  const nextFile = join(folder, 'warehouse-next.duckdb')
  return {
    file,
    python: 'warehouse',
    stateFolder: join(folder, 'dbt'),
    byHand: { engine: 'duckdb', file: join(folder, 'by-hand.duckdb') },
    tablesQuery:
      "select table_name as name, estimated_size as rows, column_count as columns from duckdb_tables() where schema_name = 'main' order by name",
    async finished() {
      await requireFile(file)
      return { engine: 'duckdb', file }
    },
    async beginBuild() {
      await mkdir(folder, { recursive: true })
      return { target: { engine: 'duckdb', file: nextFile }, replace: () => rename(nextFile, file) }
    },
    read: work => readFile(file, work),
  }
}

async function requireFile(file: string): Promise<void> {
  await access(file).catch(() => {
    throw new OutageError('warehouse', 'it has not been built yet')
  })
}

async function readFile<T>(file: string, work: (reader: WarehouseReader) => Promise<T>): Promise<T> {
  await requireFile(file)
  // Loaded by readers only: a build has its own in Python, and the library takes time and 15 MB.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(file, READER_OPTIONS)
  const connection = await instance.connect()
  try {
    await connection.run("set TimeZone = 'UTC'")
    return await work({
      build: await readBuild(connection),
      marts: await readMarts(connection),
      models: declaredModels.parse(await readDescribed(connection, 'model')),
      metrics: declaredMetrics.parse(await readDescribed(connection, 'metric')),
      rows: mart => rowsOf(connection, mart),
      async query(sql, { maxRows } = {}) {
        const reader =
          maxRows === undefined
            ? await connection.runAndReadAll(sql)
            : await connection.streamAndReadUntil(sql, maxRows)
        return { columns: reader.columnNames(), rows: reader.getRowsJson() }
      },
      async *stream(sql) {
        for await (const chunk of (await connection.stream(sql)).yieldRowsJson()) yield chunk
      },
      async writeFile(sql, folder) {
        const written = join(folder, 'rows.parquet')
        await connection.run(`copy (${sql}) to '${written.replaceAll("'", "''")}' (format parquet)`)
        return written
      },
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function readBuild(connection: DuckDBConnection): Promise<Build> {
  const instant = (column: string) => `strftime(timezone('UTC', ${column}), '%Y-%m-%dT%H:%M:%S.%fZ')`
  const found = await connection.runAndReadAll(
    `select ${instant('built_at')} as built_at, position, ${instant('changed_at')} as changed_at, versions from build`,
  )
  const [row] = found.getRowObjectsJson()
  return {
    builtAt: text(row?.built_at),
    position: z.string().nullable().parse(row?.position),
    changedAt: z.string().nullable().parse(row?.changed_at),
    versions: z.record(z.string(), z.number()).parse(JSON.parse(text(row?.versions))),
  }
}

/** Rows of one of the tables in which a build describes itself; none where an older build lacks it. */
async function readDescribed(connection: DuckDBConnection, table: 'mart' | 'model' | 'metric') {
  const found = await connection.runAndReadAll(
    `select 1 from information_schema.tables where table_schema = 'main' and table_name = '${table}'`,
  )
  if (found.currentRowCount === 0) return []
  return (await connection.runAndReadAll(`select * from ${table} order by name`)).getRowObjectsJson()
}

async function readMarts(connection: DuckDBConnection): Promise<Mart[]> {
  const declared = declaredMarts.parse(await readDescribed(connection, 'mart'))
  const columns = await connection.runAndReadAll(
    "select table_name, column_name, data_type from information_schema.columns where table_schema = 'main' order by table_name, ordinal_position",
  )
  const listed = columns
    .getRowsJson()
    .map(([table, name, type]) => ({ table: text(table), name: text(name), type: text(type) }))
  return declared.map(mart => withColumns(mart, listed))
}

async function* rowsOf(connection: DuckDBConnection, mart: Mart): AsyncGenerator<(string | null)[][]> {
  const columns = mart.columns.map(column => `cast(${quote(column.name)} as varchar)`)
  const rows = await connection.stream(`select ${columns.join(', ')} from ${quote(mart.name)}`)
  for await (const chunk of rows.yieldRowsJson()) yield chunk as (string | null)[][]
}
