import { join } from 'node:path'
import type { z } from 'zod'
import { runPythonJob } from '../../shared/python/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { ensureGroup } from '../python-groups.ts'

const GROUP = 'learning'

/** Runs one of the programs beside this file, whose packages are installed where they are missing. */
export async function runBacktest<Report>(
  script: string,
  request: object,
  result: z.ZodType<Report>,
  onProgress: (progress: Record<string, unknown>) => void,
): Promise<Report> {
  await ensureGroup(GROUP, { stdio: 'inherit' })
  return await runPythonJob({
    script: join(import.meta.dirname, script),
    group: GROUP,
    request,
    result,
    signal: stopped(),
    log: makeLogger({ level: 'warn' }),
    onProgress,
  })
}

function stopped(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
  return stopping.signal
}
