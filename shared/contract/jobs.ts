import { BadInputError, NotFoundError } from '../errors/index.ts'
import { cancelJob, findJob, JOB_STATES, type JobFunction, type JobState, listJobs } from '../jobs/index.ts'
import type { Store } from '../store/index.ts'
import { readTraceId } from '../telemetry/index.ts'
import type { Authenticate } from './access.ts'
import type { Host } from './host.ts'
import type { Identity } from './identity.ts'
import type { FunctionReply, FunctionRequest } from './message.ts'
import { toProblem } from './problem.ts'
import { onlyGet, plainReply, problemReply } from './reply.ts'

const JOB_PATH = /^\/jobs(?:\/([^/]*))?$/
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MAX_JOBS = 1000

export type JobsOptions = {
  store: Pick<Store, 'query'>
  authenticate: Authenticate
  /** Only of these functions; without it of all. */
  functions?: string[]
}

export function isJobsPath(path: string): boolean {
  return JOB_PATH.test(path)
}

/**
 * `GET /jobs` (`?state=`, `?function=`, `?limit=`), `GET /jobs/<id>`, and `DELETE /jobs/<id>`, which cancels. An operator sees
 * every job, everybody else those that they requested.
 */
export async function answerJobs(
  request: FunctionRequest,
  path: string,
  { store, authenticate, functions }: JobsOptions,
): Promise<FunctionReply> {
  try {
    const identity = await authenticate(request, 'user')
    const [, id] = JOB_PATH.exec(path) ?? []
    if (id === undefined) {
      const filter = readFilter(request.query)
      const jobs = await listJobs(store.query, {
        ...filter,
        functions: filter.functions ?? functions,
        requestedBy: ownerOf(identity),
      })
      return onlyGet(request) ?? plainReply(200, JSON.stringify({ jobs }))
    }
    const find = async () => {
      const job = UUID.test(id) ? await findJob(store.query, id, ownerOf(identity)) : undefined
      if (job && (functions?.includes(job.function) ?? true)) return job
      throw new NotFoundError(`there is no job ${id.slice(0, 100)}`)
    }
    const job = await find()
    if (request.method === 'GET') return plainReply(200, JSON.stringify(job))
    if (request.method !== 'DELETE')
      return problemReply(405, 'Method not allowed', `${request.method} is not allowed here`, {
        reason: 'method_not_allowed',
        headers: { allow: 'GET, HEAD, DELETE' },
      })
    await cancelJob(store.query, job.jobId)
    return plainReply(202, JSON.stringify(await find()))
  } catch (error) {
    const problem = toProblem(error, readTraceId(undefined))
    return {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify(problem),
    }
  }
}

const ownerOf = ({ subject, isOperator }: Identity) => (isOperator ? undefined : (subject ?? ''))

function readFilter(query: string) {
  const params = new URLSearchParams(query)
  for (const name of params.keys())
    if (!['state', 'function', 'limit'].includes(name))
      throw new BadInputError(`${name}: unknown parameter; use state, function or limit`, { field: name })
  const states = params.getAll('state')
  for (const state of states)
    if (!JOB_STATES.includes(state as JobState))
      throw new BadInputError(`state: must be one of ${JOB_STATES.join(', ')}`, { field: 'state' })
  const limit = Number(params.get('limit') ?? 100)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_JOBS)
    throw new BadInputError(`limit: must be a whole number from 1 to ${MAX_JOBS}`, { field: 'limit' })
  const functions = params.getAll('function')
  return {
    states: states.length > 0 ? (states as JobState[]) : undefined,
    functions: functions.length > 0 ? functions : undefined,
    limit,
  }
}

const MAX_ATTEMPTS = 3

/** How a function's jobs run; undefined for one that takes events. */
export function jobFunctionOf({
  definition,
  perform,
}: Pick<Host, 'definition' | 'perform'>): JobFunction | undefined {
  if (definition.kind !== 'request') return undefined
  return { name: definition.name, maxAttempts: definition.job?.maxAttempts ?? MAX_ATTEMPTS, perform }
}
