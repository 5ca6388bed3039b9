import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseSource } from '../../../shared/capture/sources.ts'
import { type Flow, type Run, saveRuns } from '../../../shared/lineage/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import type { Answer } from './graph.ts'
import showLineage from './handler.ts'

const SHOP = parseSource(
  'shop.yml',
  `connection: shop
capture: postgres
timeZone: UTC
tables:
  Sale:
    entity: interaction
    key: [ID]
    client: Who
    columns:
      ID: { type: int, as: id, policy: keep }
      Who: { type: int, as: client_id, policy: keep }
      Amount: { type: int, as: amount, policy: keep }
`,
)

const AT = new Date('2026-01-02T03:04:05Z')

function run(name: string, flow: Flow, given: Partial<Run> = {}): Run {
  const job = flow.part === undefined ? name : `${name}.${flow.part}`
  return {
    ...{
      job,
      function: name,
      runId: crypto.randomUUID(),
      state: 'done',
      startedAt: AT,
      endedAt: AT,
      calls: 1,
    },
    ...{ reads: flow.reads ?? [], writes: flow.writes ?? [], ...given },
  }
}
const model = (name: string, columns: Record<string, [string, string][]>, version?: string): Flow => ({
  part: name,
  reads: [...new Set(Object.values(columns).flatMap(origins => origins.map(([dataset]) => dataset)))].map(
    dataset => ({ dataset, ...(version !== undefined && { version }) }),
  ),
  writes: [
    {
      dataset: `warehouse.${name}`,
      columns: Object.fromEntries(
        Object.entries(columns).map(([to, origins]) => [
          to,
          origins.map(([dataset, column]) => ({ dataset, column })),
        ]),
      ),
    },
  ],
})

let postgres: TestPostgres
let show: StartedFunction
const ask = async (input: object) => {
  const { status, body } = await show.call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as Answer
}
before(async () => {
  postgres = await startTestPostgres()
  const store = await postgres.createStore()
  show = await startFunction(showLineage, { resources: { store, sources: [SHOP] } })
  const lake = 'lake.shop.Sale'
  const use = { dataset: lake, version: '9' }
  await saveRuns(store.query, [
    run('build', model('stg', { id: [[lake, 'ID']], amount: [[lake, 'Amount']] }, '7')),
    run('build', model('agg', { amount: [['warehouse.stg', 'amount']], n: [] })),
    run('read-mart', { reads: [{ dataset: 'warehouse.agg' }] }, { calls: 40 }),
    // Maintenance: it says the version, and feeds nothing.
    run('compact', { part: 'shop.Sale', reads: [use], writes: [use] }),
  ])
})
after(() => postgres.stop())

const names = ({ datasets }: Answer) => datasets.map(({ dataset }) => dataset)

test('a table has all that feeds it back to the source, and what it feeds up to the endpoints', async () => {
  const answer = await ask({ dataset: 'warehouse.stg' })
  assert.deepEqual(names(answer).sort(), [
    'cdc.shop.Sale',
    'lake.shop.Sale',
    'source.shop.Sale',
    'warehouse.agg',
    'warehouse.stg',
  ])
  const jobs = answer.jobs.map(({ job, state, calls }) => [job, state, calls])
  assert.deepEqual(jobs.sort(), [
    ['build.agg', 'done', 1],
    ['build.stg', 'done', 1],
    ['capture.shop.Sale', null, 0],
    ['land-changes.shop.Sale', null, 0],
    ['read-mart', 'done', 40],
  ])
  const lake = answer.datasets.find(({ dataset }) => dataset === 'lake.shop.Sale')
  assert.deepEqual([lake?.version, lake?.writtenAt], ['9', AT.toISOString()])
  assert.deepEqual(
    answer.edges.find(({ job, direction }) => job === 'build.stg' && direction === 'reads'),
    { job: 'build.stg', dataset: 'lake.shop.Sale', direction: 'reads', version: '7' },
  )
})

test('a column has the columns that it is made of, each step of them, and no others', async () => {
  const up = await ask({ dataset: 'warehouse.agg', column: 'amount', direction: 'upstream' })
  assert.deepEqual(
    up.columns.map(({ from, to }) => `${from.dataset}.${from.column} ${to.dataset}.${to.column}`),
    [
      'warehouse.stg.amount warehouse.agg.amount',
      'lake.shop.Sale.Amount warehouse.stg.amount',
      'cdc.shop.Sale.Amount lake.shop.Sale.Amount',
      'source.shop.Sale.Amount cdc.shop.Sale.Amount',
    ],
  )
  assert.ok(up.datasets.every(({ columns }) => columns.length === 1))
  const down = await ask({ dataset: 'source.shop.Sale', column: 'Amount', direction: 'downstream' })
  assert.deepEqual([names(down).length, down.jobs.at(-1)?.job], [5, 'read-mart'])
  const none = await ask({ dataset: 'warehouse.agg', column: 'n', direction: 'upstream' })
  assert.deepEqual([names(none), none.columns], [['warehouse.agg'], []])
})

test('direction and depth limit the answer, and without a dataset all are listed', async () => {
  const near = await ask({ dataset: 'warehouse.stg', direction: 'upstream', depth: 1 })
  assert.deepEqual(names(near), ['warehouse.stg', 'lake.shop.Sale'])
  const all = await ask({})
  assert.deepEqual([names(all).length, all.edges], [5, []])
})

test('what is not there is a 404 with names that are like it', async () => {
  const asked: [object, RegExp][] = [
    [{ dataset: 'mart.agg' }, /no dataset "mart\.agg": did you mean warehouse\.agg\?/],
    [{ dataset: 'Sale' }, /did you mean .*lake\.shop\.Sale/],
    [{ dataset: 'mart.' }, /without "dataset" the answer lists all/],
    [{ dataset: 'warehouse.agg', column: 'total' }, /no column "total": there are amount, n$/],
  ]
  for (const [input, says] of asked) {
    const { status, body } = await show.call(input)
    assert.equal(status, 404)
    assert.match(String(body.detail), says)
  }
  assert.equal((await show.call({ dataset: 'a', depth: 0, direction: 'up' })).status, 400)
})
