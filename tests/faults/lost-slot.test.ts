import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
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
          `select epoch, problem from ingest.capture where system = 'adventureworks' and state = $1`,
          [state],
        )
      )[0],
  )
}

test('a slot that was recreated behind our back is lost, not streamed on; a new snapshot mends it', {
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

  await run(process.execPath, ['stacks/local/read-again.ts', 'adventureworks'], {
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

test('a table that is recreated is read again, although its publication forgot it', {
  timeout: 120_000,
}, async () => {
  const { epoch } = await captureIs('streaming')
  await source.query(`drop table dbo."SpecialOffer";
    create table dbo."SpecialOffer" ("SpecialOfferID" integer primary key, "Description" text not null, "DiscountPct" numeric(10, 4) not null,
      "Type" text, "Category" text, "StartDate" timestamp, "EndDate" timestamp, "MinQty" integer, "MaxQty" integer);
    alter table dbo."SpecialOffer" replica identity full;
    insert into dbo."SpecialOffer" ("SpecialOfferID", "Description", "DiscountPct") values (77, 'a new table', 0.5)`)
  await waitFor('the new table to be read', async () => {
    const rows = await fleet.store.query(
      `select 1 from bus.event e join bus.topic t on t.id = e.topic_id where t.name = 'cdc.adventureworks.SpecialOffer' and key = '77'`,
    )
    return rows.length > 0
  })
  assert.equal((await captureIs('streaming')).epoch, epoch + 1)
})

test('a slot of our name that another installation created is left alone, however often we try', {
  timeout: 60_000,
}, async () => {
  await fleet.kill('capture')
  await fleet.store.query('delete from ingest.capture')
  fleet.start('capture')
  const slot = async () =>
    (await source.query(`select restart_lsn from pg_replication_slots where slot_name = $1`, [SLOT])).rows
  const before = await slot()
  await waitFor('the refusal in the log', async () =>
    /replication slot cordage_adventureworks that this installation did not create/g.test(
      readFileSync(join(fleet.home, 'logs', 'capture.log'), 'utf8'),
    ),
  )
  await sleep(3000)
  assert.equal(before.length, 1)
  assert.deepEqual(await slot(), before)
  assert.deepEqual(
    await fleet.store.query(`select 1 from ingest.capture where system = 'adventureworks'`),
    [],
  )
})
