import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { SecretUrl } from '../../shared/config/index.ts'
import { connectPostgres } from '../../shared/store/index.ts'
import { DAY_MS, type History, readHistory } from './history.ts'
import { learnPace } from './pace.ts'
import { planDays, type ShopEvent } from './plan.ts'
import { SIMULATOR_FIRST_ID } from './simulator.ts'
import type { Story } from './stories.ts'
import { moveStock, type ShopDatabase, shipOrders, timeOf, writeEvents } from './write.ts'

/** The shop's, as sources/adventureworks.yml has it. */
export const TIME_ZONE = 'America/Los_Angeles'
/** Pause between two movements in the living shop. */
const PAUSE_MS = 3000

export type ShopOptions = {
  /** What is planted. */
  stories: Story[]
  /** Decides what happens: the same seed has the same orders at the same times. */
  seed: number
  /** Days of history that the shop has. */
  days: number
  history?: History | undefined
}

/** The bike retailer after its published history. */
export type Shop = ShopDatabase & {
  /** What happens, day by day. */
  plan: Generator<ShopEvent[]>
  /** The day up to which that was asked for, and what of it is to come. */
  planned: number
  coming: ShopEvent[]
}

/** What a clock in the shop shows, in milliseconds as if it were in UTC. @param today the date that it shows now, where that is not the real one */
export function makeShopClock(today?: string): () => number {
  const local = () => Date.parse(`${new Date().toLocaleString('sv-SE', { timeZone: TIME_ZONE })}Z`)
  const now = local()
  const ahead = today === undefined ? 0 : Date.parse(today) - (now - (now % DAY_MS))
  return () => local() + ahead
}

/** Opens the shop where it was left, or after its history. */
export async function openShop(
  client: pg.Client,
  { stories, seed, days, history = readHistory() }: ShopOptions,
): Promise<Shop> {
  await client.query(`
    create table if not exists sim.shop (last_day date not null, lived_until timestamp not null);
    insert into sim.shop select max("OrderDate")::date, max("OrderDate")::date + 1
      from dbo."Order" where "OrderID" < ${SIMULATOR_FIRST_ID} and not exists (select from sim.shop) having count(*) > 0`)
  const { rows } = await client.query<{ lastDay: number; livedUntil: number }>(
    `select extract(epoch from last_day)::float8 * 1000 as "lastDay", extract(epoch from lived_until)::float8 * 1000 as "livedUntil" from sim.shop`,
  )
  const [left] = rows
  if (!left) throw new Error('the shop has no orders to continue from')
  const next = async (table: string) => {
    const { rows } = await client.query<{ next: string }>(
      `select coalesce(max("${table}ID"), 0) + 1 as next from dbo."${table}" where "${table}ID" < ${SIMULATOR_FIRST_ID}`,
    )
    return Number(rows[0]?.next)
  }
  const shop: Shop = {
    client,
    next: {
      Order: await next('Order'),
      Sale: await next('Sale'),
      Client: await next('Client'),
      Return: await next('Return'),
    },
    lastDay: left.lastDay,
    plan: planDays({ history, pace: learnPace(history, days), stories, seed }),
    planned: 0,
    coming: [],
  }
  takeDue(shop, left.livedUntil)
  return shop
}

/** Takes out of the plan what happens until `now`. */
function takeDue(shop: Shop, now: number): ShopEvent[] {
  while (shop.lastDay + (shop.planned + 1) * DAY_MS <= now) {
    shop.coming.push(...shop.plan.next().value)
    shop.planned++
  }
  const due = shop.coming.findIndex(event => timeOf(shop, event) > now)
  return shop.coming.splice(0, due === -1 ? shop.coming.length : due)
}

/** What is due, by day. */
export const dueDays = (shop: Shop, now: number) => Map.groupBy(takeDue(shop, now), ({ day }) => day).values()

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  await work()
  await client.query('commit')
}

export type RunOptions = ShopOptions & { url: SecretUrl; clock: () => number; signal: AbortSignal }

/**
 * Lets the shop live, at the history's pace and in its pattern: first the days since it was left, each in one
 * transaction, then each thing that happens in one of its own.
 */
export async function runShop({ url, clock, signal, ...options }: RunOptions): Promise<void> {
  const client = await connectPostgres(url, { application_name: 'demo-shop' })
  try {
    const shop = await openShop(client, options)
    for (const events of dueDays(shop, clock())) {
      if (signal.aborted) return
      await inTransaction(client, () => writeEvents(shop, events))
    }
    while (!signal.aborted) {
      for (const event of takeDue(shop, clock()))
        await inTransaction(client, () => writeEvents(shop, [event]))
      await shipOrders(client, clock(), 1)
      await moveStock(client)
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  } finally {
    await client.end()
  }
}
