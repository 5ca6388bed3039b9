import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { dropOldOwnRows } from '../../../shared/capture/own/record.ts'
import { readSettings, type Settings } from '../../../shared/config/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeLogger, registry } from '../../../shared/telemetry/index.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
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

function search(given: Partial<Search> = {}): Search {
  const model = { name: 'm', version: '1' }
  return {
    ...{ searchId: randomUUID(), at: new Date('2026-01-02T03:04:05.678Z'), query: 'red gloves', results: 3 },
    ...{ clientId: 'c-1', filters: { category: 'Gloves', priceMax: 50 }, language: 'en', tookMs: 1.5, model },
    ...given,
  }
}

async function record(settings: Partial<Settings>, ...searches: Search[]): Promise<Record<string, string>[]> {
  const recorder = makeSearchRecorder(store, { ...readSettings({}), ...settings }, log)
  for (const each of searches) recorder.record(each)
  await recorder.close()
  const rows = await store.query<{ row: Record<string, string> }>(
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
      Filters: '{"category":"Gloves","priceMax":50}',
      Language: 'en',
      ResultCount: '3',
      ZeroResults: 'f',
      Model: 'm',
      ModelVersion: '1',
      TookMs: '1.5',
    },
  ])
})

test('of a search that found nothing the texts of its filters are left out: they may be anything', async () => {
  const [row] = await record({}, search({ results: 0 }))
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
