import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import readMetric from '../../functions/report/read-metric/handler.ts'
import showSearches from '../../functions/report/show-searches/handler.ts'
import indexProducts from '../../functions/search/index-products/handler.ts'
import learnClicks from '../../functions/search/learn-clicks/handler.ts'
import searchFeedback from '../../functions/search/search-feedback/handler.ts'
import searchProducts from '../../functions/search/search-products/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import type { Settings } from '../../shared/config/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { makePrivacy } from '../../shared/privacy/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { CATALOGUE, makeEvent } from '../support/catalogue.ts'
import { passChecks } from '../support/checks.ts'
import { waitFor } from '../support/demo.ts'
import { startFunction } from '../support/function.ts'
import { makeCountingModels } from '../support/models.ts'
import { followOwnSystem, MASTER_KEY, readLanded } from '../support/own-system.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** People who search for a bell want the third that they are shown; some ask for what there is not. */
const SEARCHERS = 60
const SETTINGS = { SEARCH_QUERIES: 'kept', SEARCH_RANKING: 'interleaved' } satisfies Partial<Settings>

type Answer = { searchId: string; results: { productId: string }[] }

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const { models } = makeCountingModels()
const resources = () => ({ store, models, sources: [CATALOGUE] })

async function openSearch(settings: Partial<Settings>) {
  const search = await startFunction(searchProducts, { resources: resources(), settings })
  return {
    drain: () => search.host.drain(),
    async ask(input: object): Promise<Answer> {
      const { status, body } = await search.call(input)
      assert.equal(status, 200, JSON.stringify(body))
      return body as Answer
    },
  }
}

/** @returns the product that they want, and the order in which search has found it */
async function searchAndClick() {
  const search = await openSearch(SETTINGS)
  const feedback = await startFunction(searchFeedback, { resources: { store } })
  const { results } = await search.ask({ query: 'bell' })
  const order = results.map(({ productId }) => productId)
  const wanted = order[2]
  for (let searcher = 0; searcher < SEARCHERS; searcher++) {
    const query = searcher % 2 === 0 ? 'bell' : ' BELL'
    const { searchId } = await search.ask({ query, clientId: `c${searcher}` })
    assert.equal((await feedback.call({ searchId, productId: wanted, action: 'click' })).status, 202)
  }
  await search.ask({ query: 'canary-4711', clientId: 'c-1', filters: { color: 'none' } })
  await search.ask({ query: 'bell', clientId: 'c-1' })
  await search.drain()
  return { wanted, order }
}

test('from clicks to the order of the next answer, through the lake and the marts, and no text on the way', {
  timeout: 240_000,
}, async context => {
  const objects = openObjects(pathToFileURL(join(postgres.home, 'objects')).href)
  const index = await startFunction(indexProducts, { resources: resources() })
  const names = ['Bell of brass', 'Bell of steel', 'Bell of tin', 'Lock']
  await index.deliver(
    names.map((Name, at) =>
      makeEvent({
        table: 'Product',
        row: { ProductID: at + 1, Name, ProductNumber: `P-${at}` },
        commit: at + 1,
      }),
    ),
  )
  const connector = await followOwnSystem('first', { store, objects })
  context.after(connector.close)
  const { wanted, order } = await searchAndClick()
  assert.ok(order.length >= 3)
  await waitFor('the lake to have all of it', async () => {
    const [searches, actions] = [
      await readLanded(objects, 'Search'),
      await readLanded(objects, 'SearchFeedback'),
    ]
    return searches.length === SEARCHERS + 3 && actions.length === SEARCHERS
  })

  const warehouse = openDuckdbWarehouse(join(postgres.home, 'warehouse'))
  const build = await startFunction(buildWarehouse, {
    resources: { store, objects, warehouse, sources: readSources(join(ROOT, 'sources')) },
    settings: { CORDAGE_HOME: postgres.home },
  })
  const built = await build.attempt({})
  assert.equal(built.status, 200, JSON.stringify(built.body))
  await passChecks(store, warehouse)
  const published = await (await startFunction(publishMarts, { resources: { store, warehouse } })).call({})
  assert.equal(published.status, 200, JSON.stringify(published.body))

  await checkMarts()
  const learn = await startFunction(learnClicks, {
    resources: { store, privacy: makePrivacy(MASTER_KEY) },
    settings: SETTINGS,
  })
  const { body: learnt } = await learn.call({})
  assert.equal(learnt.state, 'learnt', JSON.stringify(learnt))
  assert.equal(learnt.queries, 1, JSON.stringify(learnt))

  const first = async (SEARCH_RANKING: Settings['SEARCH_RANKING']) => {
    const search = await openSearch({ SEARCH_RANKING })
    const { results } = await search.ask({ query: 'Bell' })
    await search.drain()
    return results[0]?.productId
  }
  assert.equal(await first('learned'), wanted)
  assert.equal(await first('plain'), order[0])
  const [left] = await store.query<{ found: number }>(
    `select (select count(*) from bus.event where value like '%canary%')::int
       + (select count(*) from mart.fct_search s where s::text like '%canary%')::int
       + (select count(*) from mart.agg_search_query q where q::text like '%canary%')::int as found`,
  )
  assert.equal(left?.found, 0)
})

/** What operators and metrics say of it. */
async function checkMarts() {
  const show = async (settings: Partial<Settings>) => {
    const { status, body } = await (
      await startFunction(showSearches, { resources: { store }, settings })
    ).call({})
    assert.equal(status, 200, JSON.stringify(body))
    return body as {
      searches: number
      zeroResultRate: number
      failing: Record<string, unknown>[]
    } & typeof body
  }
  const shown = await show(SETTINGS)
  assert.equal(shown.searches, SEARCHERS + 3)
  assert.ok(Math.abs(shown.zeroResultRate - 1 / (SEARCHERS + 3)) < 1e-3, String(shown.zeroResultRate))
  assert.ok(Math.abs(Number(shown.meanReciprocalRank) - 1 / 3) < 1e-3, String(shown.meanReciprocalRank))
  const [worst] = shown.failing
  assert.deepEqual(
    [worst?.text, worst?.searches, worst?.foundNothing, worst?.reformulated],
    ['canary-4711', 1, 1, 1],
  )
  assert.equal((shown.comparison as { winner: string }).winner, 'undecided')
  await store.query("update search.query_text set expires_at = now() - interval '1 second'")
  const [forgotten] = (await show({})).failing
  assert.deepEqual([forgotten?.text, forgotten?.queryKey], [null, worst?.queryKey])

  const metric = await startFunction(readMetric, { resources: { store } })
  const { body } = await metric.call({ metric: 'Nulltrefferquote', by: ['language'] })
  assert.ok((body.rows as object[]).length > 0, JSON.stringify(body))
}
