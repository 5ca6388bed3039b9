import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import {
  announceModel,
  listModels,
  type Model,
  makeChampion,
  mirrorChoice,
  ROLES,
} from '../../../shared/forecasts/index.ts'
import { makeLeases } from '../../../shared/store/index.ts'

const input = z.strictObject({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Which model serves from now on; without it the one that served before is called back'),
})

const output = z.object({
  version: z.number().int().describe('Serves from now on'),
  before: z.number().int().nullable().describe('Served until now'),
  models: z.array(
    z.object({
      version: z.number().int(),
      role: z.enum(ROLES),
      trainedAt: z.string(),
      origin: z.string().describe('The first day that it did not see'),
      metrics: z.record(z.string(), z.unknown()),
    }),
  ),
})

/** Lets another version of the forecasts' model serve. Forecasts by it follow within seconds. A repeat without a version goes back again. */
export default defineFunction({
  name: 'promote-forecast',
  summary: 'Lets another version of the forecasts model serve: the challenger, or the one before',
  access: 'operator',
  uses: ['store', 'objects', 'mlflow'] as const,
  input,
  output,

  init({ resources }) {
    return { leases: makeLeases(resources.store, randomUUID()) }
  },

  async handle({ version }, { state, resources, signal, log }) {
    const { store, objects, mlflow } = resources
    const { before, chosen, models } = await store.transaction(async ({ query }) => {
      await query('lock table forecast.model in share row exclusive mode')
      const known = await listModels(query)
      const serving = known.find(model => model.role === 'champion')
      const wanted = version ?? previousOf(known, serving)
      const found = known.find(model => model.version === wanted)
      if (!found)
        throw new NotFoundError(
          known.length === 0
            ? 'no model has been trained yet'
            : `no model ${wanted ?? 'before the one that serves'}: there are ${known.map(model => model.version).join(', ')}`,
          { field: 'version' },
        )
      await makeChampion(query, found.version)
      return { before: serving?.version ?? null, chosen: found.version, models: await listModels(query) }
    })
    await announceModel(objects, { version: chosen, role: 'champion' })
    await mirrorChoice({ mlflow, store, leases: state.leases, log, signal })
    return {
      version: chosen,
      before,
      models: models.map(({ version, role, trainedAt, origin, metrics }) => ({
        ...{ version, role, origin, metrics },
        trainedAt: trainedAt.toISOString(),
      })),
    }
  },
})

/** The one that served last before. */
function previousOf(models: Model[], serving: Model | undefined): number | undefined {
  const served = models.filter(({ championAt, version }) => championAt && version !== serving?.version)
  return served.sort((a, b) => Number(b.championAt) - Number(a.championAt))[0]?.version
}
