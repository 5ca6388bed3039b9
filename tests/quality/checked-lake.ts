import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import checkQuality from '../../functions/model/check-quality/handler.ts'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import { openAlerts } from '../../shared/alerts/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { type BuildTarget, openWarehouse } from '../../shared/warehouse/index.ts'
import { startFunction } from '../support/function.ts'
import { ROOT } from '../support/postgres.ts'
import { type Change, cover, makeRawLake } from '../support/warehouse.ts'

export type Found = { check: string; severity: string; state: string; observed: string; keys: object[] }

/** How a build came out. */
export type Outcome = {
  status: number
  detail: string
  failed: Found[]
  isPublished: boolean
  checkMs: number
  /** Files of alerts that are not over. */
  alerts: string[]
}

/** A lake in a folder, and what a connector would have called for it. @param url of the warehouse; by default DuckDB beside it */
export function openCheckedLake(folder: string, store: Store, url?: string) {
  const settings = {
    CORDAGE_HOME: folder,
    WAREHOUSE_URL: url === undefined ? undefined : new SecretUrl(url),
  }
  const warehouse = openWarehouse(settings)
  const surroundings = {
    resources: {
      store,
      objects: openObjects(pathToFileURL(join(folder, 'objects')).href),
      warehouse,
      alerts: openAlerts({ CORDAGE_HOME: folder, ALERT_URL: undefined }),
      sources: readSources(join(ROOT, 'sources')),
    },
    settings,
  }
  return {
    land: makeRawLake(folder).land,
    /** Builds what has landed of these changes and before, checks it, and tries to publish it. */
    async build(through: Change[], changedAt: string, inBuild: string[] = []): Promise<Outcome> {
      const positions = through.map(({ position }) => position).toSorted()
      await cover(store, positions.at(-1) ?? '', changedAt)
      const built = await (await startFunction(buildWarehouse, surroundings)).attempt({})
      assert.equal(built.status, 200, JSON.stringify(built.body))
      for (const sql of inBuild) await alter(await warehouse.finished(), sql)
      const checked = await (await startFunction(checkQuality, surroundings)).attempt({})
      const failed = await store.query<Found>(
        `select check_name as "check", severity, state, observed, keys from ops.quality_result
         where run_id = (select max(run_id) from ops.quality_run) and state <> 'passed' order by check_name`,
      )
      const published = await (await startFunction(publishMarts, surroundings)).call({})
      return {
        status: checked.status,
        detail: String(checked.body.detail),
        failed,
        isPublished: published.status === 200,
        checkMs: Number(checked.body.tookMs),
        alerts: await openAlertsIn(join(folder, 'outbox', 'alerts')),
      }
    },
  }
}

async function openAlertsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const open = await Promise.all(
    names.map(async name => JSON.parse(await readFile(join(folder, name), 'utf8')).endsAt === null),
  )
  return names.filter((_, at) => open[at])
}

async function alter(target: BuildTarget, sql: string): Promise<void> {
  assert.ok(target.engine === 'duckdb')
  const instance = await DuckDBInstance.create(target.file)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

/** Everything of a shop as it was read, and the end of that. */
export function endsOf(snapshot: Change[]): { table: string; epoch: number }[] {
  return [...new Set(snapshot.map(({ table }) => table))].map(table => ({ table, epoch: 1 }))
}

const DAY_MS = 86_400_000
export const addDays = (date: string, days: number) =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
