import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { objectSchema } from '../../../shared/events/index.ts'
import {
  announceModel,
  findModel,
  followAlias,
  mirrorTraining,
  writePanel,
} from '../../../shared/forecasts/index.ts'
import { makeLeases, underLease } from '../../../shared/store/index.ts'
import { findDrift, tellDrift } from './drift.ts'
import { whyTrain } from './due.ts'
import { save } from './save.ts'
import { train } from './train.ts'

/** Called by hand, or with the announcement of a build that was checked. */
const input = objectSchema.partial().extend({
  force: z.boolean().default(false).describe('Trains though nothing asks for it'),
})

const output = z.object({
  state: z
    .enum(['trained', 'not_due', 'no_sales'])
    .describe(
      'not_due: the model that serves is young and as good as it was; no_sales: nothing to learn from',
    ),
  because: z.string(),
  version: z.number().int().nullable().describe('Of the new model'),
  role: z.enum(['champion', 'challenger']).nullable().describe('champion: it serves from now on'),
  metrics: z.record(z.string(), z.unknown()).describe('On the last days, which it had not seen'),
  tookMs: z.number(),
})

/** Its holder trains. */
const LEASE = 'train-forecast'

/**
 * Trains the forecasts' model where it is time for it: there is none, it is a week old, or demand is no longer what it learnt.
 * The new one serves if it forecasts the last days no worse than the one that serves; else it is kept as the challenger. A
 * failure leaves what serves. A repeat trains another version of the same.
 */
export default defineFunction({
  name: 'train-forecast',
  summary: 'Trains the model of demand forecasts, and lets the better one serve',
  access: 'internal',
  uses: ['store', 'warehouse', 'objects', 'alerts', 'mlflow'] as const,
  python: ['learning'],
  input,
  output,
  job: { repeat: 'a repeat trains another version from what is then the finished build' },
  timeoutMs: 60 * 60_000,

  init({ resources }) {
    return { leases: makeLeases(resources.store, randomUUID()) }
  },

  async handle({ force }, { state, resources, signal: ownSignal, report, log, lineage }) {
    const startedAt = performance.now()
    const { store, warehouse, objects, alerts, mlflow } = resources
    const answer = (said: z.infer<typeof output>['state'], because: string) => ({
      ...{ state: said, because, version: null, role: null, metrics: {} },
      tookMs: Math.round(performance.now() - startedAt),
    })
    return await underLease(state.leases, LEASE, ownSignal, async lease => {
      const signal = AbortSignal.any([ownSignal, lease.signal])
      const folder = await mkdtemp(join(tmpdir(), 'cordage-training-'))
      try {
        const mirror = { mlflow, store, leases: state.leases, log, signal }
        await followAlias(mirror)
        const champion = await findModel(store.query, 'champion')
        const found = await warehouse.read(async reader => {
          const panel = await writePanel(reader, folder)
          return panel && { build: reader.build, panel }
        })
        if (!found) return answer('no_sales', 'nothing has been sold yet that could be forecast')
        const drift = await findDrift(store.query)
        await tellDrift(alerts, drift, log)
        const due = force ? 'it was asked for' : whyTrain(champion, found.panel.origin, drift.drifts)
        if (!due)
          return answer('not_due', 'the model that serves is less than a week old, and as good as it was')
        log.info({ because: due }, 'training the model of demand forecasts')
        const trained = await train(found.panel, champion, folder, { signal, report, log })
        signal.throwIfAborted()
        const { version, role } = await save(store, trained, found.build, due)
        await announceModel(objects, { version, role })
        // Last: who scores waits for no other server.
        await mirrorTraining(mirror)
        lineage({
          reads: [{ dataset: 'warehouse.feat_product_day' }],
          writes: [{ dataset: 'forecast.model', version: String(version) }],
        })
        return { ...answer('trained', due), version, role, metrics: trained.metrics }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  },
})
