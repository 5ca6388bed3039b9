import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { POSTGRES_TYPES, REFUSED_TYPES } from '../../shared/capture/postgres/types.ts'
import type { Store } from '../../shared/store/index.ts'
import { type StartedProgram, startProgram, waitFor } from '../support/demo.ts'
import { LITERALS } from '../support/literals.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { LakeReader } from './lake-support.ts'

/**
 * Rows of every type of Postgres, from a source whose role and database print values otherwise, to the lake as others
 * read it: from a snapshot and from the stream alike, and equal to what the source says.
 */
type Columns = Record<string, { sql: string; kind: string; literals: string[] }>

const KIND_TEXT = { decimal: 'decimal(38,10)' } as Record<string, string>
/** Another name for a type whose own is an operator's or a keyword's. */
const sqlOf = (type: string) => (type === 'char' || type === 'bit' ? `"${type}"` : type)

/** Everything as text: each type, an array of it, and a domain over it. */
function textColumns(): Columns {
  const columns: Columns = {
    mood: { sql: 'mood', kind: 'string', literals: ['so so', 'Größe'] },
    moods: { sql: 'mood[]', kind: 'string', literals: ['{"so so",NULL}'] },
    pair: { sql: 'pair', kind: 'string', literals: ['(1,"a,b")', '(,)'] },
    span: { sql: 'span', kind: 'string', literals: ['[1.5,2.5)'] },
    spans: { sql: 'spans', kind: 'string', literals: ['{[1.5,2.5)}'] },
    vector: { sql: 'vector(3)', kind: 'string', literals: ['[1,2.5,-3]'] },
    halfvec: { sql: 'halfvec', kind: 'string', literals: ['[1,2.5]'] },
    sparsevec: { sql: 'sparsevec(5)', kind: 'string', literals: ['{1:1,3:2}/5'] },
    matrix: { sql: 'int[][]', kind: 'string', literals: ['{{1,2},{3,NULL}}', '[0:1]={1,2}', '{}'] },
    padded: { sql: 'char(5)', kind: 'string', literals: ['ab'] },
    bits: { sql: 'bit(4)', kind: 'string', literals: ['1011'] },
  }
  for (const [type, literals] of Object.entries(LITERALS)) {
    columns[`t_${type}`] = { sql: sqlOf(type), kind: 'string', literals }
    // Of these the server alone makes values.
    if (literals.length === 0) continue
    const array = literals.map(
      literal => `{"${literal.replaceAll(/["\\]/g, '\\$&')}"${type === 'box' ? ';' : ','}NULL}`,
    )
    columns[`a_${type}`] = { sql: `${sqlOf(type)}[]`, kind: 'string', literals: array }
    columns[`d_${type}`] = { sql: `d_${type}`, kind: 'string', literals }
  }
  return columns
}

/** What a declared type of its own is there for. Literals that a kind refuses are those that would be rounded. */
function typedColumns(): Columns {
  const columns: Columns = {
    domain_of_domain: { sql: 'net_price', kind: 'decimal', literals: ['12.50'] },
    counted: { sql: 'numeric(12,2)', kind: 'int', literals: ['12.00', '-7'] },
    metres: { sql: 'numeric(12,3)', kind: 'double', literals: ['12.125', '0.1'] },
  }
  const refused: Record<string, string[]> = {
    'numeric decimal': ['1e-30', '99999999999999999999999999999999999999'],
    'numeric int': ['-0.0000000001', '1e-30', '99999999999999999999999999999999999999'],
    'numeric bigint': ['-0.0000000001', '1e-30', '99999999999999999999999999999999999999'],
    'numeric double': ['99999999999999999999999999999999999999'],
  }
  for (const { types, kinds } of POSTGRES_TYPES)
    for (const type of types)
      for (const kind of kinds) {
        const literals = (LITERALS[type] ?? []).filter(
          literal => !refused[`${type} ${kind}`]?.includes(literal),
        )
        columns[`${type}_${kind}`] = { sql: sqlOf(type), kind, literals }
      }
  return columns
}

const TABLES: Record<string, Columns> = { Texts: textColumns(), Typed: typedColumns() }
const rowsOf = (columns: Columns) =>
  1 + Math.max(...Object.values(columns).map(({ literals }) => literals.length))
/** Rows of the stream are numbered from here. */
const STREAMED = 1000

/** Settings that change how a value prints. */
const HOSTILE = {
  datestyle: "'German, DMY'",
  timezone: "'America/New_York'",
  intervalstyle: 'iso_8601',
  extra_float_digits: '-5',
  bytea_output: 'escape',
  xmlbinary: 'hex',
  xmloption: 'document',
  client_encoding: 'LATIN1',
  search_path: "''",
  quote_all_identifiers: 'on',
}

let postgres: TestPostgres
let source: pg.Client
let store: Store
let stack: StartedProgram
let reader: LakeReader

async function insertRows(table: string, first: number): Promise<void> {
  const columns = Object.entries(TABLES[table] as Columns)
  for (let row = 0; row < rowsOf(TABLES[table] as Columns); row++) {
    const values = columns.flatMap(
      ([
        name,
        {
          sql,
          literals: { [row]: literal },
        },
      ]) => (literal === undefined ? [] : [{ name, sql, literal }]),
    )
    await source.query(
      `insert into "${table}" (id${values.map(({ name }) => `, "${name}"`).join('')})
       values (${first + row}${values.map(({ sql, literal }) => `, ${pg.escapeLiteral(literal)}::text::${sql}`).join('')})`,
    )
  }
}

/** A big text, and one of every character that a text may have. */
async function insertTexts(first: number): Promise<void> {
  await source.query(`insert into "Big" values (${first}, repeat('艾', 1000000)),
    (${first + 1}, (select string_agg(chr(i), '' order by i) from generate_series(1, 1114111) i where i not between 55296 and 57343))`)
}

before(async () => {
  postgres = await startTestPostgres()
  const url = await postgres.createDatabase('shop')
  store = await postgres.createStore('store')
  source = new pg.Client({ connectionString: url.reveal() })
  await source.connect()
  await source.query(`create role reader login superuser password 'reads'; create extension vector;
    create type mood as enum ('so so', 'Größe'); create type pair as (a int, b text);
    create type span as range (subtype = float8, multirange_type_name = spans);
    create domain price as numeric(12, 2); create domain net_price as price;
    ${Object.entries(LITERALS)
      .filter(([, literals]) => literals.length > 0)
      .map(([type]) => `create domain d_${type} as ${sqlOf(type)};`)
      .join('\n')}`)
  for (const [table, columns] of Object.entries(TABLES)) {
    await source.query(`create table "${table}" (id int primary key${Object.entries(columns)
      .map(([name, { sql }]) => `, "${name}" ${sql}`)
      .join('')});
      alter table "${table}" replica identity full`)
    await insertRows(table, 0)
  }
  await source.query('create table "Big" (id int primary key, text text)')
  await insertTexts(0)
  for (const [name, value] of Object.entries(HOSTILE)) {
    await source.query(`alter database shop set ${name} = ${value}`)
    await source.query(`alter role reader set ${name} = ${value}`)
  }
  const sources = join(postgres.home, 'sources')
  mkdirSync(sources)
  writeFileSync(
    join(sources, 'shop.yml'),
    `connection: shop
capture: postgres
timeZone: UTC
tables:
  Big: { entity: interaction, key: [id], columns: { id: { type: int, as: id }, text: { type: string, as: text } } }
${Object.entries(TABLES)
  .map(
    ([table, columns]) => `  ${table}:
    entity: interaction
    key: [id]
    columns:
      id: { type: int, as: id }
${Object.entries(columns)
  .map(
    ([name, { kind }]) =>
      `      ${name}: { type: "${KIND_TEXT[kind] ?? kind}", as: c_${name.toLowerCase()} }`,
  )
  .join('\n')}`,
  )
  .join('\n')}
`,
  )
  const asReader = new URL(url.reveal())
  asReader.username = 'reader'
  asReader.password = 'reads'
  stack = startProgram('stacks/local/main.ts', {
    CORDAGE_HOME: join(postgres.home, 'home'),
    SOURCES: sources,
    SHOP_URL: asReader.href,
    STORE_URL: postgres.url('store').reveal(),
    PORT: '0',
    LOG_LEVEL: 'warn',
  })
  await waitFor('the snapshot', async () => {
    const [row] = await store.query(`select 1 from ingest.capture where system <> 'cordage' and state = $1`, [
      'streaming',
    ])
    return row
  }).catch(cause => {
    throw new Error(stack.printed(), { cause })
  })
  for (const table of Object.keys(TABLES)) await insertRows(table, STREAMED)
  await insertTexts(STREAMED)
  await source.query(`select pg_logical_emit_message(true, '', '')`)
  const rows = 2 * (2 + Object.values(TABLES).reduce((sum, columns) => sum + rowsOf(columns), 0))
  await waitFor('all rows to land', async () => {
    const [read] = await store.query<{ read: string; behind: string }>(
      `select sum(events_read) as read, sum(events_behind) as behind from bus.coverage where "group" = 'land-changes'`,
    )
    // Each table's four partitions have the end of the snapshot.
    return Number(read?.read) === rows + 12 && Number(read?.behind) === 0
  })
  reader = new LakeReader()
})
after(async () => {
  reader?.close()
  await source?.end()
  await stack?.stop()
  await postgres?.stop()
})

type Texts = Record<string, string | null>

async function readLake(table: string, engine: 'deltaRs' | 'duckdb'): Promise<Map<number, Texts>> {
  const path = join(postgres.home, 'home', 'objects', 'lake', 'cdc_shop', table)
  const rows = await reader.ask<Texts[]>({ command: engine, path, order: ['id'] })
  return new Map(rows.map(row => [Number(row.id), row]))
}

/** The source's own text of each value, in a session that nobody's settings reach. */
async function readSource(table: string): Promise<Map<number, Texts>> {
  const client = new pg.Client({
    connectionString: postgres.url('shop').reveal(),
    types: { getTypeParser: () => (text: string | Buffer) => text } as pg.CustomTypesConfig,
  })
  await client.connect()
  await client.query(
    `set datestyle = 'ISO'; set timezone = 'UTC'; set intervalstyle = 'postgres'; set extra_float_digits = 1; set bytea_output = 'hex'; set lc_monetary = 'C'; set quote_all_identifiers = off`,
  )
  const { rows } = await client.query<Texts>(`select * from public."${table}"`)
  await client.end()
  return new Map(rows.map(row => [Number(row.id), row]))
}

const OUTSIDE = /infinity|BC$|^\d{5,}-/
/** What the lake has to hold of a source's text, by the declared kind. */
const EXPECTED: Record<string, (text: string) => string | null> = {
  string: text => text,
  int: text => (/^(NaN|-?Infinity)$/.test(text) ? null : String(Number(text))),
  bigint: text => (/^(NaN|-?Infinity)$/.test(text) ? null : String(BigInt(text.replace(/\.0*$/, '')))),
  boolean: text => (text === 't' ? 'true' : 'false'),
  binary: text => text.slice(2),
  date: text => (OUTSIDE.test(text) ? null : text),
  timestamp: text => (OUTSIDE.test(text) ? null : `${isoTime(text.replace(/\+00$/, ''))}Z`),
  timestampNtz: text => (OUTSIDE.test(text) ? null : isoTime(text)),
}
const isoTime = (text: string) => {
  const [seconds = '', fraction = ''] = text.replace(' ', 'T').split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}`
}
/** A decimal by the ten digits behind its point that are declared; Python writes a small one with an exponent. */
function decimalText(text: string | null | undefined): string | null {
  if (text === null || text === undefined || /^(NaN|-?Infinity)$/.test(text)) return null
  const money = text.replaceAll(/[$,]/g, '')
  const [mantissa = '', exponent = '0'] = money.toUpperCase().split('E')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = BigInt(`${whole}${fraction}`) * 10n ** BigInt(10 - fraction.length + Number(exponent))
  return `${mantissa.startsWith('-') && digits !== 0n ? '-' : ''}${digits}`
}

for (const engine of ['deltaRs', 'duckdb'] as const)
  for (const [table, columns] of Object.entries(TABLES))
    test(`${engine} reads of ${table} what the source says, from the snapshot and from the stream`, async () => {
      const atSource = await readSource(table)
      const inLake = await readLake(table, engine)
      assert.equal(inLake.size, 2 * rowsOf(columns))
      for (const [id, row] of atSource)
        for (const [name, { kind }] of Object.entries(columns)) {
          const given = row[name] ?? null
          const found = inLake.get(id)?.[name] ?? null
          const where = `${table}.${name} of ${id}: ${given}`
          if (kind === 'decimal') assert.equal(decimalText(found), decimalText(given), where)
          else if (kind === 'double' && found !== null && given !== null)
            assert.ok(Object.is(readDouble(found), Number(given)), `${where}, ${found}`)
          else assert.equal(found, given === null ? null : EXPECTED[kind]?.(given), where)
        }
    })

const readDouble = (text: string) => Number(text.replace('nan', 'NaN').replace('inf', 'Infinity'))

test('a text of a million characters and one of every character are the same in the lake', async () => {
  const atSource = await readSource('Big')
  const inLake = await readLake('Big', 'deltaRs')
  assert.deepEqual([...inLake.keys()].sort(), [...atSource.keys()].sort())
  for (const [id, { text }] of atSource) assert.ok(inLake.get(id)?.text === text, `text ${id}`)
})

test('what became null is counted by column and reason, and nothing was parked', async () => {
  assert.deepEqual(await store.query('select reason, detail from ops.parked'), [])
  const counts = await store.query<{ column_name: string; reason: string; count: string }>(
    `select column_name, reason, count from ingest.replaced_value where column_name in ('date_date', 'numeric_decimal', 'timestamptz_timestamp') order by 1, 2`,
  )
  assert.deepEqual(
    counts.map(({ column_name, reason, count }) => [column_name, reason, Number(count)]),
    [
      ['date_date', 'infinity', 4],
      ['date_date', 'year_out_of_range', 4],
      ['numeric_decimal', 'infinity', 4],
      ['numeric_decimal', 'nan', 2],
      ['timestamptz_timestamp', 'infinity', 4],
      ['timestamptz_timestamp', 'year_out_of_range', 4],
    ],
  )
})

test('every built-in type has values here, or is refused by name', async () => {
  const { rows } = await source.query<{ typname: string }>(
    `select typname from pg_type where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm') and typcategory <> 'A'`,
  )
  const known = new Set([...Object.keys(LITERALS), ...REFUSED_TYPES])
  assert.deepEqual(
    rows.map(({ typname }) => typname).filter(name => !known.has(name)),
    [],
  )
})
