import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type EmbeddedPostgres, findPostgres, startPostgres } from '../../shared/store/embedded.ts'
import { openShop, type Shop } from '../support/captured-shop.ts'
import { waitFor } from '../support/demo.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** A source that is restored from an older copy: its log goes on from before the place that was read. */
let postgres: TestPostgres
let folder: string
before(async () => {
  postgres = await startTestPostgres()
  folder = mkdtempSync(join(tmpdir(), 'cordage-restored-'))
})
after(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

const startSource = (name: string): Promise<EmbeddedPostgres> =>
  startPostgres({ home: join(folder, name), binaries: findPostgres(ROOT), settings: { fsync: 'off' } })

const TABLES = `item:
  entity: product
  key: [id]
  columns:
    id: { type: int, as: product_id }
    note: { type: string, as: name }`

/** A shop whose source was captured after a copy of it was taken, and which goes on from that copy. */
async function restore(work: (shop: Shop) => Promise<void>, rowsAfterwards: number): Promise<void> {
  let source = await startSource('first')
  const shop = await openShop(
    {
      ...postgres,
      async createDatabase(name) {
        await source.ensureDatabase(name)
        return source.url(name)
      },
    },
    {
      sql: `create table item (id int primary key, note text); insert into item values (1, 'before the copy')`,
      tables: TABLES,
    },
  )
  const { system } = shop.source
  try {
    shop.start()
    await shop.caughtUp()
    await shop.stop()
    await shop.sql.end()
    await source.stop()
    // With its owner, who is another user where we are root.
    execFileSync('cp', ['-a', join(folder, 'first'), join(folder, 'copy')])
    source = await startSource('first')
    await shop.moveTo(source.url(system))
    shop.start()
    await shop.sql.query(
      `insert into item select i, 'lost with the machine' from generate_series(100, 400) i`,
    )
    await shop.caughtUp()
    await shop.stop()
    await shop.sql.end()
    await source.stop()
    source = await startSource('copy')
    await shop.moveTo(source.url(system))
    await shop.sql.query(
      `insert into item select i, 'after the copy' from generate_series(1000, 1000 + ${rowsAfterwards}) i`,
    )
    shop.start()
    await work(shop)
  } finally {
    await shop.close().catch(() => {})
    await source.stop()
    for (const name of ['first', 'copy']) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

for (const [rows, what] of [
  [0, 'before the log has come where it was'],
  [5000, 'when its log has passed the place that was read'],
] as const)
  test(`a source restored from an older copy is a lost slot, ${what}; read again it is exact`, {
    timeout: 120_000,
  }, async () => {
    await restore(async shop => {
      const state = await waitFor('the loss', async () => {
        const state = await shop.state()
        return state?.state === 'lost' && state
      })
      assert.match(String(state.problem), /restored.*npm run snapshot -- shop/)
      await shop.readAgain()
      await shop.caughtUp()
      const { rows: expected } = await shop.sql.query<{ id: number }>('select id, note from item')
      assert.deepEqual(
        await shop.rows('item'),
        Object.fromEntries(expected.map(row => [String(row.id), row])),
      )
    }, rows)
  })
