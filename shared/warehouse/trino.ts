import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ConfigError, OutageError } from '../errors/index.ts'
import { declaredMarts, declaredMetrics, declaredModels, withColumns } from './declared.ts'
import { connectTrino, type Page, type Trino, TrinoQueryError } from './trino-client.ts'
import type { TrinoPlace } from './trino-url.ts'
import type { Answer, Build, LakeTable, Mart, Warehouse, WarehouseReader } from './warehouse.ts'

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Trino's answer for a schema or a view that does not exist yet. */
const MISSING = new Set(['SCHEMA_NOT_FOUND', 'TABLE_NOT_FOUND'])

/**
 * Schemas of a Trino catalog. Each build has its own, `<schema>_<n>`. In `<schema>` the view `build` says which is
 * the finished one: replacing that view is one step, before which everybody reads the old build and after which the new.
 */
export function openTrinoWarehouse(place: TrinoPlace, home: string): Warehouse {
  const trino = connectTrino(place)
  const { schema: stays, ...rest } = place
  return {
    python: 'trino',
    stateFolder: join(home, 'dbt'),
    byHand: { engine: 'trino', ...rest, schema: `${stays}_by_hand` },
    tablesQuery: 'show tables',
    finished: async () => ({
      engine: 'trino',
      ...rest,
      schema: schemaOf(place, await requireCurrent(trino)),
    }),
    async beginBuild() {
      await mkdir(home, { recursive: true })
      const current = await findCurrent(trino)
      const numbers = await listBuilds(trino)
      // Anything newer than the finished one was left by a failed build.
      await dropBuilds(
        trino,
        numbers.filter(number => current === undefined || number > current),
      )
      // By the clock: a query left running by a killed build must not write into the next one's schema.
      const number = Math.max(Math.floor(Date.now() / 1000), (numbers.at(-1) ?? 0) + 1)
      const schema = schemaOf(place, number)
      await trino.query(`create schema ${quote(schema)}`)
      return {
        target: { engine: 'trino', ...rest, schema },
        async replace() {
          await moveViews(trino, number)
          const kept = [current, number]
          await dropBuilds(
            trino,
            numbers.filter(old => !kept.includes(old)),
          )
        },
      }
    },
    registerTables: tables => registerTables(trino, tables),
    read: work => readCurrent(trino, work),
  }
}

const schemaOf = ({ schema }: TrinoPlace, number: number) => `${schema}_${number}`

/** @returns undefined before the first build */
async function findCurrent(trino: Trino): Promise<number | undefined> {
  const { schema } = trino.place
  try {
    const [row] = await trino.query<[string]>(`select schema_name from ${quote(schema)}.build`)
    return row ? Number(row[0].slice(schema.length + 1)) : undefined
  } catch (error) {
    if (error instanceof TrinoQueryError && MISSING.has(error.code)) return undefined
    throw error
  }
}

async function requireCurrent(trino: Trino): Promise<number> {
  const current = await findCurrent(trino)
  if (current === undefined) throw new OutageError('warehouse', 'it has not been built yet')
  return current
}

/** Numbers of the existing builds, finished or not, in order. */
async function listBuilds(trino: Trino): Promise<number[]> {
  const pattern = new RegExp(`^${trino.place.schema}_(\\d+)$`)
  const schemas = await trino.query<[string]>('select schema_name from information_schema.schemata')
  return schemas.flatMap(([name]) => pattern.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b)
}

/** One that is still read stays until the next build. */
async function dropBuilds(trino: Trino, numbers: number[]): Promise<void> {
  for (const number of numbers)
    await trino
      .query(`drop schema if exists ${quote(schemaOf(trino.place, number))} cascade`)
      .catch(error => {
        if (!(error instanceof TrinoQueryError)) throw error
      })
}

/** `build` first: only it says what is finished. Views give people stable names of the marts and of features. */
async function moveViews(trino: Trino, number: number): Promise<void> {
  const schema = quote(trino.place.schema)
  const from = quote(schemaOf(trino.place, number))
  const replaceView = (name: string, query: string) =>
    trino.query(`create or replace view ${schema}.${quote(name)} as ${query}`)
  await trino.query(`create schema if not exists ${schema}`)
  await replaceView(
    'build',
    `select ${literal(schemaOf(trino.place, number))} as schema_name, built_at, position, changed_at, versions from ${from}.build`,
  )
  const named = await trino.query<[string]>(
    `select name from ${from}.mart union select name from ${from}.model where name like 'feat\\_%' escape '\\' order by name`,
  )
  for (const [table] of named) await replaceView(table, `select * from ${from}.${quote(table)}`)
  const views = await trino.query<[string]>(
    `select table_name from information_schema.tables where table_schema = ${literal(trino.place.schema)}`,
  )
  for (const [view] of views)
    if (view !== 'build' && !named.some(([table]) => table === view))
      await trino.query(`drop view if exists ${schema}.${quote(view)}`)
}

async function readCurrent<T>(trino: Trino, work: (reader: WarehouseReader) => Promise<T>): Promise<T> {
  const current = await requireCurrent(trino)
  const schema = schemaOf(trino.place, current)
  return await work({
    build: await readBuild(trino, schema),
    marts: await readMarts(trino, schema),
    models: declaredModels.parse(await readDescribed(trino, schema, 'model')),
    metrics: declaredMetrics.parse(await readDescribed(trino, schema, 'metric')),
    rows: mart => rowsOf(trino, schema, mart),
    query: (sql, { maxRows } = {}) => firstRows(trino.pages(sql, { schema }), maxRows),
    stream: sql => rowsOfPages(trino.pages(sql, { schema })),
    writeFile: (sql, folder) => writeCsv(trino.pages(sql, { schema }), join(folder, 'rows.csv')),
  })
}

async function readBuild(trino: Trino, schema: string): Promise<Build> {
  const instant = (column: string) => `date_format(at_timezone(${column}, 'UTC'), '%Y-%m-%dT%H:%i:%s.%fZ')`
  const [row] = await trino.query(
    `select ${instant('built_at')}, position, ${instant('changed_at')}, versions from ${quote(schema)}.build`,
  )
  const [builtAt, position, changedAt, versions] = z
    .tuple([z.string(), z.string().nullable(), z.string().nullable(), z.string()])
    .parse(row)
  return {
    builtAt,
    position,
    changedAt,
    versions: z.record(z.string(), z.number()).parse(JSON.parse(versions)),
  }
}

/** Rows of one of the tables in which a build describes itself, by column; none where an older build lacks it. */
async function readDescribed(trino: Trino, schema: string, table: 'mart' | 'model' | 'metric') {
  const columns = await trino.query<[string]>(
    `select column_name from information_schema.columns where table_schema = ${literal(schema)} and table_name = ${literal(table)} order by ordinal_position`,
  )
  const own = columns.map(([name]) => name)
  if (own.length === 0) return []
  const rows = await trino.query(
    `select ${own.map(quote).join(', ')} from ${quote(schema)}.${table} order by name`,
  )
  return rows.map(row => Object.fromEntries(own.map((name, i) => [name, row[i]])))
}

async function readMarts(trino: Trino, schema: string): Promise<Mart[]> {
  const columns = await trino.query<[string, string, string]>(
    `select table_name, column_name, data_type from information_schema.columns where table_schema = ${literal(schema)} order by table_name, ordinal_position`,
  )
  const listed = columns.map(([table, name, type]) => ({ table, name, type: duckdbType(type) }))
  const declared = declaredMarts.parse(await readDescribed(trino, schema, 'mart'))
  return declared.map(mart => withColumns(mart, listed))
}

/** `timestamp(3) with time zone` and `timestamp(6)` are without their digits in DuckDB. */
function duckdbType(type: string): string {
  return type.replace(/^timestamp\(\d+\)/, 'timestamp').toUpperCase()
}

async function* rowsOf(trino: Trino, schema: string, mart: Mart): AsyncGenerator<(string | null)[][]> {
  const columns = mart.columns.map(column => `cast(${quote(column.name)} as varchar)`)
  const sql = `select ${columns.join(', ')} from ${quote(schema)}.${quote(mart.name)}`
  for await (const { rows } of trino.pages(sql)) if (rows.length > 0) yield rows as (string | null)[][]
}

async function writeCsv(pages: AsyncIterable<Page>, file: string): Promise<string> {
  // One line each, as the readers of such files expect.
  const text = (value: unknown) =>
    String(value)
      .replaceAll('"', '""')
      .replace(/[\r\n]+/g, ' ')
  const field = (value: unknown) => (value === null ? '' : `"${text(value)}"`)
  const lines = async function* () {
    let isFirst = true
    for await (const { columns, rows } of pages) {
      if (isFirst && columns.length > 0) yield `${columns.map(({ name }) => field(name)).join(',')}\n`
      isFirst &&= columns.length === 0
      yield rows.map(row => `${row.map(field).join(',')}\n`).join('')
    }
  }
  await writeFile(file, lines())
  return file
}

async function* rowsOfPages(pages: AsyncIterable<Page>): AsyncGenerator<unknown[][]> {
  for await (const { rows } of pages) if (rows.length > 0) yield rows
}

async function firstRows(pages: AsyncIterable<Page>, maxRows = Number.POSITIVE_INFINITY): Promise<Answer> {
  const answer: Answer = { columns: [], rows: [] }
  for await (const { columns, rows } of pages) {
    if (columns.length > 0) answer.columns = columns.map(({ name }) => name)
    answer.rows.push(...rows)
    if (answer.rows.length >= maxRows) break
  }
  return answer
}

/**
 * Registers in the metastore what is missing or at another location. Trino then follows the tables' own logs: what
 * lands later needs no registration.
 */
async function registerTables(trino: Trino, tables: LakeTable[]): Promise<void> {
  const schemas = [...new Set(tables.map(({ system }) => `cdc_${system}`))]
  for (const schema of schemas) await trino.query(`create schema if not exists ${quote(schema)}`)
  if (tables.length === 0) return
  const known = await trino.query<[string, string]>(
    `select table_schema, table_name from information_schema.tables where table_schema in (${schemas.map(literal).join(', ')})`,
  )
  await Promise.all(
    tables.map(async ({ system, table, url }) => {
      const [schema, name, location] = [`cdc_${system}`, table.toLowerCase(), trinoLocation(url)]
      const isKnown = known.some(([inSchema, called]) => inSchema === schema && called === name)
      if (isKnown) {
        if ((await readLocation(trino, schema, name)) === location) return
        await trino.query(`call system.unregister_table(${literal(schema)}, ${literal(name)})`)
      }
      await trino
        .query(`call system.register_table(${[schema, name, location].map(literal).join(', ')})`)
        .catch(error => {
          throw notRegistered(trino, table, location, error)
        })
    }),
  )
}

async function readLocation(trino: Trino, schema: string, table: string): Promise<string | undefined> {
  const [row] = await trino.query<[string]>(`show create table ${quote(schema)}.${quote(table)}`)
  return /^\s*location = '((?:[^']|'')*)'/m.exec(row?.[0] ?? '')?.[1]?.replaceAll("''", "'")
}

function notRegistered({ place }: Trino, table: string, location: string, error: unknown): unknown {
  if (!(error instanceof TrinoQueryError)) return error
  return new ConfigError(
    `catalog ${place.catalog} cannot register ${table} at ${location} (docs/trino.md): ${error.message}`,
  )
}

/** Trino's name of a folder of the object storage: files by its native local file system, whose root is `/`. */
export function trinoLocation(url: string): string {
  return url.startsWith('file:') ? `local://${fileURLToPath(url)}` : url
}
