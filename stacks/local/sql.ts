import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { readSources } from '../../shared/capture/sources.ts'
import { readSettings, readSourceUrl, type SecretUrl, type Settings } from '../../shared/config/index.ts'
import { ConfigError, describeError, OutageError } from '../../shared/errors/index.ts'
import { connectPostgres } from '../../shared/store/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { findStore, sayHome } from './home.ts'

/**
 * `npm run sql -- "select …"` prints one answer; without a query it is a prompt, or reads queries from a pipe. Each
 * query reads the warehouse that is there then: builds replace the file and disturb nobody. `--on store` asks the store
 * instead, `--on source` the operational system, or the one of that name where there are several.
 */
const MAX_ROWS = 1000
const MAX_COLUMN_CHARS = 60

type Answer = { columns: string[]; rows: string[][]; more: boolean }
/** Where queries go. `tables` lists what there is. */
type Place = { name: string; tables: string; ask(sql: string): Promise<Answer> }

function onWarehouse(settings: Settings): Place {
  const warehouse = openWarehouse(settings)
  return {
    name: 'warehouse',
    tables: warehouse.tablesQuery,
    ask: sql =>
      warehouse.read(async ({ query }) => {
        const { columns, rows } = await query(sql, { maxRows: MAX_ROWS + 1 })
        return toAnswer(columns, rows)
      }),
  }
}

function onPostgres(name: string, url: SecretUrl): Place {
  return {
    name,
    tables: `select table_schema as schema, table_name as name, lower(table_type) as kind from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_schema !~ '^mart_' order by 1, 2`,
    async ask(sql) {
      // Values as Postgres writes them: its dates and numbers, not the driver's.
      const client = await connectPostgres(url, { types: { getTypeParser: () => String } })
      try {
        // Of several statements in one text the last one's answer is shown.
        const result = [await client.query({ text: sql, rowMode: 'array' })].flat().at(-1)
        if (!result) return toAnswer([], [])
        if (result.fields.length === 0) return toAnswer([result.command.toLowerCase()], [[result.rowCount]])
        return toAnswer(
          result.fields.map(field => field.name),
          result.rows,
        )
      } finally {
        await client.end()
      }
    },
  }
}

function findPlace(on: string, settings: Settings): Place {
  if (on === 'warehouse') return onWarehouse(settings)
  if (on === 'store') return onPostgres(on, findStore(settings))
  const sources = readSources(settings.SOURCES).filter(({ connection }) => connection !== undefined)
  const source = on === 'source' ? sources[0] : sources.find(({ system }) => system === on)
  if (!source)
    throw new ConfigError(
      `--on ${on}: there are warehouse, store, ${sources.map(({ system }) => system).join(', ')}`,
    )
  return onPostgres(source.system, readSourceUrl(source, settings.CORDAGE_HOME))
}

function toAnswer(columns: string[], values: unknown[][]): Answer {
  return {
    columns,
    rows: values.slice(0, MAX_ROWS).map(row => row.map(show)),
    more: values.length > MAX_ROWS,
  }
}

function show(value: unknown): string {
  const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  // Control characters would move the terminal's cursor.
  const clean = text.replace(/\p{Cc}+/gu, ' ')
  return clean.length > MAX_COLUMN_CHARS ? `${clean.slice(0, MAX_COLUMN_CHARS - 1)}…` : clean
}

/** Columns as wide as their widest value; numbers to the right. */
function format({ columns, rows, more }: Answer): string {
  const widths = columns.map((column, i) =>
    rows.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), column.length),
  )
  const numeric = columns.map((_, i) => rows.every(row => /^(-?\d+(\.\d+)?)?$/.test(row[i] ?? '')))
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  const rule = widths.map(width => '─'.repeat(width)).join('  ')
  const count = more ? `the first ${MAX_ROWS} rows` : rows.length === 1 ? '1 row' : `${rows.length} rows`
  return [line(columns), rule, ...rows.map(line), `(${count})`].join('\n')
}

async function prompt(place: Place): Promise<void> {
  const terminal = process.stdin.isTTY === true
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt: `${place.name}> `,
  })
  if (terminal) {
    console.log(`The ${place.name}. End a query with ";"; "tables;" lists what there is; Ctrl-D leaves.`)
    lines.prompt()
  }
  let query = ''
  const run = async () => {
    const sql = query.trim().replace(/;$/, '')
    query = ''
    if (sql === '') return
    try {
      console.log(await answer(place, sql))
    } catch (error) {
      if (!terminal) throw error
      console.error(describeError(error))
    }
  }
  for await (const line of lines) {
    query += `${line}\n`
    if (query.trim().endsWith(';')) await run()
    if (terminal) lines.prompt()
  }
  await run()
}

async function answer(place: Place, sql: string): Promise<string> {
  return format(await place.ask(sql === 'tables' ? place.tables : sql))
}

try {
  const { values, positionals } = parseArgs({
    options: { on: { type: 'string', default: 'warehouse' } },
    allowPositionals: true,
  })
  const settings = readSettings()
  sayHome(settings)
  const place = findPlace(values.on, settings)
  const [query] = positionals
  if (query === undefined) await prompt(place)
  else console.log(await answer(place, query))
} catch (error) {
  const hint = error instanceof OutageError ? '; "make demo" or "npm start" builds it' : ''
  console.error(describeError(error) + hint)
  process.exitCode = error instanceof ConfigError ? 78 : 1
}
