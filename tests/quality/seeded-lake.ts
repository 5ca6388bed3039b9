import assert from 'node:assert/strict'
import { cpSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import checkQuality from '../../functions/model/check-quality/handler.ts'
import { openAlerts } from '../../shared/alerts/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { openObjects } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { type SimulatedShop, simulateShop } from '../support/simulated-shop.ts'
import { type Change, cover, makeRawLake } from '../support/warehouse.ts'
import type { Days, Seed } from './seeds.ts'

const DAY_MS = 86_400_000
/** Days before today that may be seeded, and whose changes are told otherwise. */
const SEEDED_DAYS = 10

const addDays = (date: string, days: number) =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)

export type Found = { check: string; severity: string; state: string; observed: string; keys: object[] }

/** A lake of the demo's living shop, from which each seeded build begins. */
export type SeededLake = {
  postgres: TestPostgres
  store: Store
  /** Builds the lake with these errors in it, and checks it. */
  buildWith(seeds: Seed[]): Promise<{ status: number; detail: string; failed: Found[]; tookMs: number }>
  close(): Promise<void>
}

/** Lets the shop live for `liveDays` after `history` days, up to the middle of a day. */
export async function makeSeededLake({
  history,
  liveDays,
}: {
  history: number
  liveDays: number
}): Promise<SeededLake> {
  const home = mkdtempSync(join(tmpdir(), 'cordage-quality-'))
  const postgres = await startTestPostgres()
  const store = await postgres.createStore()
  const opensOn = '2026-08-31'
  const shop = await simulateShop(postgres, opensOn, history)
  const base = join(home, 'base')
  const lake = makeRawLake(base)
  const snapshot = await shop.snapshot()
  await lake.land(snapshot)
  await lake.land([...new Set(snapshot.map(({ table }) => table))].map(table => ({ table, epoch: 1 })))
  const tail: Change[] = []
  for (let day = 0; day < liveDays; day++) {
    const changes = await shop.live(addDays(opensOn, day))
    if (day < liveDays - 1 - SEEDED_DAYS) await lake.land(changes)
    else tail.push(...changes)
  }
  const today = addDays(opensOn, liveDays - 1)
  const orderTimes = new Map<unknown, string>()
  // Whole days are told otherwise by one error only: each has another day.
  const seedDays = (turn: number): Days => ({
    today,
    day: addDays(today, -1 - (turn % SEEDED_DAYS)),
    turn: Math.floor(turn / SEEDED_DAYS),
    orderTimes,
  })
  // Today is not over: its second half has not happened yet.
  const past = tail.filter(({ changedAt }) => changedAt < `${today}T13`)
  for (const { table, op, row } of past)
    if (table === 'Order' && op === 'c') orderTimes.set(row.OrderID, String(row.OrderDate))
  let builds = 0

  return {
    postgres,
    store,
    async buildWith(seeds) {
      const startedAt = performance.now()
      const folder = join(home, `build-${builds++}`)
      cpSync(join(base, 'objects'), join(folder, 'objects'), { recursive: true })
      const changes = await tellChanges(
        shop,
        past,
        seeds.map((seed, turn) => ({ ...seed, days: seedDays(turn) })),
      )
      await makeRawLake(folder).land(changes)
      const last =
        changes
          .map(({ position }) => position)
          .toSorted()
          .at(-1) ?? ''
      await cover(store, last, `${today}T13:00:00-07:00`)
      const warehouse = openDuckdbWarehouse(join(folder, 'warehouse'))
      const objects = openObjects(pathToFileURL(join(folder, 'objects')).href)
      const surroundings = {
        resources: {
          store,
          objects,
          warehouse,
          alerts: openAlerts({ CORDAGE_HOME: folder, ALERT_URL: undefined }),
          sources: readSources(join(ROOT, 'sources')),
        },
        settings: { CORDAGE_HOME: folder },
      }
      const built = await (await startFunction(buildWarehouse, surroundings)).attempt({})
      assert.equal(built.status, 200, JSON.stringify(built.body))
      for (const [turn, { inBuild }] of seeds.entries())
        if (inBuild) await alter(warehouse.file, inBuild(seedDays(turn)))
      const checked = await (await startFunction(checkQuality, surroundings)).attempt({})
      const failed = await store.query<Found>(
        `select check_name as "check", severity, state, observed, keys from ops.quality_result
         where run_id = (select max(run_id) from ops.quality_run) and state <> 'passed' order by check_name`,
      )
      await rm(folder, { recursive: true, force: true })
      return {
        status: checked.status,
        detail: String(checked.body.detail),
        failed,
        tookMs: performance.now() - startedAt,
      }
    },
    async close() {
      await shop.close()
      await postgres.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** What lands of the last days, with what the seeds have done to it; the source itself stays as it was. */
async function tellChanges(
  shop: SimulatedShop,
  past: Change[],
  seeds: (Seed & { days: Days })[],
): Promise<Change[]> {
  let told = past
  for (const { retell, days } of seeds) if (retell) told = told.flatMap(change => retell(change, days) ?? [])
  await shop.client.query('begin')
  const done: Change[] = []
  for (const { sql, days } of seeds)
    if (sql) done.push(...(await shop.change(sql(days), `${days.today}T12:30:00`)))
  await shop.client.query('rollback')
  return [...told, ...done]
}

async function alter(file: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
