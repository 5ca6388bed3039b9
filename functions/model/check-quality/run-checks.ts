import { join } from 'node:path'
import { z } from 'zod'
import { FailedError } from '../../../shared/errors/index.ts'
import type { Report } from '../../../shared/jobs/index.ts'
import { PythonJobError, runPythonJob } from '../../../shared/python/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import type { BuildTarget } from '../../../shared/warehouse/index.ts'

/** What job.py says of one check. */
const checkResult = z.object({
  check: z.string(),
  model: z.string(),
  column: z.string().nullable(),
  severity: z.enum(['critical', 'warning']),
  state: z.enum(['passed', 'failed']),
  description: z.string(),
  observed: z.string(),
  expected: z.string(),
  failing: z.number(),
  keys: z.array(z.record(z.string(), z.unknown())),
})
export type CheckResult = z.output<typeof checkResult>

const jobResult = z.object({
  builtAt: z.string(),
  changedAt: z.string().nullable(),
  results: z.array(checkResult),
})
export type Checked = z.output<typeof jobResult>

/**
 * Has Great Expectations run the suites beside the models on a build (job.py).
 * @throws FailedError with the file and the check, where a suite cannot be run
 */
export async function runChecks(
  request: { projectDir: string; target: BuildTarget } & CheckContext,
  { report, signal, log }: { report: Report; signal: AbortSignal; log: Logger },
): Promise<Checked> {
  return await runPythonJob({
    script: join(import.meta.dirname, 'job.py'),
    group: 'quality',
    request,
    result: jobResult,
    onProgress: progress => tell(report, progress),
    signal,
    log,
  }).catch(error => {
    throw error instanceof PythonJobError
      ? new FailedError(`the checks cannot run (how a suite is written: docs/quality.md): ${error.message}`, {
          reason: error.kind,
        })
      : error
  })
}

const progressSchema = z.object({ node: z.string(), done: z.number(), total: z.number().positive() })

function tell(report: Report, progress: Record<string, unknown>): void {
  const { success, data } = progressSchema.safeParse(progress)
  if (success) report(data.done / data.total, `${data.done} of ${data.total} checks, last of ${data.node}`)
}

/** What checks ask of the store beside the build: the months that are published, and what was parked on its way. */
export type CheckContext = {
  published: { month_start: string; category: string; currency: string; amount: string }[]
  parked: { topic: string; reason: string; count: number }[]
}

const MONTHLY = 'agg_sales_monthly'

export async function readContext(query: Query): Promise<CheckContext> {
  const parked = await query<{ topic: string; reason: string; count: string }>(
    `select topic, reason, count(*) as count from ops.parked
     where function in ('land-changes', 'admit-changes') group by topic, reason order by topic, reason`,
  )
  const [known] = await query('select from ops.mart where mart = $1', [MONTHLY])
  const published = known
    ? await query<CheckContext['published'][number]>(
        `select month_start::text, category, currency, amount from mart.${MONTHLY}`,
      )
    : []
  return { published, parked: parked.map(({ count, ...group }) => ({ ...group, count: Number(count) })) }
}
