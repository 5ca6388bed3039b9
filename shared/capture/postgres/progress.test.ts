import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import { migrate } from '../../store/index.ts'
import { loadProgress } from './progress.ts'
import { compareIdentity, type TableIdentity } from './table-identity.ts'

const MIGRATIONS = fileURLToPath(new URL('../../store/migrations/', import.meta.url))
/** The last one of a store whose captures knew their tables by number alone. */
const BEFORE = '0020'

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

test('a capture of an older version goes on where it was, and reads nothing again', async () => {
  const older = join(mkdtempSync(join(tmpdir(), 'cordage-migrations-')), 'migrations')
  mkdirSync(older)
  for (const name of readdirSync(MIGRATIONS).filter(name => name.slice(0, 4) <= BEFORE))
    cpSync(join(MIGRATIONS, name), join(older, name))
  const store = postgres.openStore(await postgres.createDatabase('upgraded'))
  await migrate(store, pathToFileURL(`${older}/`))
  const position = '0003-00000000016b3748-00000003'
  await store.query(
    `insert into ingest.capture (system, state, epoch, slot, relations, confirmed_lsn, position) values
       ('shop', 'streaming', 3, 'cordage_shop', '{"item": "16395", "sale": "16401"}', '0/16B3748', $1),
       ('begun', 'snapshot', 1, 'cordage_begun', '{}', null, null)`,
    [position],
  )
  await migrate(store)
  const progress = await loadProgress(store, 'shop')
  assert.deepEqual(
    {
      ...progress,
      tables: { ...progress?.tables },
      reading: { ...progress?.reading },
      owed: { ...progress?.owed },
    },
    {
      state: 'streaming',
      slot: 'cordage_shop',
      server: undefined,
      epochs: [{ epoch: 3, from: 0n }],
      tables: {
        item: { epoch: 3, identity: { oid: '16395' } },
        sale: { epoch: 3, identity: { oid: '16401' } },
      },
      reading: {},
      confirmedLsn: 0x16b3748n,
      position,
      lastCommit: undefined,
      owed: {},
    },
  )
  const is: TableIdentity = { oid: '16395', published: '1', columns: {}, file: '2', leaves: {} }
  assert.deepEqual(compareIdentity({ oid: '16395' }, is), { kind: 'none' })
  assert.equal(compareIdentity({ oid: '16396' }, is).kind, 'all')
  assert.deepEqual(Object.keys((await loadProgress(store, 'begun'))?.tables ?? {}), [])
})
