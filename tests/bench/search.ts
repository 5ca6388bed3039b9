import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import pg from 'pg'
import { makeRandom } from '../../stacks/demo/random.ts'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { quantile, report } from './report.ts'
import { post } from './search-load.ts'

/**
 * search-products from one caller over HTTP, the shop still: different queries, each embedded. Every other hundred is not
 * recorded, as a search that is asked again: what recording costs.
 */
const QUERIES = Number(process.env.QUERIES ?? 2000)
const SEED = 11
const BLOCK = 100

const demo = await startDemo({ env: { DEMO_SHOP: 'still' } })
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
try {
  await waitUntilCaughtUp(demo)
  await waitFor('the first forecast', async () => demo.printed().includes('forecast: '), 240_000)
  const queries = await makeQueries(demo.source)
  const kinds = new Map<string, number[]>()
  for (const { query } of queries.slice(0, 100)) await search(`${query} warm-up`)
  const all: number[] = []
  const unrecorded: number[] = []
  for (const [at, { kind, query }] of queries.entries()) {
    const isRecorded = Math.floor(at / BLOCK) % 2 === 0
    const start = performance.now()
    await search(query, isRecorded)
    const tookMs = performance.now() - start
    ;(isRecorded ? all : unrecorded).push(tookMs)
    kinds.set(kind, [...(kinds.get(kind) ?? []), tookMs])
  }
  report('search_queries', new Set(queries.map(({ query }) => query)).size, 'queries', { atLeast: QUERIES })
  report('search_p50', quantile(all, 0.5), 'ms')
  report('search_p99', quantile(all, 0.99), 'ms', { atMost: 15 })
  report('search_max', Math.max(...all), 'ms')
  report('search_unrecorded_p50', quantile(unrecorded, 0.5), 'ms')
  report('search_unrecorded_p99', quantile(unrecorded, 0.99), 'ms')
  for (const [kind, took] of kinds) report(`search_${kind}_p99`, quantile(took, 0.99), 'ms')
} finally {
  agent.destroy()
  await demo.stop()
}

function search(query: string, isRecorded = true): Promise<void> {
  const body = { query, ...(!isRecorded && { searchId: randomUUID() }) }
  return post(`${demo.gateway}/function/search-products`, agent, body)
}

/** What people type: words of the catalogue, misspelled ones, identifiers, phrases of descriptions, prices; none twice. */
async function makeQueries(source: string): Promise<{ kind: string; query: string }[]> {
  const client = new pg.Client({ connectionString: source })
  await client.connect()
  const { rows } = await client.query<{
    sku: string
    name: string
    category: string
    color: string | null
    description: string | null
  }>(
    `select "ProductNumber" as sku, "Name" as name, "Subcategory" as category, "Color" as color, "Description" as description from dbo."Product" order by 1`,
  )
  await client.end()
  const random = makeRandom(SEED)
  const pick = <T>(values: T[]): T => values[Math.floor(random() * values.length)] as T
  const words = [
    ...new Set(
      rows.flatMap(
        row => `${row.name} ${row.category} ${row.description ?? ''}`.match(/[A-Za-z]{4,}/g) ?? [],
      ),
    ),
  ]
  const misspell = (word: string) => {
    const at = 1 + Math.floor(random() * (word.length - 2))
    return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)
  }
  const makers: Record<string, () => string> = {
    words: () => [pick(words), pick(words)].join(' '),
    misspelled: () => [misspell(pick(words)), pick(words)].join(' '),
    identifier: () => pick(rows).sku,
    phrase: () => {
      const text = (pick(rows).description ?? pick(rows).name).split(' ')
      return text.slice(Math.floor(random() * text.length), 8 + Math.floor(random() * text.length)).join(' ')
    },
    price: () => `${pick(words)} ${pick(['under', 'over'])} ${Math.floor(random() * 2000)}`,
  }
  const kinds = Object.keys(makers)
  const queries = new Map<string, string>()
  for (let i = 0; queries.size < QUERIES; i++) {
    const kind = kinds[i % kinds.length] ?? 'words'
    const query = makers[kind]?.().trim() ?? ''
    // There are fewer identifiers than a fifth of the queries: then the others make up for them.
    if (query !== '') queries.set(query, queries.get(query) ?? kind)
  }
  return [...queries].map(([query, kind]) => ({ kind, query }))
}
