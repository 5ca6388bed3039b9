import { type Capture, readSystemAgain, type SourceReport } from '../../shared/capture/index.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import { sqlServerCapture } from '../../shared/capture/sqlserver/index.ts'
import { formatLsn, readLsn } from '../../shared/capture/sqlserver/lsn.ts'
import { SecretUrl, type Source } from '../../shared/config/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Database, Readable } from '../../stacks/sqlserver-double/database/database.ts'
import { lsnToBytes } from '../../stacks/sqlserver-double/database/lsn.ts'
import { serveDouble } from '../../stacks/sqlserver-double/serve.ts'
import { waitFor } from './demo.ts'
import { type FollowedSource, followSource } from './follow-source.ts'

const capture: Capture = sqlServerCapture
const USER = { user: 'cordage', password: 'geh€im' }

const textOf = (lsn: string) => formatLsn(readLsn(lsnToBytes(lsn)))

/** A shop on a double of SQL Server, and what Cordage captures of it. */
export type SqlServerShop = FollowedSource & {
  database: Database
  source: Source
  /** The report of check-source. */
  check(): Promise<SourceReport>
  /** What `npm run snapshot` does. */
  readAgain(): Promise<void>
  /** The place in the log that everything is on the bus up to; undefined where nothing is, or a table is being read. */
  reached(): Promise<string | undefined>
  /** The capture job reads the log, and everything in it comes to the bus. @param whenLost what to do where changes were lost */
  caughtUp(whenLost?: () => Promise<void>): Promise<void>
}

export type ShopOptions = {
  system: string
  /** The source file's, as YAML below `tables:`. */
  tables: string
  /** More lines of the source file. */
  head?: string
  /** What is served in place of the database, such as a secondary of it. */
  served?: Readable
  /** Called right before the server answers a statement of that name. */
  onStatement?(name: string): void
}

export async function openSqlServerShop(
  store: Store,
  database: Database,
  { system, tables, head = '', served = database, onStatement }: ShopOptions,
): Promise<SqlServerShop> {
  const double = await serveDouble(served, { ...USER, ...(onStatement && { onStatement }) })
  const url = new SecretUrl(double.url)
  const source = parseSource(
    `${system}.yml`,
    `connection: ${system}\ncapture: sqlserver\ntimeZone: UTC\npollIntervalMs: 10\n${head}\ntables:\n${tables
      .split('\n')
      .map(line => `  ${line}`)
      .join('\n')}\n`,
  )
  const followed = await followSource({ capture, source, urlOf: () => url, store })

  const reached = async () => {
    const [row] = await store.query<{ log: string | null; places: string[] | null; isReading: boolean }>(
      `select progress -> 'log' ->> 'lsn' as log, reading <> '{}' as "isReading",
         (select array_agg(value ->> 'reached') from jsonb_each(progress -> 'followed')) as places
       from ingest.capture where system = $1 and state <> 'lost' and progress ? 'tables'`,
      [system],
    )
    if (!row?.log || row.isReading || row.places?.length !== source.tables.length) return undefined
    return [row.log, ...row.places].sort()[0]
  }

  /** Whether the entry that was read last is in the database's log: after a restore there is another one. */
  const isOfThisLog = async () => {
    const [row] = await store.query<{ lsn: string; at: string }>(
      `select progress -> 'log' ->> 'lsn' as lsn, progress -> 'log' ->> 'at' as at from ingest.capture where system = $1`,
      [system],
    )
    const { items = [], length = 0 } = database.state.cdc?.times ?? {}
    return items
      .slice(0, length)
      .some(({ startLsn, ended }) => textOf(startLsn) === row?.lsn && `${ended}Z` === row.at)
  }

  return {
    ...followed,
    database,
    source,
    check: () => capture.check(url, source),
    reached,
    readAgain: () => readSystemAgain(store, system),
    async caughtUp(whenLost) {
      while (database.scan() > 0);
      const end = textOf(database.writeEmptyEntry().startLsn)
      await waitFor(
        `${system} to be captured (${followed.failures.at(-1) ?? 'nothing failed'})`,
        async () => {
          if (whenLost && (await followed.state())?.state === 'lost') await whenLost()
          const place = await reached()
          // A table that is being read waits for the job to come to its place: with nothing to do it writes an entry now and then.
          if (place === undefined && database.scan() === 0) database.writeEmptyEntry()
          return place !== undefined && place >= end && (await isOfThisLog())
        },
        60_000,
      )
    },
    async close() {
      await followed.close()
      await double.close()
    },
  }
}
