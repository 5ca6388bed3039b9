import type { z } from 'zod'
import { ConfigError, FailedError, OutageError } from '../errors/index.ts'
import { PythonJobError, runPythonJob } from '../python/index.ts'
import type { Logger } from '../telemetry/index.ts'

/** The group of the Python lock that trains. */
const GROUP = 'learning'

/**
 * Runs a training's job.py, whose progress is {done, total, text}.
 * @returns its result, and how many seconds it took
 * @throws OutageError while the packages of training are not installed; FailedError with the job's own words
 */
export async function runTraining<Result>(
  job: { script: string; request: unknown; result: z.ZodType<Result> },
  {
    signal,
    report,
    log,
  }: { signal: AbortSignal; report: (share: number, text: string) => void; log: Logger },
): Promise<{ trained: Result; seconds: number }> {
  const startedAt = performance.now()
  const trained = await runPythonJob({
    ...job,
    group: GROUP,
    signal,
    log,
    onProgress: ({ done, total, text }) => report(Number(done) / Number(total), String(text)),
  }).catch(error => {
    if (error instanceof PythonJobError) throw new FailedError(error.message, { reason: error.kind })
    // In the demo they are installed in the background: the caller tries again.
    if (error instanceof ConfigError) throw new OutageError('python', error.message)
    throw error
  })
  return { trained, seconds: Math.round(performance.now() - startedAt) / 1000 }
}
