import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError, FailedError, OutageError } from '../../../shared/errors/index.ts'
import type { Report } from '../../../shared/jobs/index.ts'
import {
  modelParameters,
  type Past,
  type StoredModel,
  writeInteractions,
  writeProducts,
} from '../../../shared/propositions/index.ts'
import { PythonJobError, runPythonJob } from '../../../shared/python/index.ts'
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
  { signal, report, log }: { signal: AbortSignal; report: Report; log: Logger },
) {
  const file = join(folder, 'influence.bin')
  const startedAt = performance.now()
  const trained = await runPythonJob({
    script: join(import.meta.dirname, 'job.py'),
    group: 'learning',
    request: { interactions, products, champion: champion?.parameters ?? null, influence: file },
    result,
    signal,
    log,
    onProgress: ({ done, total, text }) => report(Number(done) / Number(total), String(text)),
  }).catch(error => {
    if (error instanceof PythonJobError) throw new FailedError(error.message, { reason: error.kind })
    // In the demo they are installed in the background: the caller tries again.
    if (error instanceof ConfigError) throw new OutageError('python', error.message)
    throw error
  })
  const { clients, purchases, ...model } = trained
  const seconds = Math.round(performance.now() - startedAt) / 1000
  return {
    ...model,
    influence: await readFile(file),
    metrics: { ...model.metrics, clients, purchases, seconds },
  }
}
