import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { makeOwnSource } from '../capture/own/source.ts'
import type { Store } from '../store/index.ts'
import { makeLogger, registry } from '../telemetry/index.ts'
import { makeListRecorder, type ShownList } from './record-lists.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const log = makeLogger({ level: 'silent' })

function list(given: Partial<ShownList> = {}): ShownList {
  return {
    ...{ propositionsId: randomUUID(), at: new Date('2026-01-02T03:04:05.678Z'), clientId: 'c-1' },
    ...{ askedFor: 'basket', askedProducts: ['7', '8'], productIds: ['1', '2', '3'], tookMs: 1.5 },
    ...{ experiment: { name: 'blend', group: 'b' }, model: { name: 'blend', version: '4' } },
    ...given,
  }
}

async function record(...lists: ShownList[]): Promise<Record<string, string | null>[]> {
  await store.query('delete from ingest.own_change')
  const recorder = makeListRecorder(store, log)
  for (const each of lists) recorder.record(each)
  await recorder.close()
  const rows = await store.query<{ row: Record<string, string | null> }>(
    "select row from ingest.own_change where table_name = 'Proposition' order by number",
  )
  return rows.map(({ row }) => row)
}

test('a list that was shown is recorded whole, in columns that its table has', async () => {
  const shown = list()
  const [row = {}] = await record(shown)
  assert.deepEqual(row, {
    InteractionID: shown.propositionsId,
    OccurredAt: '2026-01-02T03:04:05.678Z',
    Action: 'propose',
    PropositionID: shown.propositionsId,
    ClientID: 'c-1',
    AskedFor: 'basket',
    AskedProducts: '["7","8"]',
    ResultCount: '3',
    Shown: '["1","2","3"]',
    Experiment: 'blend',
    ExperimentGroup: 'b',
    Model: 'blend',
    ModelVersion: '4',
    TookMs: '1.5',
  })
  const table = makeOwnSource().tables.find(({ name }) => name === 'Proposition')
  assert.deepEqual(Object.keys(row).sort(), Object.keys(table?.columns ?? {}).sort())
})

test('what is not known of a list is null, and many are recorded at once, in order', async () => {
  const nobody = list({ clientId: undefined, askedFor: 'nobody', askedProducts: [], experiment: undefined })
  const lists = [{ ...nobody, model: undefined }, ...Array.from({ length: 1200 }, () => list())]
  const rows = await record(...lists)
  const { ClientID, AskedProducts, Experiment, ExperimentGroup, Model } = rows[0] ?? {}
  assert.deepEqual(
    [ClientID, AskedProducts, Experiment, ExperimentGroup, Model],
    Array.from({ length: 5 }, () => null),
  )
  assert.deepEqual(
    rows.map(({ PropositionID }) => PropositionID),
    lists.map(({ propositionsId }) => propositionsId),
  )
})

test('while the store is away lists are dropped, and counted', async () => {
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const recorder = makeListRecorder({ query } as unknown as Store, log)
  for (let i = 0; i < 3; i++) recorder.record(list())
  await recorder.close()
  const text = await registry.getSingleMetricAsString('cordage_propositions_not_recorded_total')
  assert.match(text, /_total 3$/m)
})
