import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { readSettings } from '../../shared/config/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { startLocalStack } from '../../stacks/local/stack.ts'
import { triggersWithoutChecks } from './checks.ts'
import { waitFor } from './demo.ts'
import type { TestPostgres } from './postgres.ts'

type Reply = { status: number; body: Record<string, unknown> }
type Status = { tables: { topic: string; consumer: string; position: string | null; eventsBehind: number }[] }

export type Shop = Awaited<ReturnType<typeof startShop>>

/** A shop's database, by its SQL and its source file, with all of Cordage behind it in this process. */
export async function startShop(postgres: TestPostgres, system: string, files: { sql: string; yml: string }) {
  const source = await postgres.createDatabase(system)
  const client = new pg.Client({ connectionString: source.reveal() })
  await client.connect()
  await client.query(files.sql)
  const home = join(postgres.home, `${system}-home`)
  mkdirSync(join(home, 'sources'), { recursive: true })
  mkdirSync(join(home, 'secrets'), { mode: 0o700 })
  writeFileSync(join(home, 'sources', `${system}.yml`), files.yml)
  writeFileSync(join(home, 'secrets', `${system}.url`), source.reveal(), { mode: 0o600 })
  await postgres.createDatabase(`${system}_store`)
  const settings = readSettings({
    CORDAGE_HOME: home,
    SOURCES: join(home, 'sources'),
    STORE_URL: postgres.url(`${system}_store`).reveal(),
    PORT: '0',
  })
  const stack = await startLocalStack({
    settings,
    log: makeLogger({ level: 'silent' }),
    triggers: triggersWithoutChecks(),
  }).catch(async error => {
    await client.end()
    throw error
  })
  const call = async (name: string, body: object = {}): Promise<Reply> => {
    const response = await fetch(`${stack.gateway}/function/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=300' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return {
    call,
    /** The folder of its tables in the lake. */
    lake: join(home, 'objects', 'lake', `cdc_${system}`),
    /** Runs SQL at the shop. */
    change: (sql: string) => client.query(sql),
    /** Waits until all that the shop has said so far is landed and indexed. */
    async caughtUp(): Promise<void> {
      const { rows } = await client.query<{ lsn: string }>(
        `select lpad(to_hex((pg_current_wal_lsn() - '0/0')::bigint), 16, '0') as lsn`,
      )
      const now = rows[0]?.lsn ?? ''
      await waitFor('the shop to be caught up with', async () => {
        const status = (await call('show-status')).body as Status
        const tables = status.tables.filter(({ topic }) => topic.startsWith(`cdc.${system}.`))
        const reached = (position: string | null) => (position?.split('-')[1] ?? '') >= now
        return tables.length > 0 && tables.every(table => table.eventsBehind === 0 && reached(table.position))
      })
    },
    /** Asks the warehouse that was built last. */
    async select(sql: string): Promise<unknown[][]> {
      const instance = await DuckDBInstance.create(join(home, 'warehouse', 'warehouse.duckdb'), {
        access_mode: 'READ_ONLY',
      })
      const connection = await instance.connect()
      try {
        return (await connection.runAndReadAll(sql)).getRowsJson()
      } finally {
        connection.closeSync()
        instance.closeSync()
      }
    },
    async stop(): Promise<void> {
      await stack.stop()
      await client.end()
    },
  }
}
