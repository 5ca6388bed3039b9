import pg from 'pg'
import { type Capture, type SourceReport, slotOf } from '../../shared/capture/index.ts'
import { postgresCapture } from '../../shared/capture/postgres/index.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import { SecretUrl, type Source } from '../../shared/config/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { waitFor } from './demo.ts'
import { type FollowedSource, followSource } from './follow-source.ts'
import { startTestPostgres, type TestPostgres } from './postgres.ts'
import { runProgram } from './run.ts'

const capture: Capture = postgresCapture

/** Somebody's shop: a database, a source file, and what Cordage captures of it. */
export type Shop = FollowedSource & {
  source: Source
  /** As the shop's own application. */
  readonly sql: pg.Client
  /** The report of check-source. */
  check(): Promise<SourceReport>
  /** The same for a role that may replicate and read every table, and nothing else. */
  checkAsReader(): Promise<SourceReport>
  /** What `npm run forget` does. */
  forget(): Promise<string[]>
  /** The shop's database is at another server from now on. */
  moveTo(server: SecretUrl): Promise<void>
  /** What `npm run snapshot` does. */
  readAgain(): Promise<void>
  /** Until everything that was committed by now is on the bus. */
  caughtUp(): Promise<void>
  store: Store
}

let shops = 0

async function connect(url: SecretUrl): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.reveal() })
  client.on('error', () => {})
  await client.connect()
  return client
}

/**
 * @param sql makes its tables
 * @param tables the source file's, as YAML below `tables:`
 */
export async function openShop(
  postgres: Pick<TestPostgres, 'createDatabase' | 'createStore' | 'url'>,
  { sql, tables, head = '' }: { sql: string; tables: string; head?: string },
): Promise<Shop> {
  const system = `shop${++shops}`
  let url = await postgres.createDatabase(system)
  let client = await connect(url)
  await client.query(sql)
  const store = await postgres.createStore(`${system}_store`)
  const file = (text: string) =>
    parseSource(
      `${system}.yml`,
      `connection: ${system}\ncapture: postgres\ntimeZone: UTC\n${head}\ntables:\n${text
        .split('\n')
        .map(line => `  ${line}`)
        .join('\n')}\n`,
    )
  const source = file(tables)
  const followed = await followSource({ capture, source, urlOf: () => url, store })

  const shop: Shop = {
    ...followed,
    source,
    get sql() {
      return client
    },
    store,
    check: () => capture.check(url, source),
    forget: () => capture.forget(url, source),
    async checkAsReader() {
      await client.query(
        `drop role if exists ${system}_reader; create role ${system}_reader login replication password 'read';
         grant select on all tables in schema public to ${system}_reader`,
      )
      const reader = new URL(url.reveal())
      reader.username = `${system}_reader`
      reader.password = 'read'
      try {
        return await capture.check(new SecretUrl(reader.href), source)
      } finally {
        await client.query(`drop owned by ${system}_reader; drop role ${system}_reader`)
      }
    },
    async moveTo(server) {
      await client.end().catch(() => {})
      url = server
      client = await connect(url)
    },
    async readAgain() {
      const { code, stderr } = await runProgram(['stacks/local/read-again.ts', system], {
        STORE_URL: postgres.url(`${system}_store`).reveal(),
      })
      if (code !== 0) throw new Error(stderr)
    },
    async caughtUp() {
      const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now')
      const now = rows[0]?.now ?? new Date()
      await waitFor(
        `${system} to be captured (${followed.failures.at(-1) ?? 'nothing failed'})`,
        async () => {
          const [place] = await store.query<{ ok: boolean }>(
            `select bool_and(heartbeat_at > $1) and bool_and(coalesce(complete_offset, 0) <= next_offset) and
               (select state = 'streaming' and reading = '{}' and owed = '{}' from ingest.capture where system <> 'cordage') as ok from bus.partition`,
            [now],
          )
          return place?.ok
        },
        30_000,
      )
    },
    async close() {
      await followed.close()
      await client.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active',
        [slotOf(source)],
      )
      await client.end()
    },
  }
  return shop
}

/** Opens a shop, works on it and closes it, whatever came of that. */
export async function withShop(
  postgres: Parameters<typeof openShop>[0],
  given: Parameters<typeof openShop>[1],
  work: (shop: Shop) => Promise<void>,
): Promise<void> {
  const shop = await openShop(postgres, given)
  try {
    await work(shop)
  } finally {
    await shop.close()
  }
}

/** Where shops lie, and the stores of those who follow them. */
export type ShopServers = Pick<
  TestPostgres,
  'createDatabase' | 'createStore' | 'url' | 'holdSlot' | 'stop'
> & {
  /** Of the shops' server, such as 180004. */
  version: number
  sourceUrl: TestPostgres['url']
}

/**
 * Two servers, for nothing but a shop's own statements is written to its log: much can be hidden by a store beside it.
 * SOURCE_POSTGRES is the folder of the programs of another version for the shops'.
 */
export async function startShopServers(): Promise<ShopServers> {
  const other = process.env.SOURCE_POSTGRES
  const stores = await startTestPostgres()
  const shops = await (other
    ? startTestPostgres({ ...MANY_SHOPS, io_method: undefined }, other)
    : startTestPostgres(MANY_SHOPS))
  const [row] = await shops
    .openStore(await shops.createDatabase('version'))
    .query<{ version: number }>(`select current_setting('server_version_num')::int as version`)
  return {
    version: row?.version ?? 0,
    createDatabase: shops.createDatabase,
    createStore: stores.createStore,
    holdSlot: shops.holdSlot,
    sourceUrl: shops.url,
    url: stores.url,
    async stop() {
      await stores.stop()
      await shops.stop()
    },
  }
}

/** What a server needs that many shops lie in at once, each with a slot. */
export const MANY_SHOPS = {
  max_replication_slots: '100',
  max_wal_senders: '100',
  max_connections: '400',
}

/** The source file of a shop of one table `item (id, net)`. */
export const PRICED_ITEM = `item:
  entity: product
  key: [id]
  columns:
    id: { type: int, as: product_id }
    net: { type: "decimal(12,2)", as: list_price }`

/** The source file of a shop of one table `item (id, note)`. */
export const NAMED_ITEM = `item:
  entity: product
  key: [id]
  columns:
    id: { type: int, as: product_id }
    note: { type: string, as: name }`
