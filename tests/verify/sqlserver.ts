import { isDeepStrictEqual } from 'node:util'
import { parseSource } from '../../shared/capture/sources.ts'
import { sqlServerCapture } from '../../shared/capture/sqlserver/index.ts'
import { openSession, type Session } from '../../shared/capture/sqlserver/session.ts'
import { quoted } from '../../shared/capture/sqlserver/statements.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError, describeError } from '../../shared/errors/index.ts'
import { waitFor } from '../support/demo.ts'
import { followSource } from '../support/follow-source.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { DEFINITIONS, KEYS, makePlain, TABLES } from '../support/sqlserver-plain.ts'
import { createTableSql, transactionSql } from './tsql.ts'

/**
 * `make verify-sqlserver SOURCE_URL=sqlserver://…`: random histories as the tests play them on a double, on a real server. It makes
 * tables in a schema of its own, and drops them. Prints what passed, and where such a server is not as the double.
 */
const SCHEMA = 'cordage_verify'
const HISTORIES = Number(process.env.HISTORIES ?? 5)
const STEPS = 40
const PATIENCE_MS = 120_000

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Both are there for the whole run. */
let server: Session
let postgres: TestPostgres
let url: SecretUrl
let failed = 0

try {
  const given = process.env.SOURCE_URL
  if (!given)
    throw new ConfigError(
      'usage: make verify-sqlserver SOURCE_URL=sqlserver://user:password@host:port/database',
    )
  url = new SecretUrl(given)
  server = await openSession(url)
  const [[version, hasCdc, isOwner] = []] = await server.query(
    `select cast(serverproperty('ProductVersion') as nvarchar(128)), is_cdc_enabled, is_member('db_owner')
     from sys.databases where database_id = db_id()`,
  )
  if (hasCdc !== true) throw new ConfigError('enable change data capture first: exec sys.sp_cdc_enable_db')
  if (Number(isOwner) !== 1)
    throw new ConfigError('the login must be db_owner: it makes tables of its own, and drops them')
  say(`SQL Server ${version} at ${url}`)
  await verifyAll()
} catch (error) {
  exitWith(error)
}

async function verifyAll(): Promise<void> {
  postgres = await startTestPostgres()
  try {
    for (let seed = 1; seed <= HISTORIES; seed++) await verify(`history ${seed}`, () => play(seed))
    await verify('an update that touches no captured column writes no change', findSilentUpdate)
    await verify('rebuilding an index leaves the ids of partitions as they are', findRebuild)
  } finally {
    await dropAll()
    await server.close()
    await postgres.stop()
  }
  process.exitCode = failed > 0 ? 1 : 0
}

async function verify(what: string, work: () => Promise<void>): Promise<void> {
  await dropAll()
  await server.query(`create schema ${SCHEMA}`)
  try {
    await work()
    say(`ok    ${what}`)
  } catch (error) {
    failed += 1
    say(`FAIL  ${what}: ${describeError(error)}`)
  }
}

/** A history on the server's own tables: what comes to the bus is what a plain list says. */
async function play(seed: number): Promise<void> {
  const plain = makePlain(seed)
  for (const definition of DEFINITIONS) await server.query(createTableSql(SCHEMA, definition))
  const commit = () => server.query(transactionSql(SCHEMA, plain.transaction().statements, KEYS))
  for (let i = 0; i < 10; i++) await commit()
  for (const { name } of DEFINITIONS) await enable(name)
  const store = await postgres.createStore(`verify${seed}`)
  const source = parseSource(
    `verify${seed}.yml`,
    `connection: verify\ncapture: sqlserver\nnamespace: ${SCHEMA}\ntimeZone: UTC\ntables:\n${TABLES.replaceAll(/^/gm, '  ')}\n`,
  )
  const followed = await followSource({ capture: sqlServerCapture, source, urlOf: () => url, store })
  try {
    followed.start()
    for (let step = 0; step < STEPS; step++) {
      await commit()
      if (plain.random() < 0.1) {
        await followed.stop()
        followed.start()
      }
    }
    for (const { name } of DEFINITIONS)
      await waitFor(
        `${name} to be as the list says (${followed.failures.join('; ') || 'nothing failed'})`,
        async () => isDeepStrictEqual(await followed.rows(name), plain.rowsOf(name)),
        PATIENCE_MS,
      )
  } finally {
    await followed.close()
  }
}

const enable = (table: string, columns?: string) =>
  server.query(
    `exec sys.sp_cdc_enable_table @source_schema = N'${SCHEMA}', @source_name = N'${table}', @role_name = null, @supports_net_changes = 0${columns ? `, @captured_column_list = N'${columns}'` : ''}`,
  )

/** The double takes it so. */
async function findSilentUpdate(): Promise<void> {
  await server.query(`create table ${SCHEMA}.Item (id int not null primary key, a int, b int)`)
  await enable('Item', 'id, a')
  await server.query(`insert into ${SCHEMA}.Item values (1, 1, 1)`)
  await server.query(`update ${SCHEMA}.Item set b = 2`)
  await server.query(`update ${SCHEMA}.Item set a = 2`)
  const operations = async () => {
    const rows = await server.query(
      `select [__$operation] from cdc.[${SCHEMA}_Item_CT] order by [__$start_lsn], [__$seqval], [__$operation]`,
    )
    return rows.map(([operation]) => Number(operation))
  }
  await waitFor('the changes', async () => (await operations()).length >= 3, PATIENCE_MS)
  const found = await operations()
  if (!isDeepStrictEqual(found, [2, 3, 4])) throw new Error(`this server wrote ${found.join(', ')}`)
}

/** Where they change, a rebuilt index is told as a switched partition. */
async function findRebuild(): Promise<void> {
  await server.query(`create table ${SCHEMA}.Item (id int not null primary key)`)
  const ids = () =>
    server.query(`select partition_id from sys.partitions where object_id = object_id(N'${SCHEMA}.Item')`)
  const before = await ids()
  await server.query(`alter index all on ${SCHEMA}.Item rebuild`)
  if (!isDeepStrictEqual(await ids(), before)) throw new Error('this server gives them new ones')
}

async function dropAll(): Promise<void> {
  const tables = await server.query(
    `select t.name from sys.tables t join sys.schemas s on s.schema_id = t.schema_id where s.name = N'${SCHEMA}'`,
  )
  for (const [name] of tables) {
    const disable = `exec sys.sp_cdc_disable_table @source_schema = N'${SCHEMA}', @source_name = N'${name}', @capture_instance = N'all'`
    // It may not have been enabled.
    await server.query(disable).catch(() => {})
    await server.query(`drop table ${SCHEMA}.${quoted(String(name))}`)
  }
  await server.query(`drop schema if exists ${SCHEMA}`)
}
