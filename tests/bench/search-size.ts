import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureGraphs } from '../../functions/search/index-products/graphs.ts'
import indexProducts from '../../functions/search/index-products/handler.ts'
import { loadModels } from '../../shared/models/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { bundleFunction } from '../../stacks/bundle/bundle.ts'
import { listFunctions } from '../../stacks/project.ts'
import { startBundle } from '../conformance/server.ts'
import { CATALOGUE, makeEvent } from '../support/catalogue.ts'
import { startFunction } from '../support/function.ts'
import { growCatalogue } from '../support/grown-catalogue.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { median, quantile, report } from './report.ts'
import { callAll, makeQueries, type Query } from './search-load.ts'
import { multiply } from './search-multiply.ts'
import { OTHERS, type Other, startOther } from './start-other.ts'

/**
 * A catalogue of EMBEDDED products, varied from real ones, indexed from nothing, and searched over HTTP from a bundle by one
 * caller and by eight, each query embedded; then the same queries again, which are known. Beside it, in the same run, plain
 * Postgres full text with pgvector and LanceDB's hybrid search, over the same texts and vectors. With PRODUCTS above EMBEDDED the
 * others are made of those that were embedded, with vectors between two of theirs.
 */
const EMBEDDED = Number(process.env.EMBEDDED ?? 43_000)
const PRODUCTS = Number(process.env.PRODUCTS ?? EMBEDDED)
const QUERIES = Number(process.env.QUERIES ?? 600)
const CALLERS = 8
const BATCH = 500
/** What an operator of such an index gives its Postgres. */
const SHARED_BUFFERS = PRODUCTS > 100_000 ? '4GB' : '512MB'
const isLarge = PRODUCTS > EMBEDDED
const memoryOf = (pid: number | undefined) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const postgres = await startTestPostgres({ shared_buffers: SHARED_BUFFERS })
try {
  const store = await postgres.createStore('search_size')
  const products = [...growCatalogue(EMBEDDED)]
  await build(store)
  report('search_size_products', PRODUCTS, 'products')
  const queries = makeQueries(products, QUERIES)
  await measureSearch(queries)
  if (!isLarge) for (const other of OTHERS) await measureOther(other, queries)
} finally {
  await postgres.stop()
}

/** Indexes everything, as the connector hands it over. */
async function build(store: Store): Promise<void> {
  const models = await loadModels()
  const index = await startFunction(indexProducts, {
    resources: { store, models, sources: [CATALOGUE] },
    settings: {},
  })
  const startedAt = performance.now()
  let events: ReturnType<typeof makeEvent>[] = []
  let commit = 0
  for (const row of growCatalogue(EMBEDDED)) {
    events.push(makeEvent({ table: 'Product', row, commit: ++commit }))
    if (events.length < BATCH && commit < EMBEDDED) continue
    await index.deliver(events)
    events = []
    if (commit % 5000 === 0) process.stdout.write(`# ${commit} indexed\n`)
  }
  await index.host.drain()
  if (isLarge) await multiply(store, [models.english, models.multilingual], PRODUCTS, CATALOGUE.system)
  const indexed = performance.now()
  await ensureGraphs(store, models)
  const ended = performance.now()
  if (!isLarge) report('search_size_built', (ended - startedAt) / 1000, 's', { atMost: 150 })
  report('search_size_graphs_built', (ended - indexed) / 1000, 's')
  await models.close()
  await store.query('vacuum analyze')
}

async function measureSearch(queries: Query[]): Promise<void> {
  const folder = listFunctions(ROOT).find(({ name }) => name === 'search-products')
  assert.ok(folder)
  const bundle = await bundleFunction(folder, ROOT, join(postgres.home, 'dist'))
  const server = await startBundle(bundle, {
    CORDAGE_HOME: postgres.home,
    SOURCES: join(ROOT, 'sources'),
    STORE_URL: postgres.url('search_size').reveal(),
  })
  try {
    await warmUp(`${server.url}/`, queries)
    const bounds = isLarge ? { p99: 60 } : { p50: 6, p99: 20 }
    await measure('search_size', `${server.url}/`, queries, bounds)
    await measure('search_size_known', `${server.url}/`, queries)
    report('search_size_memory', memoryOf(server.process.pid), 'MB')
  } finally {
    server.kill()
  }
}

async function measureOther(kind: Other, queries: Query[]): Promise<void> {
  const other = await startOther(kind, postgres.url('search_size'), join(postgres.home, kind))
  if (!other) return void process.stdout.write(`# ${kind} is not installed: make setup-bench\n`)
  try {
    await warmUp(other.url, queries)
    await measure(`search_size_${kind}`, other.url, queries)
  } finally {
    await other.stop()
  }
}

const toBody = ({ query, filters }: Query) => ({ query, filters })

/** Other queries, so that every statement is planned on every connection, and the vocabulary is there. */
async function warmUp(url: string, queries: Query[]): Promise<void> {
  const others = queries.slice(0, 120).map(one => ({ ...one, query: `${one.query} x` }))
  await callAll(url, others.map(toBody), { callers: CALLERS })
  await sleep(3000)
  await callAll(
    url,
    others.map(one => toBody({ ...one, query: `${one.query} y` })),
    { callers: CALLERS },
  )
}

async function measure(
  name: string,
  url: string,
  queries: Query[],
  bounds: { p50?: number; p99?: number } = {},
): Promise<void> {
  const half = queries.length / 2
  const [alone, together] = [queries.slice(0, half), queries.slice(half)]
  const one = await callAll(url, alone.map(toBody), { callers: 1 })
  report(`${name}_one_p50`, median(one), 'ms')
  report(`${name}_one_p99`, quantile(one, 0.99), 'ms')
  const startedAt = performance.now()
  const all = await callAll(url, together.map(toBody), { callers: CALLERS })
  report(`${name}_rate`, (together.length / (performance.now() - startedAt)) * 1000, '/s')
  report(`${name}_p50`, median(all), 'ms', bounds.p50 === undefined ? {} : { atMost: bounds.p50 })
  report(`${name}_p99`, quantile(all, 0.99), 'ms', bounds.p99 === undefined ? {} : { atMost: bounds.p99 })
  for (const [kind, own] of Map.groupBy(alone, query => query.kind))
    report(`${name}_one_${kind}`, median(own.map(query => one[alone.indexOf(query)] ?? Number.NaN)), 'ms')
}
