import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { forgetTables } from '../../shared/capture/index.ts'
import { makePgoutputDecoder, type PgMessage, type Tuple } from '../../shared/capture/postgres/pgoutput.ts'
import { openReplicationStream } from '../../shared/capture/postgres/replication.ts'
import type { SecretUrl } from '../../shared/config/index.ts'
import { connectPostgres, openStore } from '../../shared/store/index.ts'
import { ROOT } from '../project.ts'
import { systemClock } from '../sqlserver-double/database/clock.ts'
import { type Database, makeDatabase } from '../sqlserver-double/database/database.ts'
import type { Change } from '../sqlserver-double/database/statement.ts'
import type { RowObject, TableDefinition } from '../sqlserver-double/database/table.ts'
import { serveDouble } from '../sqlserver-double/serve.ts'
import type { Value } from '../sqlserver-double/tds/types.ts'

const SCHEMA = 'dbo'
const SLOT = 'sqlserver_double'
/** The capture job of a server looks every five seconds, or as often as it is told to. */
const SCAN_MS = 100
const ACCOUNT = { user: 'cordage', password: 'on loopback only' }

/** Columns of the shop's tables as a SQL Server team would declare them. */
const TYPES: Record<string, string> = {
  integer: 'int',
  bigint: 'bigint',
  text: 'nvarchar(400)',
  numeric: 'money',
  boolean: 'bit',
  date: 'date',
  'timestamp without time zone': 'datetime2(6)',
}
/** Longer than a column of its own may be. */
const LONG_TEXTS = ['Description']

type ShopTable = { definition: TableDefinition; types: Map<string, string> }

/**
 * The demo's shop on SQL Server's protocol: a double in memory that holds what the shop's Postgres holds, and follows it by a
 * replication slot, so that whatever is changed there is a change here.
 * @returns its URL, and what stops it
 */
export async function serveShopAsSqlServer(
  shop: SecretUrl,
): Promise<{ url: string; close(): Promise<void> }> {
  const abort = new AbortController()
  const database = makeDatabase({ name: 'adventureworks', clock: systemClock, version: '16.0 (a double)' })
  const tables = await copyShop(shop, database)
  database.enableCdc()
  for (const name of tables.keys()) database.enableTable({ table: `${SCHEMA}.${name}` })
  const stream = await followShop(shop, database, tables, abort.signal)
  const scanning = setInterval(() => database.scan(), SCAN_MS)
  const double = await serveDouble(database, ACCOUNT)
  return {
    url: double.url,
    async close() {
      clearInterval(scanning)
      await double.close()
      await stream.close()
      abort.abort()
    },
  }
}

/** Makes a new slot, and reads the shop's tables as of the moment from which that has their changes. */
async function copyShop(shop: SecretUrl, database: Database): Promise<Map<string, ShopTable>> {
  const client = await connectPostgres(shop)
  const maker = await connectPostgres(shop, { replication: 'database' } as pg.ClientConfig)
  try {
    const old = 'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1'
    await client.query(old, [SLOT])
    await client.query(`drop publication if exists ${SLOT}`)
    await client.query(`create publication ${SLOT} for tables in schema ${SCHEMA}`)
    const { rows } = await maker.query<{ snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${SLOT} LOGICAL pgoutput (SNAPSHOT 'export')`,
    )
    await client.query('begin isolation level repeatable read')
    await client.query(`set transaction snapshot ${pg.escapeLiteral(rows[0]?.snapshot_name ?? '')}`)
    const tables = await readTables(client)
    for (const table of tables.values()) {
      database.ddl.createTable(table.definition)
      await copyRows(client, database, table)
    }
    await client.query('commit')
    return tables
  } finally {
    await client.end()
    await maker.end()
  }
}

async function readTables(client: pg.Client): Promise<Map<string, ShopTable>> {
  const { rows } = await client.query<{
    table_name: string
    column_name: string
    data_type: string
    is_nullable: string
    is_key: boolean
  }>(
    `select c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable::text,
       exists (select 1 from information_schema.key_column_usage k
         where k.table_schema = c.table_schema and k.table_name = c.table_name and k.column_name = c.column_name) as is_key
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = $1 and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`,
    [SCHEMA],
  )
  return new Map(
    [...Map.groupBy(rows, row => row.table_name)].map(([name, columns]) => [
      name,
      {
        definition: {
          name,
          columns: columns.map(({ column_name, data_type, is_nullable }) => ({
            name: column_name,
            type: `${LONG_TEXTS.includes(column_name) ? 'nvarchar(max)' : TYPES[data_type]}${is_nullable === 'NO' ? ' not null' : ''}`,
          })),
          primaryKey: columns.filter(({ is_key }) => is_key).map(({ column_name }) => column_name),
        },
        types: new Map(columns.map(({ column_name, data_type }) => [column_name, data_type])),
      },
    ]),
  )
}

async function copyRows(
  client: pg.Client,
  database: Database,
  { definition: { name }, types }: ShopTable,
): Promise<void> {
  const { rows } = await client.query<Record<string, string | null>>({
    text: `select * from ${SCHEMA}.${pg.escapeIdentifier(name)}`,
    types: { getTypeParser: () => (text: string | Buffer) => text } as pg.CustomTypesConfig,
  })
  const changes = rows.map(
    (row): Change => ({ table: name, op: 'insert', row: toRow(types, Object.entries(row)) }),
  )
  if (changes.length > 0) database.commit([{ rows: changes }])
}

/** Each transaction of the shop is one of the double. */
async function followShop(
  shop: SecretUrl,
  database: Database,
  tables: Map<string, ShopTable>,
  signal: AbortSignal,
) {
  const decode = makePgoutputDecoder()
  let changes: Change[] = []
  let working: Promise<unknown> = Promise.resolve()
  return await openReplicationStream({
    url: shop,
    slot: SLOT,
    publication: SLOT,
    startLsn: 0n,
    require: async () => {},
    onMessage(bytes) {
      const message = decode(bytes)
      if (message.kind === 'begin') changes = []
      const change = toChange(tables, message)
      if (change) changes.push(change)
      if (message.kind !== 'commit' || changes.length === 0) return
      const taken = changes
      working = working.then(() => database.commitWhenFree(taken))
    },
    onKeepalive: () => {},
    signal,
  })
}

function toChange(tables: Map<string, ShopTable>, message: PgMessage): Change | undefined {
  if (message.kind !== 'insert' && message.kind !== 'update' && message.kind !== 'delete') return undefined
  const name = message.relation.table
  const types = tables.get(name)?.types
  if (!types) return undefined
  const row = (tuple: Tuple) => toRow(types, tuple)
  if (message.kind === 'insert') return { table: name, op: 'insert', row: row(message.after) }
  if (message.kind === 'delete') return { table: name, op: 'delete', row: row(message.before) }
  return { table: name, op: 'update', key: row(message.before ?? message.after), row: row(message.after) }
}

/** A row as the double takes it; what did not change is not there. */
function toRow(types: Map<string, string>, values: Iterable<[string, string | null | undefined]>): RowObject {
  const row: RowObject = {}
  for (const [name, text] of values) if (text !== undefined) row[name] = toValue(types.get(name), text)
  return row
}

function toValue(type: string | undefined, text: string | null): Value {
  if (text === null) return null
  if (type === 'integer') return Number(text)
  if (type === 'bigint') return BigInt(text)
  if (type === 'boolean') return text === 't'
  return type === 'timestamp without time zone' ? text.replace(' ', 'T') : text
}

/**
 * The demo's source file for it, in a folder of its own. The double begins anew with each start, as no server does: what was
 * read of the last one is forgotten, and the tables are read again.
 */
export async function prepareDoubleSource(
  home: string,
  storeUrl: SecretUrl,
  system: string,
): Promise<string> {
  const folder = join(home, 'sources')
  mkdirSync(folder, { recursive: true })
  const text = readFileSync(join(ROOT, 'sources', `${system}.yml`), 'utf8')
  writeFileSync(join(folder, `${system}.yml`), text.replace('capture: postgres', 'capture: sqlserver'))
  const store = openStore(storeUrl, { maxConnections: 1 })
  try {
    const [known] = await store.query<{ isThere: boolean }>(
      `select to_regclass('ingest.capture') is not null as "isThere"`,
    )
    if (known?.isThere) await forgetTables(store.query, system)
  } finally {
    await store.close()
  }
  return folder
}
