import assert from 'node:assert/strict'
import searchProducts from '../../functions/search/search-products/handler.ts'
import suggestProducts from '../../functions/search/suggest-products/handler.ts'
import { loadModels } from '../../shared/models/index.ts'
import { openStore } from '../../shared/store/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { readQueries } from '../relevance/judged.ts'
import { indexCatalogue, readCatalogue } from '../relevance/search-catalogue.ts'
import { startFunction } from '../support/function.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { quantile, report } from './report.ts'

/**
 * Whatever is typed has an answer, and soon: queries of every Unicode plane, of operators and quotes, of what is far too long,
 * of nothing but punctuation, and of judged queries taken apart, with filters, orders and pages by chance, one after another. Now
 * and then one is asked again, and has the same answer. What a query completes to is asked for as well.
 */
const QUERIES = Number(process.env.QUERIES ?? 5000)
const SEED = Number(process.env.SEED ?? 7)
const AGAIN_EVERY = 50
const LONGEST = 1000
const SIGNS = [
  ...[
    "'",
    '\\',
    '&',
    '|',
    '!',
    ':',
    '*',
    '(',
    ')',
    '<',
    '>',
    '"',
    '$',
    '%',
    ';',
    '--',
    '/*',
    '{',
    '}',
    '[',
    ']',
    '^',
    '~',
    '`',
  ],
  ...[
    '\0',
    '\n',
    '\t',
    '\u200b',
    '\ud800',
    '\udfff',
    '\ufeff',
    '\u202e',
    ':A',
    "'s",
    ' <-> ',
    ' or ',
    ' not ',
    ' no ',
    ' without ',
  ],
  ...[
    ' under ',
    ' over ',
    ' between ',
    ' size ',
    ' cheapest ',
    ' $1k ',
    ' 1,000.00 ',
    ' ｆｕｌｌ ',
    '🚲',
    'é',
    'ß',
    'İ',
    '手袋',
    'ถุงมือ',
  ],
]

const random = makeRandom(SEED)
const below = (limit: number) => Math.floor(random() * limit)
const pick = <T>(values: T[]): T => values[below(values.length)] as T
const many = (most: number, make: () => string, between = '') =>
  Array.from({ length: 1 + below(most) }, make).join(between)
const typed = readQueries('adventureworks').map(({ query }) => query)
const letters = () => String.fromCodePoint(97 + below(26))
const MAKERS: Record<string, () => string> = {
  planes: () => many(20, () => String.fromCodePoint(below(17) * 0x10000 + below(0x10000))),
  signs: () => many(12, () => pick(SIGNS)),
  broken: () => [...pick(typed)].map(letter => (random() < 0.15 ? pick(SIGNS) : letter)).join(''),
  joined: () => pick(typed) + pick(SIGNS) + pick(typed),
  words: () => many(200, () => pick(pick(typed).split(' ')), ' '),
  repeated: () => pick(typed).repeat(30),
  unbroken: () => many(LONGEST, letters),
  'single letters': () => many(480, letters, ' '),
  numbers: () => many(250, () => String(below(100_000)), pick([' ', '-', '.', ',', ''])),
  scripts: () =>
    many(200, () => pick(['自転車', '手袋', 'ถุงมือ', 'قفازات', 'כפפות', 'перчатки', 'handschuhe'])),
  nothing: () => pick(['', ' ', '.', '?!', '…', '\u00a0', '-', '"" ', "'"]),
}

const postgres = await startTestPostgres()
const models = await loadModels()
try {
  await postgres.createStore('any')
  const store = openStore(postgres.url('any'), { genericPlans: true })
  const catalogue = readCatalogue('adventureworks')
  const resources = { store, models, sources: [catalogue.source] }
  await indexCatalogue(catalogue, resources)
  const search = await startFunction(searchProducts, { resources })
  const suggest = await startFunction(suggestProducts, { resources })
  for (const query of typed.slice(0, 60)) await search.call({ query })
  const took = new Map<string, number[]>()
  let failed = 0
  const kinds = Object.keys(MAKERS)
  for (let at = 0; at < QUERIES; at++) {
    const kind = kinds[at % kinds.length] as string
    const query = (MAKERS[kind]?.() ?? '').slice(0, LONGEST)
    const input = { query, ...makeOptions() }
    const startedAt = performance.now()
    const { status, body } = await search.call(input)
    took.set(kind, [...(took.get(kind) ?? []), performance.now() - startedAt])
    if (status !== 200) failed += 1
    if (status !== 200 && failed <= 5) process.stdout.write(`# ${status} for ${JSON.stringify(input)}\n`)
    if (at % AGAIN_EVERY !== 0) continue
    assert.deepEqual(resultsOf(await search.call(input)), resultsOf({ body }), JSON.stringify(input))
    const completed = await suggest.call({ query: query.slice(0, 200) })
    if (completed.status !== 200) failed += 1
  }
  const all = [...took.values()].flat()
  report('search_any_queries', all.length, 'queries')
  report('search_any_failed', failed, 'queries', { atMost: 0 })
  report('search_any_p50', quantile(all, 0.5), 'ms')
  report('search_any_p99', quantile(all, 0.99), 'ms')
  report('search_any_max', Math.max(...all), 'ms', { atMost: 200 })
  for (const [kind, own] of took) report(`search_any_${kind.replace(' ', '_')}_max`, Math.max(...own), 'ms')
  await search.host.drain()
  await suggest.host.drain()
  await store.close()
} finally {
  await models.close()
  await postgres.stop()
}

function makeOptions(): object {
  if (random() < 0.5) return {}
  return pick<object>([
    { filters: { color: pick(['Red', 'red ', 'nothing', "'"]) } },
    { filters: { category: 'Bikes', priceMax: below(3000) } },
    { filters: { inStock: random() < 0.5 } },
    { sort: pick(['price', '-price', 'name', '-name']) },
    { group: 'model' },
    { limit: 100, offset: below(200) },
    { language: pick(['en', 'de', 'ja', 'pt-BR']) },
  ])
}

function resultsOf({ body }: { body: Record<string, unknown> }): unknown {
  const { results, facets, total } = body
  return { results, facets, total }
}
