import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { compareOutcomes, estimateExamination } from '../../functions/search/learn-clicks/click-model.ts'
import { weighOutcomes } from '../../functions/search/learn-clicks/evidence.ts'
import { interleave } from '../../functions/search/search-products/interleave.ts'
import { toQueryKey } from '../../functions/search/search-products/query-key.ts'
import { loadModels, type Models } from '../../shared/models/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { judge, type Query, readQueries, scoreQueries, summarize } from './judged.ts'
import { openSearch, readCatalogue, searchCatalogue } from './search-catalogue.ts'
import { browse, makeImpressions, type Users } from './simulated-users.ts'

/** Simulated users of every second query; the others nobody has asked. */
const SEED = 20261127
const ROUNDS = [20, 80, 200]
const USERS_OF_COMPARISON = 3000
const SIGNIFICANT = 0.05

const catalogue = readCatalogue('adventureworks')
const queries = readQueries('adventureworks').filter(({ relevant }) => relevant.length > 0)
const asked = queries.filter((_, at) => at % 2 === 0)
const unasked = queries.filter((_, at) => at % 2 === 1)
const grades = new Map(queries.map(query => [query, judge(query, catalogue.products)]))
const gradesOf = (query: Query) => grades.get(query) ?? new Map<string, number>()

let postgres: TestPostgres
let models: Models
let store: Store
type Find = (query: string) => Promise<string[]>
let plain: Find
let learned: Find
let interleaved: Awaited<ReturnType<typeof openSearch>>
before(async () => {
  postgres = await startTestPostgres()
  models = await loadModels()
  store = await postgres.createStore()
  const find =
    (search: Awaited<ReturnType<typeof openSearch>>): Find =>
    async query =>
      (await search({ query })).results.map(({ productId }) => productId)
  plain = find(await searchCatalogue(catalogue, { store, models }))
  const open = (SEARCH_RANKING: 'learned' | 'interleaved') =>
    openSearch(catalogue, { store, models, settings: { SEARCH_RANKING } })
  learned = find(await open('learned'))
  interleaved = await open('interleaved')
})
after(async () => {
  await models.close()
  await postgres.stop()
})

async function keepEvidence(impressions: ReturnType<typeof makeImpressions>): Promise<number[]> {
  const examination = await estimateExamination(impressions.all(), new AbortController().signal)
  const evidence = weighOutcomes(compareOutcomes(impressions.all(), examination))
  await store.query('delete from search.click_evidence')
  await store.query(
    'insert into search.click_evidence select * from unnest($1::text[], $2::text[], $3::real[])',
    [
      evidence.map(({ queryKey }) => toQueryKey(queryKey) ?? ''),
      evidence.map(({ productId }) => productId),
      evidence.map(each => each.evidence),
    ],
  )
  return examination
}

const ndcg = async (of: Query[], find: Find) =>
  summarize(await scoreQueries(of, catalogue.products, find)).overall.ndcg

/** Users click, it is learnt, and the next ones see what was learnt. @returns nDCG@10 after each round */
async function learn(how: Omit<Users, 'random'>) {
  const users = { ...how, random: makeRandom(SEED) }
  const impressions = makeImpressions()
  await store.query('delete from search.click_evidence')
  const reached: { users: number; asked: number; unasked: number }[] = []
  let perQuery = 0
  let examination: number[] = []
  for (const count of ROUNDS) {
    for (const query of asked) {
      const shown = await learned(query.query)
      for (let user = 0; user < count; user++)
        impressions.add(query.query, shown, browse(shown, gradesOf(query), users))
    }
    perQuery += count
    examination = await keepEvidence(impressions)
    reached.push({
      users: perQuery,
      asked: await ndcg(asked, learned),
      unasked: await ndcg(unasked, learned),
    })
  }
  return { reached, examination }
}

const figures = (reached: { users: number; asked: number; unasked: number }[]) =>
  reached.map(
    ({ users, asked, unasked }) =>
      `after ${users} users a query ${asked.toFixed(3)} (unasked queries ${unasked.toFixed(3)})`,
  )

for (const look of ['patiently', 'briefly'] as const) {
  test(`clicks at random change nothing to speak of, of users who look ${look}`, {
    timeout: 120_000,
  }, async t => {
    const before = { asked: await ndcg(asked, plain), unasked: await ndcg(unasked, plain) }
    const { reached } = await learn({ clicks: 'at random', look })
    t.diagnostic(`nDCG@10 ${before.asked.toFixed(3)} (${before.unasked.toFixed(3)}), ${figures(reached)}`)
    for (const after of reached) {
      assert.ok(after.asked > before.asked - 0.01, JSON.stringify(after))
      assert.ok(after.unasked > before.unasked - 0.01, JSON.stringify(after))
    }
  })

  test(`what people click comes first once it is learnt, and other queries are answered as well as before, of users who look ${look}`, {
    timeout: 120_000,
  }, async t => {
    const before = { asked: await ndcg(asked, plain), unasked: await ndcg(unasked, plain) }
    const { reached, examination } = await learn({ clicks: 'by relevance', look })
    t.diagnostic(`nDCG@10 ${before.asked.toFixed(3)} (${before.unasked.toFixed(3)}), ${figures(reached)}`)
    t.diagnostic(`places are looked at ${examination.slice(0, 10).map(each => each.toFixed(2))}`)
    assert.ok((reached[0]?.asked ?? 0) > before.asked + 0.005, 'after a few users')
    assert.ok((reached.at(-1)?.asked ?? 0) > before.asked + 0.02, 'after many users')
    for (const after of reached) assert.ok(after.unasked > before.unasked - 0.01, JSON.stringify(after))
  })
}

/** Users see both orders as one. @returns which they prefer, and how probable that is between equal ones */
function compare(listsOf: (query: Query) => readonly [string[], string[]], users: Users) {
  const { random } = users
  const preferred = { plain: 0, learned: 0 }
  for (let user = 0; user < USERS_OF_COMPARISON; user++) {
    const query = asked[Math.floor(random() * asked.length)]
    if (!query) continue
    const shown = interleave(...listsOf(query), `${random()}`)
    const events = browse(
      shown.map(({ result }) => result),
      gradesOf(query),
      users,
    ).filter(({ worth }) => worth > 0)
    const count = (team: string) => events.filter(({ place }) => shown[place - 1]?.team === team).length
    const difference = count('l') - count('p')
    if (difference > 0) preferred.learned += 1
    if (difference < 0) preferred.plain += 1
  }
  return { ...preferred, p: signTest(preferred.plain, preferred.learned) }
}

/** Two-sided, exact. */
function signTest(one: number, other: number): number {
  const n = one + other
  let term = -n * Math.log(2)
  let tail = 0
  for (let k = 0; k <= Math.min(one, other); k++) {
    tail += Math.exp(term)
    term += Math.log(n - k) - Math.log(k + 1)
  }
  return Math.min(1, 2 * tail)
}

test('interleaving finds the better of two rankings, from either side, and decides nothing where clicks are random', async t => {
  const lists = new Map<Query, readonly [string[], string[]]>()
  for (const query of asked) lists.set(query, [await plain(query.query), await learned(query.query)])
  const listsOf = (query: Query) => lists.get(query) ?? ([[], []] as const)
  const swapped = (query: Query) => listsOf(query).toReversed() as unknown as readonly [string[], string[]]
  const random = makeRandom(SEED)
  const better = compare(listsOf, { clicks: 'by relevance', look: 'briefly', random })
  const worse = compare(swapped, { clicks: 'by relevance', look: 'briefly', random })
  const chance = compare(listsOf, { clicks: 'at random', look: 'briefly', random })
  t.diagnostic(`learned against plain: ${JSON.stringify({ better, worse, chance })}`)
  assert.ok(better.p < SIGNIFICANT && better.learned > better.plain)
  assert.ok(worse.p < SIGNIFICANT && worse.learned < worse.plain)
  assert.ok(chance.p > SIGNIFICANT)
})

test('interleaving stays undecided between equally good rankings, but for as many as chance decides', async t => {
  const lists = new Map<Query, string[]>()
  for (const query of asked) lists.set(query, await plain(query.query))
  const random = makeRandom(SEED)
  /** Neighbours change places at random, each time anew: no side is the better one. */
  const disturb = (list: string[] = []) =>
    list
      .map((id, at) => [at + 3 * random(), id] as const)
      .sort(([a], [b]) => a - b)
      .map(([, id]) => id)
  const decided = Array.from({ length: 100 }, () =>
    compare(query => [disturb(lists.get(query)), disturb(lists.get(query))], {
      clicks: 'by relevance',
      look: 'briefly',
      random,
    }),
  ).filter(({ p }) => p < SIGNIFICANT).length
  t.diagnostic(`${decided} of 100 comparisons of equal rankings were decided`)
  // Five are expected; more than twelve come by chance one time in a thousand.
  assert.ok(decided <= 12)
  const same = compare(query => [lists.get(query) ?? [], lists.get(query) ?? []], {
    clicks: 'by relevance',
    look: 'briefly',
    random,
  })
  assert.deepEqual(same, { plain: 0, learned: 0, p: 1 })
})

test('a search that is interleaved has the same order again, and its pages are those of one order', async () => {
  for (const { query } of asked.slice(0, 20)) {
    const searchId = randomUUID()
    const page = async (limit: number, offset = 0) =>
      (await interleaved({ query, limit, offset, searchId })).results.map(({ productId }) => productId)
    const whole = await page(30)
    assert.deepEqual([...(await page(10)), ...(await page(10, 10)), ...(await page(10, 20))], whole, query)
    assert.equal(new Set(whole).size, whole.length)
  }
})
