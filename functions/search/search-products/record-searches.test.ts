import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { dropOldOwnRows } from '../../../shared/capture/own/record.ts'
import { readSettings, type Settings } from '../../../shared/config/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeLogger, registry } from '../../../shared/telemetry/index.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import type { Found } from './query.ts'
import { toQueryKey } from './query-key.ts'
import type { Shown } from './ranking.ts'
import { makeSearchRecorder, type Search } from './record-searches.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
beforeEach(() => store.query('delete from ingest.own_change'))
after(() => postgres.stop())

const log = makeLogger({ level: 'silent' })

function show(count: number, given: Partial<Shown> = {}): Shown {
  const results = Array.from({ length: count }, (_, at) => ({ product_id: String(at + 1) }) as Found)
  return { results, ranking: 'plain', teams: null, ...given }
}

function search(given: Partial<Search> = {}): Search {
  const model = { name: 'm', version: '1' }
  return {
    ...{ searchId: randomUUID(), at: new Date('2026-01-02T03:04:05.678Z'), query: 'red gloves' },
    ...{ offset: 0, shown: show(3) },
    ...{ clientId: 'c-1', filters: { category: 'Gloves', priceMax: 50 }, language: 'en', tookMs: 1.5, model },
    ...given,
  }
}

async function record(
  settings: Partial<Settings>,
  ...searches: Search[]
): Promise<Record<string, string | null>[]> {
  const recorder = makeSearchRecorder(store, { ...readSettings({}), ...settings }, log)
  for (const each of searches) recorder.record(each)
  await recorder.close()
  const rows = await store.query<{ row: Record<string, string | null> }>(
    'select row from ingest.own_change order by number',
  )
  return rows.map(({ row }) => row)
}

test('a search is recorded whole before the function ends', async () => {
  const asked = search()
  assert.deepEqual(await record({}, asked), [
    {
      InteractionID: asked.searchId,
      OccurredAt: '2026-01-02T03:04:05.678Z',
      Action: 'search',
      SearchID: asked.searchId,
      ClientID: 'c-1',
      Query: 'red gloves',
      QueryKey: toQueryKey('red gloves') ?? '',
      Filters: '{"category":"Gloves","priceMax":50}',
      Language: 'en',
      ResultCount: '3',
      ZeroResults: 'f',
      Shown: '["1","2","3"]',
      ResultOffset: '0',
      Ranking: 'plain',
      Teams: null,
      Model: 'm',
      ModelVersion: '1',
      TookMs: '1.5',
    },
  ])
})

test('of a search that found nothing the texts of its filters are left out: they may be anything', async () => {
  const [row] = await record({}, search({ shown: show(0) }))
  assert.equal(row?.Filters, '{"category":null,"priceMax":50}')
  assert.equal(row?.ZeroResults, 't')
})

test('the text of a query is recorded, or kept for its days, only where the settings say so', async () => {
  const texts = () =>
    store.query<{ query: string; days: number }>(
      `select query, round(extract(epoch from expires_at - now()) / 86400)::int as days from search.query_text`,
    )
  const [off] = await record({ SEARCH_QUERIES: 'off' }, search())
  assert.equal(off?.Query, null)
  await record({ SEARCH_QUERIES: 'hashed' }, search())
  assert.deepEqual(await texts(), [])
  const odd = search({ query: 'red\0gloves' })
  await record({ SEARCH_QUERIES: 'kept', SEARCH_QUERY_DAYS: 7 }, odd, search({ query: '' }))
  assert.deepEqual(await texts(), [{ query: 'red gloves', days: 7 }])
  await dropOldOwnRows(store.query)
  assert.equal((await texts()).length, 1)
  await store.query("update search.query_text set expires_at = now() - interval '1 second'")
  await dropOldOwnRows(store.query)
  assert.deepEqual(await texts(), [])
})

test('what a page showed is recorded in its order, the first fifty, with the ranking that put each there', async () => {
  const [row] = await record(
    {},
    search({ offset: 20, shown: show(60, { ranking: 'interleaved', teams: 'pl-'.repeat(20) }) }),
  )
  const ids = JSON.parse(row?.Shown ?? '') as string[]
  assert.deepEqual([ids.length, ids[0], ids[49]], [50, '1', '50'])
  assert.deepEqual([row?.ResultOffset, row?.Ranking, row?.Teams?.length], ['20', 'interleaved', 50])
})

test('the same question has one key however it is typed, and none where texts are not recorded', async () => {
  const keys = async (settings: Partial<Settings>, ...queries: string[]) => {
    await store.query('delete from ingest.own_change')
    const rows = await record(settings, ...queries.map(query => search({ query })))
    return rows.map(({ QueryKey }) => QueryKey)
  }
  const [first, second, third] = await keys({}, 'red gloves', ' Red\t GLOVES', 'gloves red')
  assert.equal(first, second)
  assert.notEqual(first, third)
  assert.deepEqual(await keys({ SEARCH_QUERIES: 'off' }, 'red gloves'), [null])
  assert.deepEqual(await keys({}, ' '), [null])
})

test('keys are kept in the store only where a ranking is learnt, and each once', async () => {
  const kept = async () => (await store.query('select key from search.query_key')).map(({ key }) => key)
  await record({}, search())
  await record({ SEARCH_RANKING: 'learned', SEARCH_QUERIES: 'off' }, search())
  assert.deepEqual(await kept(), [])
  await record({ SEARCH_RANKING: 'interleaved' }, search(), search({ query: 'RED gloves' }), search())
  assert.deepEqual(await kept(), [toQueryKey('red gloves')])
})

const countDropped = async () => {
  const text = await registry.getSingleMetricAsString('cordage_searches_not_recorded_total')
  return Number(/_total (\d+)/.exec(text)?.[1] ?? 0)
}

test('while the store is away or too slow searches are dropped, and counted', async () => {
  const before = await countDropped()
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const recorder = makeSearchRecorder({ query } as unknown as Store, readSettings({}), log)
  for (let i = 0; i < 10_005; i++) recorder.record(search())
  assert.equal((await countDropped()) - before, 5)
  await recorder.close()
  assert.equal((await countDropped()) - before, 10_005)
})
