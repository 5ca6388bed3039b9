import { z } from 'zod'
import { NotFoundError } from '../errors/index.ts'
import type { ObjectStore } from '../objects/index.ts'
import { announceModel } from './announce.ts'
import { type Family, type Model, ROLES } from './family.ts'
import { type Mirror, mirrorChoice } from './mlflow/mirror.ts'
import { listModels, makeChampion } from './versions.ts'

/** Input of a function that promotes. */
export const promotionInput = z.strictObject({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Which model serves from now on; without it the one that served before is called back'),
})
export type PromotionInput = z.infer<typeof promotionInput>

/** Output of a function that promotes. */
export const promotion = z.object({
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
export type Promotion = z.infer<typeof promotion>

export async function promoteModel(
  family: Family,
  { version }: PromotionInput,
  { objects, ...mirror }: Mirror & { objects: ObjectStore },
): Promise<Promotion> {
  const { before, chosen, models } = await mirror.store.transaction(async ({ query }) => {
    await query(`lock table ${family.table} in share row exclusive mode`)
    const known = await listModels(query, family)
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
    await makeChampion(query, family, found.version)
    return {
      before: serving?.version ?? null,
      chosen: found.version,
      models: await listModels(query, family),
    }
  })
  await announceModel(objects, family, { version: chosen, role: 'champion' })
  await mirrorChoice(mirror, family)
  return {
    version: chosen,
    before,
    models: models.map(({ version, role, trainedAt, origin, metrics }) => ({
      ...{ version, role, origin, metrics },
      trainedAt: trainedAt.toISOString(),
    })),
  }
}

/** The one that served last before. */
function previousOf(models: Model[], serving: Model | undefined): number | undefined {
  const served = models.filter(({ championAt, version }) => championAt && version !== serving?.version)
  return served.sort((a, b) => Number(b.championAt) - Number(a.championAt))[0]?.version
}
