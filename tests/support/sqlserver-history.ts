import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { READ_ORDINAL } from '../../shared/capture/admission.ts'
import type { Change } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeCountedClock } from '../../stacks/sqlserver-double/database/clock.ts'
import { type Backup, type Database, makeDatabase } from '../../stacks/sqlserver-double/database/database.ts'
import type { Commit, Statement } from '../../stacks/sqlserver-double/database/transaction.ts'
import { waitFor } from './demo.ts'
import { DEFINITIONS, makePlain, type PlainChange, TABLES } from './sqlserver-plain.ts'
import { openSqlServerShop } from './sqlserver-shop.ts'

const STEPS = 30
/** Changes of tables are awkward in turn: each history has some of them. */
const RARE = 0.5

/**
 * Plays one random history against a double of SQL Server while it is captured, and compares what is on the bus with a plain
 * list of what happened: the rows of each table, and what each transaction after the last snapshot made of them.
 */
export async function playHistory(store: Store, seed: number): Promise<void> {
  const clock = makeCountedClock()
  const plain = makePlain(seed)
  const { random, below, pick } = plain
  const database = makeDatabase({
    name: 'shop',
    clock,
    allowsSnapshots: random() < 0.8,
    habits: { disordersSeqvals: random() < 0.5, losesBitsOfDeletes: random() < 0.5 },
  })
  for (const definition of DEFINITIONS) database.ddl.createTable(definition)
  const list: (PlainChange & { lsn: string })[] = []
  const instances = new Map<string, string[]>()
  let names = 0
  /** Names of instances are used again, as servers do that give none. */
  const enable = (table: string) => {
    const own = instances.get(table) ?? []
    const captureInstance = own.includes(table) ? `${table}_2` : table
    database.enableTable({ table, captureInstance })
    instances.set(table, [...own, captureInstance])
  }
  const commit = async () => {
    const { statements, changes } = plain.transaction()
    const { lsn } = await commitNow(database, statements)
    list.push(...changes.map(change => ({ ...change, lsn })))
  }
  for (let i = 0; i < 10; i++) await commit()
  database.enableCdc()
  for (const { name } of DEFINITIONS) enable(name)

  const between = makeBetween()
  const shop = await openSqlServerShop(store, database, {
    ...{ system: `shop${seed}`, tables: TABLES },
    onStatement: between.onStatement,
  })
  let isLost = false
  let backup:
    | {
        copy: Backup
        end: string
        rows: ReturnType<typeof plain.keep>
        listed: number
        instances: Map<string, string[]>
      }
    | undefined
  const restart = async () => {
    await shop.stop()
    shop.start()
  }
  /** Once the capture job has read the whole log. */
  const writeEmptyEntry = () => {
    while (database.scan() > 0);
    if (database.state.log.unread.length === 0) database.writeEmptyEntry()
  }
  const failOver = () => {
    database.failOver()
    database.job.add()
  }
  const whenFree = async (work: () => void) => {
    await waitFor('the table to be free', async () => {
      try {
        work()
        return true
      } catch (error) {
        if ((error as { number?: number }).number !== 1222) throw error
        return false
      }
    })
  }
  const common: [number, () => void | Promise<void>][] = [
    [14, commit],
    [6, () => void database.scan()],
    [3, () => void database.scan({ maxTransactions: 1 + below(3) })],
    [1, writeEmptyEntry],
    [1, () => clock.advance(below(1_000_000))],
    [2, restart],
    [1, failOver],
    [3, () => sleep(below(30))],
  ]
  const rare: (() => void | Promise<void>)[] = [
    () => {
      database.job.stop()
      if (random() < 0.7) database.job.start()
    },
    // What was read already is cleaned up.
    async () => {
      const before = await shop.reached()
      if (before) database.cleanUp({ before: before.replaceAll(':', '') })
    },
    async () => {
      const { name } = pick(DEFINITIONS)
      if ((instances.get(name)?.length ?? 0) < 2) await whenFree(() => enable(name))
    },
    () => {
      const { name } = pick(DEFINITIONS)
      const [oldest, newest] = instances.get(name) ?? []
      if (!oldest || !newest) return
      database.disableTable(oldest)
      instances.set(name, [newest])
    },
    // A tool disables a table's capture and enables it again.
    async () => {
      const { name } = pick(DEFINITIONS)
      for (const instance of instances.get(name) ?? []) database.disableTable(instance)
      instances.set(name, [])
      await commit()
      await whenFree(() => enable(name))
    },
    async () => {
      database.disableCdc()
      instances.clear()
      await commit()
      database.enableCdc()
      for (const { name } of DEFINITIONS) await whenFree(() => enable(name))
    },
    () => whenFree(() => database.ddl.addColumn('dbo.OrderItem', { name: `Extra${++names}`, type: 'int' })),
    () => whenFree(() => database.ddl.alterColumn('dbo.Client', 'Name', `varchar(${50 + ++names})`)),
    // Rows that were there have the column's default, and no change says so.
    async () => {
      const value = `d${++names}`
      await whenFree(() => {
        database.ddl.dropColumn('dbo.OrderItem', 'Comment')
        database.ddl.addColumn('dbo.OrderItem', { name: 'Comment', type: 'nvarchar(50)' }, value)
      })
      plain.setAll('OrderItem', 'Comment', value)
      await commit()
      const [oldest, newest] = instances.get('OrderItem') ?? []
      if (oldest && newest) {
        database.disableTable(oldest)
        instances.set('OrderItem', [newest])
      }
      await whenFree(() => enable('OrderItem'))
    },
    () => database.allowSnapshots(random() < 0.5),
    () => {
      const copied = new Map([...instances].map(([table, own]) => [table, [...own]]))
      backup = {
        copy: database.backUp(),
        end: database.logEnd(),
        rows: plain.keep(),
        listed: list.length,
        instances: copied,
      }
    },
    // Of a log that was read no further than a backup has it, nothing tells it from the one that is restored.
    async () => {
      const read = ((await shop.reached()) ?? '').replaceAll(':', '')
      if (!backup || read < backup.end.toLowerCase()) return
      database.restore(backup.copy)
      database.job.add()
      plain.giveBack(backup.rows)
      list.splice(backup.listed)
      instances.clear()
      for (const [table, own] of backup.instances) instances.set(table, own)
      backup = undefined
      isLost = true
      await commit()
    },
    // Away for longer than changes are kept.
    async () => {
      await shop.stop()
      await commit()
      while (database.scan() > 0);
      database.cleanUp({ before: database.writeEmptyEntry().startLsn })
      isLost = true
      shop.start()
    },
  ]
  const check = async () => {
    if (!database.server.job.exists) database.job.add()
    database.job.start()
    await shop.caughtUp(async () => {
      assert.ok(isLost, `changes were lost: ${shop.failures.join('; ')}`)
      await shop.readAgain()
    })
    for (const { name } of DEFINITIONS) {
      assert.deepEqual(await shop.rows(name), plain.rowsOf(name), `rows of ${name}`)
      await compareChanges(
        store,
        `cdc.${shop.source.system}.${name}`,
        list.filter(({ table }) => table === name),
      )
    }
  }

  try {
    shop.start()
    for (let step = 0; step < STEPS; step++) {
      const chosen = random() < RARE / 5 ? pick(rare) : pickWeighted(common, random())
      if (process.env.SHOW)
        console.log(
          step,
          String(chosen).slice(0, 120).replace(/\s+/g, ' '),
          database.logEnd(),
          await shop.reached(),
        )
      await (random() < 0.5 ? chosen() : between.run(1 + below(8), chosen))
      if (random() < 0.05) await check()
    }
    await check()
  } finally {
    await shop.close()
  }
}

/** At once where the tables are free: then nothing comes between. */
async function commitNow(database: Database, statements: readonly Statement[]): Promise<Commit> {
  try {
    return database.commit(statements)
  } catch (error) {
    if ((error as { number?: number }).number !== 1222) throw error
    return database.commitWhenFree(statements)
  }
}

/** Where no statement is sent, what waits for one is done all the same. */
const PATIENCE_MS = 200

/** Does things right before a statement of the capture is answered. */
function makeBetween() {
  let waiting: { left: number; start: () => void } | undefined
  return {
    onStatement() {
      if (!waiting || --waiting.left > 0) return
      waiting.start()
    },
    run: (nth: number, work: () => void | Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        const start = () => {
          waiting = undefined
          clearTimeout(timer)
          Promise.try(work).then(resolve, reject)
        }
        const timer = setTimeout(start, PATIENCE_MS)
        waiting = { left: nth, start }
      }),
  }
}

function pickWeighted<Item>(items: readonly [number, Item][], share: number): Item {
  let left = share * items.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, item] of items) {
    left -= weight
    if (left < 0) return item
  }
  return items[0]?.[1] as Item
}

type BusRow = { partition: number; key: string; type: string; position: string; value: string }

/**
 * The bus has each change once, in the order of the log, and after the table's last snapshot exactly those of the list: of each
 * transaction what it made of each key.
 */
async function compareChanges(
  store: Store,
  topic: string,
  list: (PlainChange & { lsn: string })[],
): Promise<void> {
  const events = await store.query<BusRow>(
    `select partition, key, type, position, value from bus.event e join bus.topic t on t.id = e.topic_id
     where t.name = $1 order by "offset"`,
    [topic],
  )
  for (const own of Map.groupBy(events, ({ partition }) => partition).values())
    for (const [i, { position }] of own.entries())
      assert.ok(
        i === 0 || position > (own[i - 1]?.position ?? ''),
        `${topic}: ${position} comes after a later one`,
      )
  const changes = events.filter(({ type }) => type === 'cordage.change.v1')
  assert.equal(
    new Set(changes.map(({ position }) => position)).size,
    changes.length,
    `${topic}: a change twice`,
  )
  const snapshot = events.findLast(({ type }) => type !== 'cordage.change.v1')?.position ?? ''
  const place = snapshot.slice(5, 25)
  const told = new Map<string, unknown>()
  for (const { key, position, value } of changes.sort((a, b) => (a.position < b.position ? -1 : 1))) {
    const isRead = Number.parseInt(position.slice(-8), 16) >= READ_ORDINAL
    if (position < snapshot || isRead) continue
    told.set(`${position.slice(5, 25)} ${key}`, (JSON.parse(value) as Change).after)
  }
  const happened = new Map(
    list.filter(({ lsn }) => lsn > place).map(({ lsn, key, row }) => [`${lsn} ${key}`, row]),
  )
  assert.deepEqual(
    Object.fromEntries([...told].sort()),
    Object.fromEntries([...happened].sort()),
    `changes of ${topic}`,
  )
}
