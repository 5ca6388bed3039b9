import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ConfigError } from '../errors/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { findUp } from './find-up.ts'

/** Between asking a job to end and killing it: enough to remove a half-written file. */
const GRACE_MS = 3000
/** How much of a job's standard error an error without its own message quotes. */
const MAX_QUOTED_CHARS = 2000

/** The job itself reported an error. `kind` is a fixed snake_case word. */
export class PythonJobError extends Error {
  override readonly name = 'PythonJobError'
  readonly kind: string
  readonly details: string[]
  constructor(message: string, kind: string, details: string[]) {
    super(details.length > 0 ? `${message}: ${details.join('; ')}` : message)
    this.kind = kind
    this.details = details
  }
}

const lineSchema = z.union([
  z.object({ progress: z.record(z.string(), z.unknown()) }),
  z.object({ result: z.unknown() }),
  z.object({
    error: z.object({ message: z.string(), kind: z.string(), details: z.array(z.string()).default([]) }),
  }),
])

/**
 * The Python of a group of the lock: of its environment in a checkout, else the one on the path, as in an image that holds
 * what its function needs.
 * @throws ConfigError in a checkout in which that group is not installed
 */
export function findPython(group: string, from: string): string {
  // Written last: before it some packages are still missing.
  const installed = findUp(`.venvs/${group}/.installed`, from)
  if (!installed && findUp('uv.lock', from))
    throw new ConfigError(`the Python packages of ${group} are not installed: run "make setup"`)
  return installed ? join(dirname(installed), 'bin/python') : 'python3'
}

/**
 * Runs a `job.py` (cordage_job.py is its side): one JSON request on its standard input, JSON lines on its standard
 * output, the last of them its result or its error. Its standard error goes to the log. The input stays open for as long
 * as somebody waits for the job, which ends itself where that is closed: nothing is left behind when this process is
 * killed.
 * @throws PythonJobError with the job's own words; the signal's reason where it aborts
 */
export async function runPythonJob<Result>(options: {
  script: string
  /** Of the Python lock, one of those that the function's definition names. */
  group: string
  request: unknown
  result: z.ZodType<Result>
  signal: AbortSignal
  log: Logger
  onProgress?: (progress: Record<string, unknown>) => void
}): Promise<Result> {
  const { script, group, request, signal, log, onProgress } = options
  signal.throwIfAborted()
  const child = spawn(findPython(group, dirname(script)), [script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // cordage_job.py is beside this file, also in a bundle.
    env: {
      ...process.env,
      PYTHONPATH: [import.meta.dirname, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    },
  })
  const ended = new Promise<number | null>((settle, reject) =>
    child.once('error', reject).once('close', settle),
  )

  let killTimer: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    killTimer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  signal.addEventListener('abort', stop, { once: true })

  let outcome: { result: unknown } | { error: PythonJobError } | undefined
  let noise = ''
  createInterface({ input: child.stdout }).on('line', line => {
    const parsed = lineSchema.safeParse(readJson(line))
    if (!parsed.success) log.warn({ script }, 'the job wrote a line outside its protocol')
    else if ('progress' in parsed.data) onProgress?.(parsed.data.progress)
    else if ('error' in parsed.data) {
      const { message, kind, details } = parsed.data.error
      outcome = { error: new PythonJobError(message, kind, details) }
    } else outcome = { result: parsed.data.result }
  })
  createInterface({ input: child.stderr }).on('line', line => {
    noise = `${noise}${line}\n`.slice(-MAX_QUOTED_CHARS)
    log.debug({ script, line }, 'job')
  })
  // A job that has died already breaks the pipe; how it ended says why.
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(request)}\n`)

  try {
    const code = await ended
    signal.throwIfAborted()
    if (outcome && 'error' in outcome) throw outcome.error
    if (code !== 0 || !outcome) throw new Error(`${script} ended with ${code ?? 'a signal'}: ${noise.trim()}`)
    return options.result.parse(outcome.result)
  } finally {
    clearTimeout(killTimer)
    signal.removeEventListener('abort', stop)
    child.stdin.destroy()
  }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
