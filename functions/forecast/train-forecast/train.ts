import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { members, type Panel, parameters, type StoredModel } from '../../../shared/forecasts/index.ts'
import type { Report } from '../../../shared/jobs/index.ts'
import { runTraining } from '../../../shared/registry/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'

/** Days that the trees learn to look ahead; beyond them the last ones go on. */
const HORIZON_DAYS = 28

const result = z.object({
  members,
  parameters,
  metrics: z.looseObject({ wins: z.boolean().nullable(), because: z.string() }),
  series: z.number().int(),
  days: z.number().int(),
  codeVersion: z.string(),
})
export type Trained = z.infer<typeof result> & {
  origin: string
  /** How long it took. */
  seconds: number
  /** File with what would have been said of past days. */
  past: string
}

/**
 * @param champion what serves, to be compared with
 * @param folder for files of this training
 * @throws OutageError while the packages of training are not installed; FailedError with the job's own words
 */
export async function train(
  panel: Panel,
  champion: StoredModel | undefined,
  folder: string,
  running: { signal: AbortSignal; report: Report; log: Logger },
): Promise<Trained> {
  const past = join(folder, 'past.jsonl')
  const championFile = join(folder, 'champion.json')
  if (champion) await writeFile(championFile, JSON.stringify(champion))
  const { trained, seconds } = await runTraining(
    {
      script: join(import.meta.dirname, 'job.py'),
      request: {
        panel: panel.file,
        origin: panel.origin,
        horizon: HORIZON_DAYS,
        champion: champion ? championFile : null,
        past,
      },
      result,
    },
    running,
  )
  return { ...trained, origin: panel.origin, seconds, past }
}
