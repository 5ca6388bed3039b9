import { setTimeout as sleep } from 'node:timers/promises'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { listFamily, readPss } from '../support/processes.ts'
import { report } from './report.ts'

/** The local stack as it stands: node, the guard, Postgres and its children, with the simulator at 5 changes a second and no dbt running. */
const SEARCHES = 200
const SETTLE_MS = Number(process.env.SETTLE_MS ?? 30_000)

const demo = await startDemo({ env: { DEMO_RATE: '5' } })
try {
  await waitUntilCaughtUp(demo, 100)
  await waitFor('the first forecast', async () => demo.printed().includes('forecast: '), 240_000)
  for (let i = 0; i < SEARCHES; i++) await demo.call('search-products', { query: `mountain bike ${i}` })
  await sleep(SETTLE_MS)
  const family = listFamily(demo.process.pid ?? 0).map(member => ({ ...member, bytes: readPss(member.pid) }))
  const isNode = ({ pid }: { pid: number }) => pid === demo.process.pid
  const sum = (members: { bytes: number }[]) => members.reduce((total, { bytes }) => total + bytes, 0) / 1e6
  report('memory_processes', family.length, 'processes')
  report('memory_node', sum(family.filter(isNode)), 'MB')
  report('memory_postgres', sum(family.filter(member => !isNode(member))), 'MB')
  report('memory_stack', sum(family), 'MB', { atMost: 900 })
} finally {
  await demo.stop()
}
