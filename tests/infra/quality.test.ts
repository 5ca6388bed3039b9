import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startTrino, type TrinoServer } from '../../stacks/infra/trino.ts'
import { openCheckedLake } from '../quality/checked-lake.ts'
import { makeSeededChanges } from '../quality/seeded-lake.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** Of each way in which a check finds something. */
const SEEDS = [
  'half of a day missing',
  'another currency, times 0.9',
  'one territory has all orders',
  'a column suddenly empty',
  'a whole day missing',
  'a day loaded twice',
  'a table that stopped',
  'a line invoiced twice',
  'sales without their order',
  'a quantity times twelve',
  'dates of the future',
  'dates of long ago',
  'products deleted by the dozen',
  'products that move to another category',
  'a list price a thousand times too high',
  'a name in a wrong encoding',
  'names cut',
  'an unknown status',
  'impossible years of birth',
  "a test client's orders",
  'negative stock',
  'clients merged into one',
]

const home = mkdtempSync(join(tmpdir(), 'cordage-trino-checks-'))
let postgres: TestPostgres | undefined
let trino: TrinoServer | undefined

before(async () => {
  postgres = await startTestPostgres()
  trino = await startTrino({ home: join(home, 'trino'), password: 'p@ss:word/1' })
})
after(async () => {
  await trino?.stop()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

test('checks find the same on Trino as on DuckDB, row by row', async t => {
  assert.ok(postgres && trino)
  const { settled, changes, now } = await makeSeededChanges(postgres, { history: 120, liveDays: 16 }, SEEDS)
  const found: Record<string, unknown> = {}
  for (const [engine, url] of [
    ['duckdb', undefined],
    ['trino', trino.secureUrl],
  ] as const) {
    const lake = openCheckedLake(home, await postgres.createStore(engine), url)
    if (engine === 'duckdb') await lake.land([...settled, ...changes])
    const { status, detail, failed, isPublished, checkMs } = await lake.build(changes, now)
    t.diagnostic(`${engine}: checked in ${checkMs} ms`)
    assert.equal(status, 200, detail)
    assert.equal(isPublished, false)
    found[engine] = failed
  }
  assert.ok((found.duckdb as object[]).length > 20)
  assert.deepEqual(found.trino, found.duckdb)
})
