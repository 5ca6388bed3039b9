import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import type { ShopEvent } from '../../stacks/demo/plan.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { simulateShop } from '../support/simulated-shop.ts'
import type { Change } from '../support/warehouse.ts'
import { addDays, endsOf, type Outcome, openCheckedLake } from './checked-lake.ts'

const OPENS_ON = '2026-08-31'
const HISTORY_DAYS = 300
/** Days on which something is unusual and right. */
const SALE_DAY = 20
const SALE_DISCOUNT = 0.2
const HOLIDAY = 30
const QUIET_DAY = 37
const NEW_LINE_DAY = 44
/** Products that are numbered so are new. */
const NEW_LINE = [9101, 9102, 9103, 9104, 9105]

/** Every day's build of the living shop, in the middle of its next day. @yields the date and how it came out */
export async function* checkCleanDays(days: number): AsyncGenerator<Outcome & { day: string }> {
  const home = mkdtempSync(join(tmpdir(), 'cordage-clean-'))
  const postgres = await startTestPostgres()
  try {
    const store = await postgres.createStore()
    const shop = await simulateShop(postgres, OPENS_ON, HISTORY_DAYS)
    const lake = openCheckedLake(home, store)
    const snapshot = await shop.snapshot()
    await lake.land([...snapshot, ...endsOf(snapshot)])
    let coming: Change[] = []
    for (let day = 0; day <= days; day++) {
      const date = addDays(OPENS_ON, day)
      coming.push(...(await shop.live(date, (events, client) => makeUnusual(events, day, client))))
      const now = `${date}T13:00:00-07:00`
      const landed = coming.filter(({ changedAt }) => changedAt < now)
      coming = coming.filter(({ changedAt }) => changedAt >= now)
      await lake.land(landed)
      if (day > 0) yield { day: date, ...(await lake.build(landed, now)) }
    }
    await shop.close()
  } finally {
    await postgres.stop()
    await rm(home, { recursive: true, force: true })
  }
}

type Order = Extract<ShopEvent, { kind: 'order' }>
const isOrder = (event: ShopEvent): event is Order => event.kind === 'order'

async function makeUnusual(events: ShopEvent[], day: number, client: pg.Client): Promise<ShopEvent[]> {
  const orders = events.filter(isOrder)
  const others = events.filter(event => !isOrder(event))
  if (day === HOLIDAY) return others
  if (day === QUIET_DAY) return [...others, ...orders.filter((_, at) => at % 12 === 0)].toSorted(bySecond)
  if (day === SALE_DAY) return [...others, ...sell(orders)].toSorted(bySecond)
  if (day === NEW_LINE_DAY) await addLine(client)
  if (day >= NEW_LINE_DAY)
    for (const [at, order] of orders.entries())
      if (at % 6 === 0)
        order.lines = [{ product: NEW_LINE[at % NEW_LINE.length] ?? 0, quantity: 1, discount: 0 }]
  return events
}

const bySecond = (a: ShopEvent, b: ShopEvent) => a.second - b.second

/** Three times the orders: other clients buy the same, for less. */
function sell(orders: Order[]): Order[] {
  const cheaper = orders.map(order => ({
    ...order,
    lines: order.lines.map(line => ({ ...line, discount: SALE_DISCOUNT })),
  }))
  const again = [1, 2].flatMap(turn =>
    cheaper.map((order, at) => ({
      ...order,
      second: order.second + turn,
      client: cheaper[(at + 7 * turn) % cheaper.length]?.client ?? order.client,
    })),
  )
  return [...cheaper, ...again]
}

async function addLine(client: pg.Client): Promise<void> {
  await client.query(
    `insert into dbo."Product" select id, 'EB-' || id, 'Electric ' || id, 'Electric', 'A bicycle with a motor.', 'Black', 700 + id % 7, 1399.99 + id % 7, 'Electric Bikes', 'E-Mobility'
     from unnest($1::int[]) as id`,
    [NEW_LINE],
  )
}
