import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { objectSchema } from '../../../shared/events/index.ts'
import {
  findModel,
  followAlias,
  readNewcomers,
  readToday,
  writePanel,
} from '../../../shared/forecasts/index.ts'
import { runPythonJob } from '../../../shared/python/index.ts'
import { makeLeases, underLease } from '../../../shared/store/index.ts'
import { loadChampion } from './champion.ts'
import { readFeatures, storeFeatures } from './features.ts'
import { findJumped } from './jumped.ts'
import { MART, publishForecasts } from './publish.ts'
import { scoreProducts } from './score.ts'

/** Called by hand without a field, or with the announcement of a build that was checked, or of a model. */
const input = objectSchema.partial()

const output = z.object({
  state: z
    .enum(['scored', 'no_model', 'no_sales'])
    .describe('no_model: none has been trained yet; no_sales: nothing is sold that could be forecast'),
  products: z.number().int(),
  version: z.number().int().nullable().describe('Of the model'),
  tookMs: z.number(),
})

/** Its holder scores. */
const LEASE = 'score-forecast'
const HORIZON_DAYS = 90

/**
 * Forecasts each product's coming days by the champion. What is known of the products is read from the build and kept in the
 * store first; trees are asked from there. A failure leaves the forecasts before it. A repeat makes the same.
 */
export default defineFunction({
  name: 'score-forecast',
  summary: 'Forecasts the coming days of each product by the model that serves',
  access: 'internal',
  uses: ['store', 'warehouse', 'mlflow'] as const,
  python: ['learning'],
  input,
  output,
  job: { repeat: 'a repeat forecasts again from what is then the finished build' },
  timeoutMs: 10 * 60_000,

  init({ resources }) {
    return { leases: makeLeases(resources.store, randomUUID()) }
  },

  async handle(_, { state, resources, signal: ownSignal, report, log, lineage }) {
    const { store, warehouse, mlflow } = resources
    const startedAt = performance.now()
    const answer = (said: z.infer<typeof output>['state'], products = 0, version: number | null = null) => ({
      ...{ state: said, products, version },
      tookMs: Math.round(performance.now() - startedAt),
    })
    return await underLease(state.leases, LEASE, ownSignal, async lease => {
      const signal = AbortSignal.any([ownSignal, lease.signal])
      await followAlias({ mlflow, store, leases: state.leases, log, signal })
      const model = await findModel(store.query, 'champion')
      if (!model) return answer('no_model')
      const champion = await loadChampion(model)
      const folder = await mkdtemp(join(tmpdir(), 'cordage-features-'))
      try {
        report(0, 'reading what is known of each product')
        const found = await warehouse.read(async reader => {
          const panel = await writePanel(reader, folder)
          if (!panel) return undefined
          const [newcomers, today] = [await readNewcomers(reader, panel.origin), await readToday(reader)]
          return { build: reader.build, panel, newcomers, today }
        })
        if (!found) return answer('no_sales', 0, champion.version)
        const out = join(folder, 'features.jsonl')
        await runPythonJob({
          script: join(import.meta.dirname, 'job.py'),
          group: 'learning',
          request: {
            panel: found.panel.file,
            origin: found.panel.origin,
            trainedHorizon: champion.parameters.horizonDays,
            horizon: HORIZON_DAYS,
            out,
            newcomers: found.newcomers,
            jumped: await findJumped(store.query, found.panel.origin, found.today),
          },
          result: z.object({ products: z.number() }),
          signal,
          log,
        })
        await storeFeatures(store, out, found.build)
        report(0.5, 'forecasting')
        const scored = await scoreProducts(champion, readFeatures(store), HORIZON_DAYS)
        signal.throwIfAborted()
        await publishForecasts(store, scored, {
          version: champion.version,
          build: found.build,
          horizon: HORIZON_DAYS,
        })
        lineage(
          { reads: [{ dataset: 'warehouse.feat_product_day' }], writes: [{ dataset: 'forecast.feature' }] },
          { reads: [{ dataset: 'forecast.feature' }], writes: [{ dataset: `mart.${MART}` }] },
        )
        return answer('scored', scored.length, champion.version)
      } finally {
        await champion.close()
        await rm(folder, { recursive: true, force: true })
      }
    })
  },
})
