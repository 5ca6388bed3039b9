import type pg from 'pg'
import type { Source } from '../../config/index.ts'
import { describeError } from '../../errors/index.ts'
import type { Store } from '../../store/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { refuseProblems } from '../capture.ts'
import type { Catalog } from './catalog.ts'
import { inspectTables, slotOf } from './inspect.ts'
import { ourPublication, readSourceCatalog, withdrawHarmful } from './prepare.ts'
import { type Progress, saveRead } from './progress.ts'
import { parseLsn } from './replication.ts'
import { compareIdentity, identityOf } from './table-identity.ts'
import { readVisibility, type Visibility } from './visibility.ts'
import type { Mark } from './writer.ts'

type Look = { mark: Mark; visibility: Visibility; problem: string | undefined }

/**
 * Watches a source while it is streamed: where its log is, whether its tables are still the ones that were read, and
 * whether our publication makes its statements fail.
 */
export function makeWatch(options: {
  source: Source
  store: Store
  client: pg.Client
  catalog: Catalog
  plan: Progress
  log: Logger
}) {
  const { source, store, client, plan, log } = options
  let seen = textOf(options.catalog)

  /** @throws ConfigError, or Error where a table is to be read again: the next start of the capture does so */
  const inspect = async (): Promise<string | undefined> => {
    const catalog = await readSourceCatalog(client, source)
    const now = textOf(catalog)
    const { problems, hazards, unlisted } = inspectTables(catalog, source)
    const told = [...hazards, ...unlisted]
    if (hazards.length > 0) {
      const done = await withdrawHarmful(client, catalog, source).catch(error => [describeError(error)])
      log.error({ system: source.system, hazards, done }, 'statements of the source fail')
    }
    if (now !== seen) await compare(catalog)
    seen = now
    refuseProblems(
      source,
      problems.filter(problem => !told.includes(problem)),
    )
    return told.length > 0 ? told.join('; ') : undefined
  }

  const compare = async (catalog: Catalog) => {
    const publication = ourPublication(catalog, source)
    for (const table of source.tables) {
      const found = catalog.tables.get(table.name)
      const place = `table ${source.namespace}.${table.name}`
      if (!found) throw new Error(`${place} is no longer there: it was dropped or renamed`)
      const is = identityOf(table, found, publication)
      const reading = plan.reading[table.name]
      const read = plan.tables[table.name]
      const was = reading?.identity ?? read?.identity
      const difference = was && compareIdentity(was, is)
      if (difference?.kind === 'all') throw new Error(`${place} is read again: ${difference.because}`)
      if (difference?.kind === 'parts') throw new Error(`${place} has new partitions, which are read`)
      if (!reading && read) {
        plan.tables[table.name] = { ...read, identity: is }
        await saveRead(store.query, source.system, table.name, { ...read, identity: is })
      }
    }
  }

  return {
    async look(): Promise<Look> {
      const { rows } = await client.query<{ lsn: string; at: Date; visible: string }>(
        `select clock_timestamp() as at, pg_current_wal_flush_lsn()::text as lsn, pg_current_snapshot()::text as visible`,
      )
      const [place] = rows
      if (!place) throw new Error('the source did not report its position')
      // Read after the log's LSN: up to there all of the tables were streamed.
      const problem = await inspect()
      return {
        mark: { lsn: parseLsn(place.lsn), at: place.at },
        visibility: readVisibility(place.visible),
        problem,
      }
    },
    /** How much of its log the source keeps for us. */
    async noteRetention(): Promise<void> {
      const { rows } = await client.query<{ retained: string | null; limit: string | null }>(
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint as retained,
           nullif(pg_size_bytes(current_setting('max_slot_wal_keep_size')), -1) as limit
         from pg_replication_slots where slot_name = $1`,
        [slotOf(source)],
      )
      await store.query(
        'update ingest.capture set retained_bytes = $2, retained_limit_bytes = $3 where system = $1',
        [source.system, rows[0]?.retained ?? null, rows[0]?.limit ?? null],
      )
    },
  }
}

/** What is compared each time: all but the server's estimates and free slots. */
function textOf({ tables, publications }: Catalog): string {
  return JSON.stringify([[...tables], publications], (key, value) =>
    key === 'estimatedRows' ? undefined : value,
  )
}
