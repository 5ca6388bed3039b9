import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readableKinds, SQL_SERVER_TYPES } from '../../shared/capture/sqlserver/types.ts'
import type { Change } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { type Database, makeDatabase } from '../../stacks/sqlserver-double/database/database.ts'
import type { RowObject } from '../../stacks/sqlserver-double/database/table.ts'
import { type ServedDouble, serveDouble } from '../../stacks/sqlserver-double/serve.ts'
import { everyColumn, everyRow } from '../../stacks/sqlserver-double/tds/every-type.ts'
import { type SqlType, type Value, writeType } from '../../stacks/sqlserver-double/tds/types.ts'
import { type StartedProgram, startProgram, waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { LakeReader } from './lake-support.ts'

/**
 * Rows of every type of SQL Server at its ends, once as each kind that a source file may declare for it, from the snapshot and
 * from the stream alike, to the lake as others read it.
 */
type Tried = { name: string; type: SqlType; kind: string; values: Value[] }

/** Those of its values that a kind takes: no fraction as int, midnight as date. */
const TAKEN: Record<string, (value: string) => boolean> = {
  int: text => /^-?\d+(\.0*)?$/.test(text) && Math.abs(Number(text)) < 2 ** 31,
  bigint: text => /^-?\d+(\.0*)?$/.test(text) && Number(text) ** 2 < 2 ** 125,
  double: text => !/^-?\d{16,}|\d{10,}\.\d/.test(text),
  date: text => !/[T ]/.test(text) || /[T ]00:00:00(\.0+)?$/.test(text),
}
const TRIED = everyColumn.flatMap(({ name, type }, column): Tried[] => {
  const typeName = type.name === 'rowversion' ? 'timestamp' : type.name
  const values = everyRow.map(row => row[column] ?? null)
  return readableKinds(typeName).map(kind => ({
    name: `${name}_${kind}`,
    type,
    kind,
    values: values.map(value => (value === null || (TAKEN[kind]?.(String(value)) ?? true) ? value : null)),
  }))
})
const KIND_TEXT: Record<string, string> = { decimal: 'decimal(38,10)' }
/** Rows of the stream are numbered from here. */
const STREAMED = 1000
/** A row that is made and deleted. */
const DELETED = 5000

let postgres: TestPostgres
let database: Database
let double: ServedDouble
let store: Store
let stack: StartedProgram
let reader: LakeReader

const rowOf = (row: number): RowObject =>
  Object.fromEntries(
    TRIED.filter(({ type }) => type.name !== 'rowversion').map(({ name, values }) => [
      name,
      values[row] ?? null,
    ]),
  )
const insertRows = (first: number) => {
  for (const row of everyRow.keys())
    database.commit([{ table: 'Every', op: 'insert', row: { id: first + row, ...rowOf(row) } }])
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore('store')
  database = makeDatabase({ name: 'shop', maxTextBytes: -1 })
  database.ddl.createTable({
    name: 'Every',
    columns: [
      { name: 'id', type: 'int' },
      ...TRIED.filter(({ type }) => type.name !== 'rowversion').map(({ name, type }) => ({
        name,
        type: writeType(type),
      })),
      { name: 'version_binary', type: 'rowversion' },
    ],
    primaryKey: ['id'],
  })
  insertRows(0)
  database.enableCdc()
  database.enableTable({ table: 'Every' })
  double = await serveDouble(database, { user: 'cordage', password: 'reads' })
  const sources = join(postgres.home, 'sources')
  mkdirSync(sources)
  const listed = TRIED.filter(({ name }) => name !== 'version_string')
  writeFileSync(
    join(sources, 'shop.yml'),
    `connection: shop
capture: sqlserver
timeZone: UTC
tables:
  Every:
    entity: interaction
    key: [id]
    columns:
      id: { type: int, as: id }
${listed
  .map(({ name, kind }) => `      ${name}: { type: "${KIND_TEXT[kind] ?? kind}", as: ${name.toLowerCase()} }`)
  .join('\n')}
`,
  )
  stack = startProgram('stacks/local/main.ts', {
    CORDAGE_HOME: join(postgres.home, 'home'),
    SOURCES: sources,
    SHOP_URL: double.url,
    STORE_URL: postgres.url('store').reveal(),
    PORT: '0',
    LOG_LEVEL: 'warn',
  })
  await waitFor('the snapshot', async () => {
    const [row] = await store.query(
      `select 1 from ingest.capture where system = 'shop' and state = 'streaming'`,
    )
    return row
  }).catch(cause => {
    throw new Error(stack.printed(), { cause })
  })
  insertRows(STREAMED)
  database.commit([{ table: 'Every', op: 'insert', row: { id: DELETED, ...rowOf(2) } }])
  database.commit([{ table: 'Every', op: 'delete', key: { id: DELETED } }])
  database.scan()
  await waitFor('all rows to land', async () => {
    const [read] = await store.query<{ read: string; behind: string }>(
      `select sum(events_read) as read, sum(events_behind) as behind from bus.coverage where "group" = 'land-changes'`,
    )
    return Number(read?.read) >= 2 * everyRow.length + 2 && Number(read?.behind) === 0
  })
  reader = new LakeReader()
})
after(async () => {
  reader?.close()
  await stack?.stop()
  await double?.close()
  await postgres?.stop()
})

type Texts = Record<string, string | null>

/** What the lake has to hold of a value, by the declared kind. */
function expected({ type, kind }: Tried, value: Value): string | null {
  if (value === null) return null
  if (Buffer.isBuffer(value)) {
    const hex = value.toString('hex')
    return kind === 'string' ? `0x${hex.toUpperCase()}` : hex
  }
  if (typeof value === 'boolean') return kind === 'boolean' ? String(value) : String(Number(value))
  const text = String(value)
  if (!/date|time/.test(type.name)) return kind === 'string' ? text : String(text)
  if (kind === 'string') return printedTime(type, text)
  if (kind === 'date') return text.slice(0, 10)
  const [local = '', zone] = text.split(/(?=[+-]\d\d:\d\d$)/)
  const [second = '', fraction = ''] = local.split('.')
  const at = zone ? new Date(`${second}${zone}`).toISOString().slice(0, 19) : second
  return `${at}.${fraction.padEnd(6, '0').slice(0, 6)}${zone ? 'Z' : ''}`
}

/** As SQL Server prints it with style 121. */
function printedTime({ name }: SqlType, text: string): string {
  const spaced = text.replace('T', ' ').replace(/([+-]\d\d:\d\d)$/, ' $1')
  return name === 'smalldatetime' ? `${spaced}.000` : spaced
}

const digitsOf = (text: string | null | undefined) => {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text ?? '') ?? []
  const digits = BigInt(`${whole}${fraction}` || '0') * 10n ** BigInt(10 - fraction.length + Number(power))
  return `${digits === 0n ? '' : sign}${digits}`
}

test('the lake has of each type and kind what the source says, from the snapshot and from the stream', async () => {
  const path = join(postgres.home, 'home', 'objects', 'lake', 'cdc_shop', 'Every')
  const rows = await reader.ask<Texts[]>({ command: 'deltaRs', path, order: ['id'] })
  const inLake = new Map(rows.map(row => [Number(row.id), row]))
  for (const first of [0, STREAMED])
    for (const row of everyRow.keys())
      for (const tried of TRIED) {
        const { name, kind, values } = tried
        if (name.startsWith('version')) continue
        const given = values[row] ?? null
        const found = inLake.get(first + row)?.[name] ?? null
        const where = `${name} of ${first + row}: ${String(given).slice(0, 60)}`
        if (given === null) assert.equal(found, null, where)
        else if (kind === 'decimal') assert.equal(digitsOf(found), digitsOf(String(given)), where)
        else if (kind === 'double' || tried.type.name === 'real')
          assert.ok(sameDouble(tried, found, given), `${where}, ${found}`)
        else assert.equal(found, expected(tried, given), where)
      }
  const versions = rows.filter(({ id }) => Number(id) < DELETED).map(row => row.version_binary)
  assert.equal(new Set(versions).size, versions.length)
  for (const version of versions) assert.match(version ?? '', /^[0-9a-f]{16}$/)
})

function sameDouble({ type }: Tried, found: string | null, given: Value): boolean {
  const value = Number(found)
  return type.name === 'real'
    ? Math.fround(value) === Math.fround(Number(given))
    : Object.is(value, Number(given))
}

test('a delete has the values that the log has of the row, and does not make the others null', async () => {
  const [event] = await store.query<{ value: string }>(
    `select value from bus.event where key = $1 and value like '%"op":"d"%'`,
    [String(DELETED)],
  )
  const { before } = JSON.parse(event?.value ?? '{}') as Change
  const [made] = await store.query<{ value: string }>(
    `select value from bus.event where key = $1 and value like '%"op":"c"%'`,
    [String(DELETED)],
  )
  const { after: row } = JSON.parse(made?.value ?? '{}') as Change
  const missing = Object.keys(row ?? {}).filter(name => !Object.hasOwn(before ?? {}, name))
  assert.deepEqual([...new Set(missing.map(name => name.split('_')[0]))].sort(), [
    'oldbytes',
    'oldtext',
    'oldwide',
  ])
  for (const [name, value] of Object.entries(before ?? {})) assert.equal(value, row?.[name], name)
})

test('every type that can be captured has values here, but the one that the double does not have', () => {
  const known = new Set<string>(
    TRIED.map(({ type }) => (type.name === 'rowversion' ? 'timestamp' : type.name)),
  )
  assert.deepEqual(
    SQL_SERVER_TYPES.flatMap(({ types }) => types).filter(name => !known.has(name)),
    ['json', 'hierarchyid'],
  )
})
