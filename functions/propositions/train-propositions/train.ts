import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Report } from '../../../shared/jobs/index.ts'
import {
  modelParameters,
  type Past,
  type StoredModel,
  writeInteractions,
  writeProducts,
} from '../../../shared/propositions/index.ts'
import { runTraining } from '../../../shared/registry/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import type { Build } from '../../../shared/warehouse/index.ts'

const result = z.object({
  parameters: modelParameters,
  products: z.array(z.string()),
  metrics: z.looseObject({ wins: z.boolean().nullable(), because: z.string() }),
  clients: z.number().int(),
  purchases: z.number().int(),
  codeVersion: z.string(),
})

type Files = { interactions: string; products: string; build: Build }

/** What clients did and the products, of one build, each in a folder of its own. */
export async function writeFiles(past: Past, folder: string): Promise<Files> {
  const [own, others] = [join(folder, 'interactions'), join(folder, 'products')]
  for (const each of [own, others]) await mkdir(each)
  const interactions = await writeInteractions(past, own)
  return { interactions, products: await writeProducts(past, others), build: past.reader.build }
}

/**
 * @param champion what serves, to be compared with
 * @param folder for files of this training
 * @throws OutageError while the packages of training are not installed; FailedError with the job's own words
 */
export async function train(
  { interactions, products }: Files,
  champion: StoredModel | undefined,
  folder: string,
  running: { signal: AbortSignal; report: Report; log: Logger },
) {
  const file = join(folder, 'influence.bin')
  const { trained, seconds } = await runTraining(
    {
      script: join(import.meta.dirname, 'job.py'),
      request: { interactions, products, champion: champion?.parameters ?? null, influence: file },
      result,
    },
    running,
  )
  const { clients, purchases, ...model } = trained
  return {
    ...model,
    influence: await readFile(file),
    metrics: { ...model.metrics, clients, purchases, seconds },
  }
}
