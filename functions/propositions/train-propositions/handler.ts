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
  readGone,
  readOrigin,
  type StoredModel,
  saveModel,
} from '../../../shared/propositions/index.ts'
import { makeLeases, underLease } from '../../../shared/store/index.ts'
import { train, writeFiles } from './train.ts'

/** Called by hand, or with the announcement of a build that was checked. */
const input = objectSchema.partial().extend({
  force: z.boolean().default(false).describe('Trains though nothing asks for it'),
})

const output = z.object({
  state: z
    .enum(['trained', 'not_due', 'no_sales'])
    .describe(
      'not_due: the model that serves is less than a week old; no_sales: no client has bought anything',
    ),
  because: z.string(),
  version: z.number().int().nullable().describe('Of the new model'),
  role: z.enum(['champion', 'challenger']).nullable().describe('champion: it serves from now on'),
  metrics: z.record(z.string(), z.unknown()).describe('On the last days, which it had not seen'),
  tookMs: z.number(),
})

/** Its holder trains. */
const LEASE = 'train-propositions'
/** Days of data after which a model is trained again. */
const EVERY_DAYS = 7
const DAY_MS = 86_400_000

/**
 * Trains the propositions' model where it is time for it: there is none, or it is a week old. The new one serves if on the last
 * days clients bought no less of what it lists than of what the weights that serve list, and the trend; else it is kept as the
 * challenger. A failure leaves what serves. A repeat trains another version of the same.
 */
export default defineFunction({
  name: 'train-propositions',
  summary: 'Trains the model of propositions, and lets the better one serve',
  access: 'internal',
  uses: ['store', 'warehouse', 'objects', 'mlflow'] as const,
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
    const { store, warehouse, objects, mlflow } = resources
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
        const gone = await readGone(store.query)
        const { origin, due, files } = await warehouse.read(async reader => {
          const past = { reader, gone }
          const origin = await readOrigin(past)
          const due = origin && (force ? 'it was asked for' : whyTrain(champion, origin))
          return { origin, due, files: due ? await writeFiles(past, folder) : undefined }
        })
        if (!origin) return answer('no_sales', 'no client has bought anything yet')
        if (!due || !files) return answer('not_due', 'the model that serves is less than a week old')
        log.info({ because: due }, 'training the model of propositions')
        const trained = await train(files, champion, folder, { signal, report, log })
        signal.throwIfAborted()
        const metrics = { ...trained.metrics, trainedBecause: due }
        const { parameters, products, influence, codeVersion } = trained
        const { version, role } = await store.transaction(({ query }) =>
          saveModel(query, {
            ...{ parameters, products, influence, codeVersion, metrics, origin },
            data: files.build,
          }),
        )
        await announceModel(objects, { version, role })
        // Last: who scores waits for no other server.
        await mirrorTraining(mirror)
        lineage({
          reads: [{ dataset: 'warehouse.fct_client_interaction' }, { dataset: 'warehouse.dim_product' }],
          writes: [{ dataset: 'propositions.model', version: String(version) }],
        })
        return { ...answer('trained', due), version, role, metrics }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  },
})

/** @param origin the first day that is not known yet */
function whyTrain(champion: StoredModel | undefined, origin: string): string | undefined {
  if (!champion) return 'no model serves yet'
  const age = (Date.parse(origin) - Date.parse(champion.origin)) / DAY_MS
  if (age >= EVERY_DAYS) return `the model that serves has not seen the last ${age} days`
  return age < 0 ? 'the data end before what the model that serves has seen' : undefined
}
