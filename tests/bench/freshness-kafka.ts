import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { makeRandom } from '../../stacks/demo/random.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { untilSnapshotIsThrough } from '../faults/kills.ts'
import { makeDataCentre } from '../infra/data-centre.ts'
import { quantile, report } from './report.ts'

const UPDATES = Number(process.env.UPDATES ?? 900)
const RATE = Number(process.env.RATE ?? 500)
/** Kafka and Connect take so long to compile what they run, on two cores that the rest needs as well: told apart. */
const WARM_MS = 60_000

/**
 * Single changes while the simulator makes 500 a second, through Debezium, Kafka and admission: from a change's commit at
 * the source until the search index, which search-products answers from, has it. Every second one is of a table that
 * nobody else changes.
 */
const fleet = await makeDataCentre({
  days: 20,
  connectors: { 'connector-1': ['consume'], 'connector-2': ['consume'] },
})
const client = new pg.Client({ connectionString: fleet.source.reveal() })
const abort = new AbortController()
try {
  for (const member of fleet.members) fleet.start(member)
  await client.connect()
  await untilSnapshotIsThrough(fleet)
  const startedAt = performance.now()
  const simulating = runSimulator({ url: fleet.source, rate: RATE, seed: 1, signal: abort.signal })
  await sleep(15_000)
  const { rows: products } = await client.query<{ id: number }>(
    'select "ProductID" as id from dbo."Product" order by 1',
  )
  const { rows: texts } = await client.query<{ model: string; culture: string }>(
    'select "Model" as model, "Culture" as culture from dbo."ProductDescription" order by 1, 2',
  )
  const random = makeRandom(7)
  const pick = <T>(values: T[]) => values[Math.floor(random() * values.length)] as T
  const all: Record<string, number[]> = { first_minute: [], busy: [], idle: [] }
  for (let i = 0; i < UPDATES; i++) {
    const mark = `fresh ${i}`
    const isWarm = performance.now() - startedAt > WARM_MS
    const samples = (table: string) => all[isWarm ? table : 'first_minute'] ?? []
    if (i % 2 === 0) {
      const { id } = pick(products)
      await client.query('update dbo."Product" set "Color" = $2 where "ProductID" = $1', [id, mark])
      samples('busy').push(
        await untilIndexed('select 1 from search.product where product_id = $1 and color = $2', [
          String(id),
          mark,
        ]),
      )
    } else {
      const { model, culture } = pick(texts)
      await client.query(
        'update dbo."ProductDescription" set "Description" = $3 where "Model" = $1 and "Culture" = $2',
        [model, culture, mark],
      )
      samples('idle').push(
        await untilIndexed(
          'select 1 from search.product_text where model = $1 and culture = $2 and description = $3',
          [model, culture, mark],
        ),
      )
    }
    await sleep(20)
  }
  abort.abort()
  const changes = await simulating
  report('freshness_kafka.rate', (changes / (performance.now() - startedAt)) * 1000, 'changes/s', {
    atLeast: RATE * 0.95,
  })
  for (const [name, values] of Object.entries(all)) {
    report(`freshness_kafka.${name}_p50`, quantile(values, 0.5), 'ms')
    report(`freshness_kafka.${name}_p99`, quantile(values, 0.99), 'ms', { atMost: 1500 })
    report(`freshness_kafka.${name}_max`, Math.max(...values), 'ms')
  }
} finally {
  abort.abort()
  await client.end()
  await fleet.stop()
}

/** @returns ms until the query, which is asked every few, finds something */
async function untilIndexed(query: string, values: string[]): Promise<number> {
  const committedAt = performance.now()
  while ((await fleet.store.query(query, values)).length === 0) {
    if (performance.now() - committedAt > 20_000) throw new Error(`not indexed within 20 s: ${values}`)
    await sleep(3)
  }
  return performance.now() - committedAt
}
