import assert from 'node:assert/strict'
import { cpSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { type SimulatedShop, simulateShop } from '../support/simulated-shop.ts'
import type { Change } from '../support/warehouse.ts'
import { addDays, endsOf, type Outcome, openCheckedLake } from './checked-lake.ts'
import type { Days, Seed } from './seed.ts'
import { SEEDS } from './seeds.ts'

const OPENS_ON = '2026-08-31'
/** Days before today that may be seeded, and whose changes are told otherwise. */
const SEEDED_DAYS = 10

/** A lake of the demo's living shop, from which each seeded build begins. */
export type SeededLake = {
  /** Builds the lake with these errors in it, checks it, and tries to publish it. */
  buildWith(seeds: Seed[]): Promise<Outcome>
  close(): Promise<void>
}

type Lived = { history: number; liveDays: number }

/** A shop that has lived until the middle of a day. */
async function liveToday(postgres: TestPostgres, { history, liveDays }: Lived) {
  const shop = await simulateShop(postgres, OPENS_ON, history)
  const snapshot = await shop.snapshot()
  const changes: Change[] = []
  for (let day = 0; day < liveDays; day++) changes.push(...(await shop.live(addDays(OPENS_ON, day))))
  const today = addDays(OPENS_ON, liveDays - 1)
  const now = `${today}T13:00:00-07:00`
  // Today is not over: its second half has not happened yet.
  const past = changes.filter(({ changedAt }) => changedAt < now)
  const firstSeeded = addDays(today, -SEEDED_DAYS)
  const orderTimes = new Map<unknown, string>()
  for (const { table, op, row } of past)
    if (table === 'Order' && op === 'c') orderTimes.set(row.OrderID, String(row.OrderDate))
  // Whole days are told otherwise by one error only: each has another day.
  const daysOf = (turn: number): Days => ({
    today,
    day: addDays(today, -1 - (turn % SEEDED_DAYS)),
    turn: Math.floor(turn / SEEDED_DAYS),
    orderTimes,
  })
  return {
    shop,
    now,
    settled: [...snapshot, ...endsOf(snapshot), ...past.filter(({ changedAt }) => changedAt < firstSeeded)],
    place: (seeds: Seed[]) => seeds.map((seed, turn) => ({ ...seed, days: daysOf(turn) })),
    tail: past.filter(({ changedAt }) => changedAt >= firstSeeded),
  }
}

/** Lets the shop live for `liveDays` after `history` days. */
export async function makeSeededLake(lived: Lived): Promise<SeededLake> {
  const home = mkdtempSync(join(tmpdir(), 'cordage-quality-'))
  const postgres = await startTestPostgres()
  const store = await postgres.createStore()
  const { shop, now, settled, tail, place } = await liveToday(postgres, lived)
  const base = join(home, 'base')
  await openCheckedLake(base, store).land(settled)
  let builds = 0
  return {
    async buildWith(seeds) {
      const folder = join(home, `build-${builds++}`)
      cpSync(join(base, 'objects'), join(folder, 'objects'), { recursive: true })
      const own = openCheckedLake(folder, store)
      const placed = place(seeds)
      const changes = await tellChanges(shop, tail, placed)
      await own.land(changes)
      const inBuild = placed.flatMap(({ inBuild, days }) => inBuild?.(days) ?? [])
      const outcome = await own.build(changes, now, inBuild)
      await rm(folder, { recursive: true, force: true })
      return outcome
    },
    async close() {
      await shop.close()
      await postgres.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** What a lake gets that has these errors, for tests that build it in their own way. */
export async function makeSeededChanges(postgres: TestPostgres, lived: Lived, names: string[]) {
  const { shop, now, settled, tail, place } = await liveToday(postgres, lived)
  const seeds = names.map(name => SEEDS.find(seed => seed.name === name) ?? assert.fail(name))
  const changes = await tellChanges(shop, tail, place(seeds))
  await shop.close()
  return { settled, changes, now }
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
