import type pg from 'pg'
import { connectPostgres } from '../../shared/store/index.ts'
import { readHistory } from '../../stacks/demo/history.ts'
import { loadDemo } from '../../stacks/demo/load.ts'
import type { ShopEvent } from '../../stacks/demo/plan.ts'
import { dueDays, openShop, type Shop } from '../../stacks/demo/shop.ts'
import { readStories } from '../../stacks/demo/stories.ts'
import { moveStock, shipOrders, timeOf, writeEvents } from '../../stacks/demo/write.ts'
import type { TestPostgres } from './postgres.ts'
import { at, type Change } from './warehouse.ts'

/** The shop's clocks in summer, in which it is simulated. */
const OFFSET = '-07:00'
const SEED = 2017
const SNAPSHOT_COMMIT = 0x1000
const FIRST_COMMIT = 0x2000
/** What is shipped, and moved in the workshop, is looked after once in so many events. */
const CHORES_EVERY = 8

type Row = Record<string, unknown>
type Entry = { id: string; table_name: string; op: string; before: Row | null; after: Row | null }

/** Personal values as policy leaves them: none is in the clear. */
const TREATED: Record<string, (value: unknown) => unknown> = {
  FirstName: value => `sealed ${value}`,
  LastName: value => `sealed ${value}`,
  Email: value => value && `hash ${value}`,
  BirthDate: value => value && String(value).slice(0, 4),
}

function treat(table: string, row: Row): Row {
  if (table !== 'Client') return row
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, TREATED[name]?.(value) ?? value]),
  )
}

export type SimulatedShop = Awaited<ReturnType<typeof simulateShop>>

/**
 * The demo's living shop, day after day without waiting. What changes at its source is told as the lake would have it,
 * each change at the time by the shop's clocks.
 * @param opensOn the date at whose start everything is read once; what comes after is captured
 */
export async function simulateShop(postgres: TestPostgres, opensOn: string, days: number) {
  const url = await postgres.createDatabase(`simulated_${Math.random().toString(36).slice(2)}`)
  const history = readHistory()
  const told = { stories: readStories(), seed: SEED }
  await loadDemo(url, { today: new Date(`${opensOn}T00:00:00Z`), days, shop: told })
  const client = await connectPostgres(url)
  const shop: Shop = await openShop(client, { ...told, days, history })
  let seen = '0'

  const snapshot = async (): Promise<Change[]> => {
    const changes: Change[] = []
    const tables = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'dbo'::regnamespace and relkind = 'r' order by 1`,
    )
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: Row }>(`select to_jsonb(t) as row from dbo."${name}" t`)
      for (const [ordinal, { row }] of rows.entries())
        changes.push({
          table: name,
          op: 'r',
          position: at(SNAPSHOT_COMMIT, ordinal),
          changedAt: `${opensOn}T00:00:00${OFFSET}`,
          row: treat(name, row),
        })
    }
    return changes
  }

  /** What the ledger has noted since the last time. */
  const takeLedger = async (local: string): Promise<Change[]> => {
    const { rows } = await client.query<Entry>('select * from sim.ledger where id > $1 order by id', [seen])
    seen = rows.at(-1)?.id ?? seen
    return rows.map(({ id, table_name: table, op, before, after }) => ({
      table,
      op,
      position: at(FIRST_COMMIT + Number(id)),
      changedAt: `${local}${OFFSET}`,
      row: treat(table, after ?? before ?? {}),
    }))
  }
  const localTime = (time: number) => new Date(time).toISOString().slice(0, 19)

  return {
    client,
    shop,
    snapshot,
    /** Runs SQL at the source, at a time by the shop's clocks. */
    async change(sql: string, local: string): Promise<Change[]> {
      await client.query(sql)
      return await takeLedger(local)
    },
    /** Lives until the end of a date. `retell` makes of a day's events what happened instead. */
    async live(
      date: string,
      retell: (events: ShopEvent[], client: pg.Client) => ShopEvent[] | Promise<ShopEvent[]> = events =>
        events,
    ): Promise<Change[]> {
      const changes: Change[] = []
      for (const planned of dueDays(shop, Date.parse(`${date}T23:59:59Z`))) {
        const events = await retell(planned, client)
        for (const [index, event] of events.entries()) {
          const time = timeOf(shop, event)
          await client.query('begin')
          await writeEvents(shop, [event])
          if (index % CHORES_EVERY === 0) {
            await shipOrders(client, time)
            await moveStock(client)
          }
          await client.query('commit')
          changes.push(...(await takeLedger(localTime(time))))
        }
      }
      return changes
    },
    close: () => client.end(),
  }
}
