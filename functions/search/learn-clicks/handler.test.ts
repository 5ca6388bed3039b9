import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { makeOwnSource } from '../../../shared/capture/own/source.ts'
import { makePrivacy } from '../../../shared/privacy/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import learnClicks from './handler.ts'

const privacy = makePrivacy(Buffer.alloc(32, 7))
const vault = privacy.vaultOf('cordage')
const table = makeOwnSource().tables.find(({ name }) => name === 'Search')
const toLakeKey = (key: string) => table && String(vault.treat(table, { QueryKey: key }, undefined).QueryKey)

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const start = (SEARCH_RANKING: 'plain' | 'learned' | 'interleaved' = 'learned') =>
  startFunction(learnClicks, {
    resources: { store, privacy },
    settings: { SEARCH_RANKING },
  })

/** The marts that it reads, as far as it reads them, without any row. */
beforeEach(async () => {
  await store.query('delete from ops.mart')
  await store.query('truncate search.click_evidence, search.query_key')
  await store.query('drop schema if exists mart_1 cascade')
  await store.query('create schema mart_1')
  await store.query(
    `create table mart_1.fct_search (search_id text, query_key text, shown text, result_offset integer,
       searched_at timestamptz, source_system text)`,
  )
  await store.query('create table mart_1.fct_client_interaction (search_id text, product_id text, kind text)')
  await store.query(
    `insert into ops.mart (mart, schema_number, rows, columns, description, built_at, versions)
     select mart, 1, 0, '[]', '', now(), '{}' from unnest('{fct_search,fct_client_interaction}'::text[]) as m (mart)`,
  )
  await store.query("insert into search.query_key (key) values ('bell'), ('lock')")
})

type Searches = {
  key?: string
  count: number
  shown?: string[]
  /** Of each search. */
  told?: [productId: string, kind: string][]
  daysAgo?: number
}

let number = 0
async function search({ key = 'bell', count, shown = ['1', '2', '3'], told = [], daysAgo = 0 }: Searches) {
  const ids = Array.from({ length: count }, () => `s${++number}`)
  await store.query(
    `insert into mart_1.fct_search
     select id, $2, $3, 0, now() - make_interval(days => $4), 'cordage' from unnest($1::text[]) as s (id)`,
    [ids, toLakeKey(key), JSON.stringify(shown), daysAgo],
  )
  for (const [productId, kind] of told)
    await store.query(
      'insert into mart_1.fct_client_interaction select id, $2, $3 from unnest($1::text[]) as s (id)',
      [ids, productId, kind],
    )
}

async function learn(): Promise<Record<string, number>> {
  const { status, body } = await (await start()).call({})
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.state, 'learnt')
  const rows = await store.query<{ name: string; evidence: number }>(
    `select query_key || ' ' || product_id as name, evidence from search.click_evidence`,
  )
  return Object.fromEntries(rows.map(({ name, evidence }) => [name, evidence]))
}

test('what is clicked although it stands below others counts for it, and against them; a repeat learns the same', async () => {
  await search({ count: 60, told: [['3', 'click']] })
  const learnt = await learn()
  assert.ok((learnt['bell 3'] ?? 0) > 0.5, JSON.stringify(learnt))
  assert.ok((learnt['bell 1'] ?? 0) < 0, JSON.stringify(learnt))
  assert.deepEqual(Object.keys(await learn()), Object.keys(learnt))
})

test('one click does nothing, nor do clicks that the places alone explain', async () => {
  await search({ count: 1, told: [['3', 'click']] })
  assert.deepEqual(await learn(), {})
  await search({ count: 90 })
  await search({ count: 60, told: [['1', 'click']] })
  await search({ count: 30, told: [['2', 'click']] })
  await search({ count: 20, told: [['3', 'click']] })
  assert.deepEqual(await learn(), {})
})

test('an order counts for more than a click, and a dismissal against', async () => {
  const some = { count: 40, shown: ['1', '2', '3', '4'] }
  await search({ ...some, told: [['2', 'click']] })
  await search({ ...some, told: [['3', 'order']] })
  await search({ ...some, told: [['4', 'dismiss']] })
  const learnt = await learn()
  assert.ok((learnt['bell 3'] ?? 0) > (learnt['bell 2'] ?? 0), JSON.stringify(learnt))
  assert.ok((learnt['bell 4'] ?? 0) < 0, JSON.stringify(learnt))
})

test('clicks of long ago count for less, and those of over half a year for nothing', async () => {
  await search({ count: 60, told: [['1', 'click']], daysAgo: 30 })
  await search({ count: 60, told: [['3', 'click']], daysAgo: 30 })
  const old = (await learn())['bell 3'] ?? 0
  await store.query('update mart_1.fct_search set searched_at = now()')
  const fresh = (await learn())['bell 3'] ?? 0
  assert.ok(fresh > old && old > 0, JSON.stringify({ old, fresh }))
  await store.query("update mart_1.fct_search set searched_at = now() - interval '200 days'")
  assert.deepEqual(await learn(), {})
})

test('of a query that nobody has asked since the switch was set nothing is kept, but what its products attract is', async () => {
  await store.query("delete from search.query_key where key = 'lock'")
  for (const key of ['lock', 'bell', 'horn']) await search({ key, count: 60, told: [['3', 'click']] })
  const learnt = await learn()
  assert.ok('bell 3' in learnt && ' 3' in learnt, JSON.stringify(learnt))
  assert.ok(!Object.keys(learnt).some(name => /lock|horn/.test(name)), JSON.stringify(learnt))
})

test('where the ranking is plain, or nothing has been published, nothing is learnt and what was stays', async () => {
  await store.query("insert into search.click_evidence values ('bell', '1', 0.5)")
  await search({ count: 60, told: [['3', 'click']] })
  assert.equal((await (await start('plain')).call({})).body.state, 'off')
  await store.query('delete from ops.mart')
  assert.equal((await (await start()).call({})).body.state, 'no_marts')
  assert.equal((await store.query('select from search.click_evidence')).length, 1)
})

test('two that learn at once leave what one would', async () => {
  await search({ count: 60, told: [['3', 'click']] })
  const expected = Object.keys(await learn()).length
  const functions = await Promise.all([start(), start('interleaved')])
  const answers = await Promise.all(functions.map(each => each.call({})))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  assert.equal((await store.query('select from search.click_evidence')).length, expected)
})

test('while the store is away it is an outage', async () => {
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const { status } = await (
    await startFunction(learnClicks, {
      resources: { store: { query } as unknown as Store, privacy },
      settings: { SEARCH_RANKING: 'learned' },
    })
  ).call({})
  assert.equal(status, 503)
})
