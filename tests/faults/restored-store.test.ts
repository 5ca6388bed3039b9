import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openShop } from '../support/captured-shop.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** The statements of docs/playbooks/restore.md for a store that is older than the lake, as they stand there. */
const STATEMENTS = [
  ...readFileSync(join(ROOT, 'docs/playbooks/restore.md'), 'utf8').matchAll(/--on store "(.+)"$/gm),
].map(([, sql]) => sql ?? '')

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

test("the playbook's statements for an older store begin later epochs and other offsets, and all is read again", {
  timeout: 60_000,
}, async () => {
  assert.equal(STATEMENTS.length, 2)
  const shop = await openShop(postgres, {
    sql: "create table item (id int primary key, note text); insert into item values (1, 'one'), (2, 'two')",
    tables: `item:
  entity: product
  key: [id]
  columns:
    id: { type: int, as: product_id }
    note: { type: string, as: name }`,
  })
  try {
    shop.start()
    await shop.caughtUp()
    await shop.stop()
    const before = await shop.state()
    const ids = () => shop.store.query('select bus_id from bus.topic')
    const busIds = await ids()
    for (const sql of STATEMENTS) await shop.store.query(sql)
    assert.notDeepEqual(await ids(), busIds)
    await shop.sql.query("delete from item where id = 1; insert into item values (3, 'three')")
    shop.start()
    await shop.caughtUp()
    assert.equal((await shop.state())?.epoch, (before?.epoch ?? 0) + 1001)
    assert.deepEqual(await shop.rows('item'), { 2: { id: 2, note: 'two' }, 3: { id: 3, note: 'three' } })
  } finally {
    await shop.close()
  }
})
