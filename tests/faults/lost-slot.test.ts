import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { waitFor } from '../support/demo.ts'
import { type Fleet, makeFleet } from '../support/fleet.ts'
import { ROOT } from '../support/postgres.ts'

const run = promisify(execFile)
const SLOT = 'cordage_adventureworks'

let fleet: Fleet
let source: pg.Client
before(async () => {
  fleet = await makeFleet()
  source = new pg.Client({ connectionString: fleet.source.reveal() })
  await source.connect()
})
after(async () => {
  await source.end()
  await fleet.stop()
})

async function captureIs(state: string): Promise<{ epoch: number; problem: string | null }> {
  return waitFor(
    `the capture to be ${state}`,
    async () =>
      (
        await fleet.store.query<{ epoch: number; problem: string | null }>(
          'select epoch, problem from ingest.capture where state = $1',
          [state],
        )
      )[0],
  )
}

test('a slot that was made anew behind our back is lost, not streamed on; a new snapshot mends it', {
  timeout: 180_000,
}, async () => {
  fleet.start('capture')
  await captureIs('streaming')
  await fleet.kill('capture')
  await waitFor('the slot to be free', async () => {
    const { rowCount } = await source.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
      [SLOT],
    )
    return rowCount === 1
  })
  await source.query('update dbo."Product" set "ListPrice" = 7777 where "ProductID" = 214')
  await source.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [SLOT])

  fleet.start('capture')
  const { problem } = await captureIs('lost')
  assert.match(String(problem), /npm run snapshot -- adventureworks/)

  await run(process.execPath, ['stacks/local/snapshot.ts', 'adventureworks'], {
    cwd: ROOT,
    env: { ...process.env, STORE_URL: fleet.storeUrl.reveal(), CORDAGE_HOME: fleet.home },
  })
  assert.equal((await captureIs('streaming')).epoch, 2)
  const [row] = await fleet.store.query<{ value: string }>(
    `select value from bus.event e join bus.topic t on t.id = e.topic_id
     where t.name = 'cdc.adventureworks.Product' and key = '214' order by e.position desc limit 1`,
  )
  assert.match(String(row?.value), /"ListPrice":"7777/)
})
