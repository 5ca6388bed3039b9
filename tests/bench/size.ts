import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { untilSnapshotIsThrough, untilThrough } from '../faults/kills.ts'
import { makeDataCentre } from '../infra/data-centre.ts'
import { compareLake } from '../support/equality.ts'
import { readPss } from '../support/processes.ts'
import { report } from './report.ts'

const ROWS = Number(process.env.ROWS ?? 2_000_000)
const MEGABYTES = 10

/**
 * What is large, through Debezium, Kafka and admission: one transaction of two million rows, and one row of ten
 * megabytes. All of it lands, or is parked with a reason, and no process of ours grows by it.
 */
const fleet = await makeDataCentre({ days: 5, connectors: { connector: ['consume'] } })
const client = new pg.Client({ connectionString: fleet.source.reveal() })
const ours = ['connector', 'admit-changes', 'land-changes', 'index-products']
const most = new Map(ours.map(name => [name, 0]))
const watch = setInterval(() => {
  for (const name of ours) most.set(name, Math.max(most.get(name) ?? 0, readPss(fleet.pidOf(name))))
}, 500)
try {
  for (const member of fleet.members) fleet.start(member)
  await client.connect()
  await untilSnapshotIsThrough(fleet)

  await client.query(
    'update dbo."Product" set "Description" = repeat(md5(random()::text), $1) where "ProductID" = (select min("ProductID") from dbo."Product")',
    [(MEGABYTES * 1024 * 1024) / 32],
  )
  const startedAt = performance.now()
  await client.query(
    `insert into dbo."Return" select 10000000 + n, current_date, 1 + (n % 10), 1 + (n % 293), 1 from generate_series(1, $1::int) n`,
    [ROWS],
  )
  for (let last = -1; ; ) {
    const [row] = await fleet.store.query<{ rows: string }>(
      `select coalesce(sum(events_read), 0) as rows from bus.coverage where "group" = 'land-changes' and topic = 'cdc.adventureworks.Return'`,
    )
    const rows = Number(row?.rows)
    if (rows >= ROWS) break
    if (rows === last && performance.now() - startedAt > 1_200_000) throw new Error(`${rows} rows landed`)
    last = rows
    await sleep(1000)
  }
  report('size.transaction', ROWS, 'rows')
  report('size.transaction.took', (performance.now() - startedAt) / 1000, 's')
  await untilThrough(fleet)
  const { source, store, home, lake } = fleet
  const { differences } = await compareLake({ source, store, home, lake, withLedger: false })
  const parked = await store.query<{ function: string; reason: string }>(
    'select function, reason from ops.parked',
  )
  for (const { function: name, reason } of parked) console.log(`# parked by ${name}: ${reason}`)
  report('size.differences', parked.length > 0 ? differences.length - 1 : differences.length, 'rows', {
    atMost: 0,
  })
  for (const [name, bytes] of most) report(`size.memory.${name}`, bytes / 1e6, 'MB', { atMost: 400 })
} finally {
  clearInterval(watch)
  await client.end()
  await fleet.stop()
}
