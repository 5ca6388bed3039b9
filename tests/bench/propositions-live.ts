import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { SecretUrl } from '../../shared/config/index.ts'
import { bundleFunction } from '../../stacks/bundle/bundle.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { listFunctions } from '../../stacks/project.ts'
import { startBundle } from '../conformance/server.ts'
import { type Demo, startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { ROOT } from '../support/postgres.ts'
import { quantile, report } from './report.ts'
import { callAll } from './search-load.ts'

const ORDERS = Number(process.env.ORDERS ?? 200)
const RATE = Number(process.env.RATE ?? 100)
const CALLS = Number(process.env.CALLS ?? 4000)
const CALLERS = 8
/** Between two calls of one caller, as people who look at what they got. */
const PAUSE_MS = 100

type Answer = {
  known: boolean
  propositions: unknown[]
  client: { bought: { productId: string; lastOn: string }[] } | null
}

/**
 * What recommend-products takes over the demo's 18,000 clients with eight callers at once, over HTTP, who never pause, and who do; and, while the simulator
 * makes RATE changes a second, from the commit of an order at the source until its product is in what the client's list is made of.
 */
const demo = await startDemo({ env: { DEMO_SHOP: 'still' } })
const client = new pg.Client({ connectionString: demo.source })
const abort = new AbortController()
try {
  await client.connect()
  await waitUntilCaughtUp(demo)
  await waitFor('the first propositions', async () => demo.printed().includes('propositions: '), 300_000)
  const { rows: clients } = await client.query<{ id: number }>(
    'select "ClientID" as id from dbo."Client" order by 1',
  )
  const { rows: products } = await client.query<{ id: number }>(
    'select distinct "ProductID" as id from dbo."OrderItem" order by 1',
  )
  report('propositions_clients', clients.length, 'clients')
  const random = makeRandom(5)
  const pick = <T>(values: T[]): T => values[Math.floor(random() * values.length)] as T
  await sleep(5000)
  await measureAnswers(demo, () => ({ clientId: String(pick(clients).id) }))

  const simulating = runSimulator({
    url: new SecretUrl(demo.source),
    rate: RATE,
    seed: 1,
    signal: abort.signal,
  })
  await sleep(5000)
  const followed: number[] = []
  for (let order = 0; order < ORDERS; order++) {
    const [buyer, product] = [pick(clients).id, pick(products).id]
    await placeOrder(client, { order: 5_000_000 + order, buyer, product })
    const committedAt = performance.now()
    const isIn = async () => {
      const answer = await demo.call<Answer>('recommend-products', {
        clientId: String(buyer),
        withHistory: true,
      })
      // The demo's shop is of years ago.
      return answer.client?.bought.some(
        ({ productId, lastOn }) => productId === String(product) && lastOn > '2020',
      )
    }
    while (!(await isIn())) {
      if (performance.now() - committedAt > 10_000)
        throw new Error(`order ${order} was not followed within 10 s`)
      await sleep(5)
    }
    followed.push(performance.now() - committedAt)
  }
  abort.abort()
  await simulating
  report('propositions_follow_p50', quantile(followed, 0.5), 'ms')
  report('propositions_follow_p99', quantile(followed, 0.99), 'ms', { atMost: 1000 })
} finally {
  abort.abort()
  await client.end()
  await demo.stop()
}

/** As the function's own server, as it is deployed, and in the demo's process, which runs all others as well. */
async function measureAnswers({ home, store, lake, gateway }: Demo, makeBody: () => object): Promise<void> {
  const folder = listFunctions(ROOT).find(({ name }) => name === 'recommend-products')
  if (!folder) throw new Error('there is no recommend-products')
  const bundle = await bundleFunction(folder, ROOT, join(home, 'dist'))
  const server = await startBundle(bundle, {
    CORDAGE_HOME: home,
    STORE_URL: store,
    OBJECTS_URL: pathToFileURL(dirname(lake)).href,
  })
  try {
    await measure('propositions', `${server.url}/`, makeBody, { atMost: 10 })
  } finally {
    server.kill()
  }
  await measure('propositions_demo', `${gateway}/function/recommend-products`, makeBody)
}

async function measure(
  name: string,
  url: string,
  makeBody: () => object,
  bound: { atMost?: number } = {},
): Promise<void> {
  const bodies = Array.from({ length: CALLS }, makeBody)
  await callAll(url, bodies.slice(0, CALLS / 4), { callers: CALLERS })
  const startedAt = performance.now()
  const unpaused = await callAll(url, bodies, { callers: CALLERS })
  report(`${name}_rate`, CALLS / ((performance.now() - startedAt) / 1000), '/s')
  report(`${name}_p50`, quantile(unpaused, 0.5), 'ms')
  report(`${name}_p99`, quantile(unpaused, 0.99), 'ms', bound)
  const paused = await callAll(url, bodies.slice(0, CALLS / 4), { callers: CALLERS, pauseMs: PAUSE_MS })
  report(`${name}_paused_p50`, quantile(paused, 0.5), 'ms')
  report(`${name}_paused_p99`, quantile(paused, 0.99), 'ms')
}

async function placeOrder(
  client: pg.Client,
  { order, buyer, product }: { order: number; buyer: number; product: number },
): Promise<void> {
  await client.query('begin')
  await client.query(
    `insert into dbo."Order" values ($1, 'SO' || $1::int, localtimestamp, $2, 1, 1, 'Placed')`,
    [order, buyer],
  )
  await client.query(
    `insert into dbo."OrderItem" select $1, 1, $2, 1, "ListPrice" from dbo."Product" where "ProductID" = $2`,
    [order, product],
  )
  await client.query('commit')
}
