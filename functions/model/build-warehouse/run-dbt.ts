import { join } from 'node:path'
import { z } from 'zod'
import { FailedError } from '../../../shared/errors/index.ts'
import type { Report } from '../../../shared/jobs/index.ts'
import { PythonJobError, runPythonJob } from '../../../shared/python/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'

/** What each model was built from (dbt/column_lineage.py). */
const lineage = z.array(
  z.object({
    model: z.string(),
    reads: z.array(z.string()),
    columns: z.record(z.string(), z.array(z.tuple([z.string(), z.string()]))).nullable(),
  }),
)

/** What job.py says of a build. */
export const dbtResult = z.object({
  models: z.number(),
  tests: z.number(),
  warnings: z.array(z.string()).describe('Tests that found something about the source, not about the models'),
  triedAgain: z
    .array(z.string())
    .describe('Models and tests that failed at first, or waited for one, and were run a second time'),
  took: z.array(z.object({ node: z.string(), ms: z.number() })).describe('How long each model and test took'),
  setAside: z
    .array(
      z.object({
        system: z.string(),
        table: z.string(),
        column: z.string(),
        what: z.enum(['row', 'value', 'reference']),
        reason: z.string(),
        rows: z.number(),
        keys: z.array(z.string()).describe('The first of them'),
      }),
    )
    .describe('What the marts leave out; the mart set_aside has each row of it'),
})

/**
 * Has dbt build and test the models (job.py).
 * @returns what came of it, and what each model is made of
 * @throws FailedError with the models and tests that failed
 */
export async function runDbt(
  request: object,
  { group, report, signal, log }: { group: string; report: Report; signal: AbortSignal; log: Logger },
): Promise<{ built: z.output<typeof dbtResult>; models: z.output<typeof lineage> }> {
  const { lineage: models, ...built } = await runPythonJob({
    script: join(import.meta.dirname, 'job.py'),
    group,
    request,
    result: dbtResult.extend({ lineage }),
    onProgress: progress => tell(report, progress),
    signal,
    log,
  }).catch(error => {
    throw error instanceof PythonJobError ? toFailed(error) : error
  })
  return { built, models }
}

const progressSchema = z.object({ node: z.string(), done: z.number(), total: z.number().positive() })

function tell(report: Report, progress: Record<string, unknown>): void {
  const { success, data } = progressSchema.safeParse(progress)
  if (success)
    report(data.done / data.total, `${data.done} of ${data.total} models and tests, last ${data.node}`)
}

/** What dbt says of a failed model or test, for the build's caller and its schedule. */
function toFailed(error: PythonJobError): FailedError {
  return new FailedError(
    `the build failed, and the previous one stays (what to do: docs/playbooks/failed-build.md): ${error.message}`,
    { reason: error.kind },
  )
}
