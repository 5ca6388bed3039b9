import { z } from 'zod'
import type { Query } from '../store/index.ts'

/** What each product is served by besides the trees, and its share; how the total is raised; which quantiles keep their promise. */
export const parameters = z.object({
  /** The trees' inputs, in order. */
  features: z.array(z.string()),
  /** Of each of them, what it is at most for the products that they learnt from; null where it is not known of most. */
  typical: z.array(z.number().nullable()),
  /** By member: what its trees begin from. */
  starts: z.record(z.string(), z.number()),
  horizonDays: z.number().int(),
  volume: z.number(),
  /** By kind of product: levels of p10, p50 and p90 in its shape. */
  levels: z.array(z.tuple([z.number(), z.number(), z.number()])),
  choice: z.record(z.string(), z.tuple([z.string(), z.number()])),
})
export type Parameters = z.infer<typeof parameters>

/** A model of trees: as ONNX in base64 with its SHA-256, and as LightGBM writes it. */
export const member = z.object({ onnx: z.string(), sha256: z.string(), lightgbm: z.string() })
export const members = z.record(z.string(), member)

export const ROLES = ['champion', 'challenger', 'retired'] as const
export type Role = (typeof ROLES)[number]

export type Model = {
  version: number
  role: Role
  trainedAt: Date
  /** When it last became the champion. */
  championAt: Date | null
  /** The first day that it did not see. */
  origin: string
  metrics: Record<string, unknown>
  data: Record<string, unknown>
  codeVersion: string
}
export type StoredModel = Model & { members: unknown; parameters: unknown }

/** The name that answers and registries call the forecast's model by. */
export const MODEL_NAME = 'demand-forecast'

const COLUMNS = `version, role, trained_at as "trainedAt", champion_at as "championAt", origin::text as origin, metrics, data, code_version as "codeVersion"`

export async function findModel(query: Query, role: Role): Promise<StoredModel | undefined> {
  const [found] = await query<StoredModel>(
    `select ${COLUMNS}, members, parameters from forecast.model where role = $1 order by version desc limit 1`,
    [role],
  )
  return found
}

export async function findVersion(query: Query, version: number): Promise<StoredModel | undefined> {
  const [found] = await query<StoredModel>(
    `select ${COLUMNS}, members, parameters from forecast.model where version = $1`,
    [version],
  )
  return found
}

/** Newest first, without their trees. */
export async function listModels(query: Query): Promise<Model[]> {
  return await query<Model>(`select ${COLUMNS} from forecast.model order by version desc`)
}

/** Makes a model the champion; the one before it is retired. In a transaction, so that there is always one. */
export async function makeChampion(query: Query, version: number): Promise<void> {
  await query(`update forecast.model set role = 'retired' where role = 'champion' and version <> $1`, [
    version,
  ])
  await query(
    `update forecast.model set role = 'champion', champion_at = clock_timestamp() where version = $1`,
    [version],
  )
}
