import middy from '@middy/core'
import type { Settings } from '../config/index.ts'
import { BadInputError, describeError, OutageError, stackOf } from '../errors/index.ts'
import type { BusEvent } from '../events/index.ts'
import type { JobFunction, Report } from '../jobs/index.ts'
import type { Flow, Lineage } from '../lineage/index.ts'
// Not from the store's index: most of that is for those who connect to one.
import { withSignal } from '../store/with-signal.ts'
import { type Logger, makeCounter, makeHistogram, readTraceId, type Tracing } from '../telemetry/index.ts'
import type { Authenticate } from './access.ts'
import { eventsOf, handleEach, handleEvents } from './batch.ts'
import { type BatchResult, type Context, type FunctionDefinition, jobOf } from './define.ts'
import { encodeAnswer, formAskedOf } from './forms.ts'
import { type Identity, OPERATOR } from './identity.ts'
import { checkOutput, parseInput } from './input.ts'
import { answerStart, type JobDesk, readCallback, readWaitMs, startEach, toOutcome } from './job-calls.ts'
import { type FunctionReply, type FunctionRequest, type Message, toInputSchema } from './message.ts'
import { CallerGoneError, type Problem, TimeLimitError, toProblem, UnavailableError } from './problem.ts'
import { answersGet, readCall } from './read-call.ts'
import type { ResourceName, Resources } from './resources.ts'

/** Calls in flight in one function beyond which it answers 429: a queue would only hide the delay. */
const MAX_IN_FLIGHT = 256

/** How long calls in flight may take to finish when their host stops: half of a container's grace period. */
const DRAIN_MS = 5000

/** Requests in one batch for a function that takes one at a time: a small body can hold a great many. */
const MAX_BATCH_REQUESTS = 100

const calls = makeCounter({
  name: 'cordage_function_calls_total',
  help: 'Calls by HTTP status',
  labels: ['function', 'status'],
})
const seconds = makeHistogram({
  name: 'cordage_function_duration_seconds',
  help: 'Time from a call to its reply',
  labels: ['function'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
})
const eventsHandled = makeCounter({
  name: 'cordage_function_events_total',
  help: 'Events by how they ended',
  labels: ['function', 'status', 'reason'],
})

/** A call on its way through the middlewares. */
type Call = {
  request: FunctionRequest
  /** The caller is this very process, which needs no credentials. */
  isOwn?: boolean
  /** Set where this very process hands over events, which need no parsing either. */
  delivered?: BusEvent[]
  /** Set where this is an attempt at a job, and not the call that starts it. */
  work?: { input: unknown; report: Report }
  /** The caller waits for no answer, although the function would give one. */
  isLater?: boolean
  /** Who calls. */
  identity?: Identity
  traceId: string
  /** Ends the call's span, where calls are traced. */
  endTrace?: ((status: number) => void) | undefined
  startedAt: number
  message?: Message
  /** Parsed input of a request, where the message is not a batch. */
  input?: unknown
  /** What it has read and written so far. */
  flows: Flow[]
  /** Of a job's attempt, whose start was told. */
  run?: ReturnType<Lineage['begin']> | undefined
}

type Step = { event: Call; response: unknown; error: unknown }

/** A function, started: what it takes to answer calls. */
export type Host = {
  definition: FunctionDefinition
  /** How long a call may take. */
  timeoutMs: number
  /** Opens nothing itself: runs `init`. Until it is done, calls are answered 503. */
  start(): Promise<void>
  isReady(): boolean
  dispatch(request: FunctionRequest): Promise<FunctionReply>
  /** Hands over a request within the process: as over HTTP, except credentials. */
  invoke(request: FunctionRequest): Promise<FunctionReply>
  /** Hands over bus events within the process: the same path without HTTP around it. @param signal aborts the call */
  deliver(
    events: BusEvent[],
    signal?: AbortSignal,
  ): Promise<{ status: number; results: BatchResult[]; detail?: string; problem?: Problem }>
  /** Starts a job for a request, for any function. */
  later(request: FunctionRequest): Promise<FunctionReply>
  /** Makes one attempt at a job. */
  perform: JobFunction['perform']
  /** Refuses further calls, waits for those in flight, of which long ones are aborted after a while, and closes the function. */
  drain(): Promise<void>
}

export type HostOptions = {
  settings: Settings
  resources: Partial<Resources>
  log: Logger
  authenticate: Authenticate
  tracing?: Tracing | undefined
  lineage?: Lineage | undefined
  /** Needed by functions that run as jobs. */
  jobs?: JobDesk
}

export function makeHost(definition: FunctionDefinition, options: HostOptions): Host {
  const { settings, authenticate } = options
  const log = options.log.child({ function: definition.name })
  const timeoutMs = definition.timeoutMs ?? settings.TIMEOUT_MS
  const resources = options.resources as Pick<Resources, ResourceName>
  const inputSchema = definition.kind === 'request' ? toInputSchema(definition.input) : undefined
  let state: unknown
  let ready = false
  let inFlight = 0
  let onIdle: (() => void) | undefined
  let drained: Promise<void> | undefined
  const stopping = new AbortController()

  const observe = {
    before: () => {
      inFlight += 1
    },
    after: (step: Step) => settle(step),
    onError: (step: Step) => settle(step),
  }
  const settle = ({ event, response }: Step) => {
    inFlight -= 1
    if (inFlight === 0) onIdle?.()
    seconds.observe({ function: definition.name }, (performance.now() - event.startedAt) / 1000)
    const { status } = response as FunctionReply
    calls.inc({ function: definition.name, status: String(status) })
    event.endTrace?.(status)
    if (event.flows.length > 0 || event.run) tellLineage(event, response as FunctionReply)
  }

  const tellLineage = ({ run, flows, startedAt }: Call, { status, body }: FunctionReply) => {
    const endedAt = new Date()
    const call = {
      startedAt: new Date(endedAt.getTime() - (performance.now() - startedAt)),
      ...{ endedAt, flows, problem: status < 500 ? undefined : (JSON.parse(String(body)) as Problem).detail },
    }
    if (run) run.end(call)
    else options.lineage?.note({ function: definition.name, ...call })
  }

  const explain = {
    onError: (step: Step) => {
      const isGone = step.event.request.signal?.aborted && !(step.error instanceof TimeLimitError)
      const problem = toProblem(isGone ? new CallerGoneError() : step.error, step.event.traceId)
      if (problem.status >= 500 && !(step.error instanceof UnavailableError))
        log[problem.status === 503 ? 'warn' : 'error'](
          {
            traceId: step.event.traceId,
            status: problem.status,
            error: describeError(step.error),
            stack: stackOf(step.error),
          },
          'call failed',
        )
      step.response = {
        status: problem.status,
        headers: {
          'content-type': 'application/problem+json',
          ...(problem.status === 429 || problem.status === 503 ? { 'retry-after': '1' } : {}),
          ...(problem.status === 405 ? { allow: answersGet(definition) ? 'GET, HEAD, POST' : 'POST' } : {}),
        },
        body: JSON.stringify(problem),
      } satisfies FunctionReply
    },
  }

  const admit = {
    before: async ({ event }: Step) => {
      if (!ready) throw new UnavailableError()
      if (inFlight > MAX_IN_FLIGHT)
        throw new BadInputError(`more than ${MAX_IN_FLIGHT} calls in flight`, {
          status: 429,
          reason: 'too_many_requests',
        })
      if (!event.isOwn) event.identity = await authenticate(event.request, definition.access)
    },
  }

  const decode = {
    before: ({ event }: Step) => {
      const { request } = event
      if (event.delivered) return
      if (event.work) {
        if (definition.kind === 'request') event.input = parseInput(definition.input, event.work.input)
        return
      }
      event.message = readCall(definition, request, inputSchema)
      // A batch's bytes are not held while the function works on it.
      request.body = NO_BODY
      const { message } = event
      if (definition.kind === 'events') {
        if (message.kind === 'json')
          throw new BadInputError('this function takes CloudEvents only', { reason: 'malformed_event' })
      } else if (message.kind === 'batch') {
        if (message.events.length > MAX_BATCH_REQUESTS)
          throw new BadInputError(`a batch has at most ${MAX_BATCH_REQUESTS} events here`, {
            status: 413,
            reason: 'too_large',
          })
      } else
        event.input = parseInput(
          definition.input,
          message.kind === 'json' ? message.value : message.event.data,
        )
    },
  }

  const encode = {
    after: async (step: Step) => {
      const { event, response } = step
      const single = definition.kind === 'request' && event.message?.kind !== 'batch'
      if (single && isStart(event)) {
        step.response = response as FunctionReply
        return
      }
      if (single) {
        const answer = checkOutput(definition.output, response)
        // What a job answers is kept as JSON.
        const form = event.work
          ? undefined
          : formAskedOf(definition, event.input, event.request.headers.accept)
        step.response = { status: definition.status, ...(await encodeAnswer(definition, answer, form)) }
        return
      }
      step.response = {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: event.delivered ? '' : JSON.stringify({ results: response }),
        ...(event.delivered && { results: response }),
      }
    },
  }

  const isJob = jobOf(definition) !== undefined
  /** Whether a call starts a job instead of being answered. */
  const isStart = ({ work, isLater }: Call) =>
    definition.kind === 'request' && !work && (isJob || isLater === true)

  const waitOf = ({ request }: Call) => readWaitMs(request.headers.prefer)

  /** Its signal, and the resources that end with it, are created on demand. */
  const contextOf = (call: Call, limit: AbortSignal): Context<ResourceName, unknown> => {
    let signal: AbortSignal | undefined
    const end = () => {
      // Only a long-running function needs an abort when its host stops.
      const stop = definition.timeoutMs === undefined ? undefined : stopping.signal
      const ends = [limit, stop, call.request.signal].filter(one => one !== undefined)
      signal ??= ends.length === 1 ? limit : AbortSignal.any(ends)
      return signal
    }
    return {
      settings,
      log,
      state,
      traceId: call.traceId,
      caller: call.identity ?? OPERATOR,
      report: call.work?.report ?? (() => {}),
      lineage: (...flows) => call.flows.push(...flows),
      get signal() {
        return end()
      },
      get resources() {
        return resources.store ? { ...resources, store: withSignal(resources.store, end()) } : resources
      },
    }
  }

  const run = async (call: Call, _: unknown, limit: { signal: AbortSignal }): Promise<unknown> => {
    const context = contextOf(call, limit.signal)
    if (definition.kind === 'events') {
      const results = await handleEvents(definition, call.delivered ?? eventsOf(call.message), context)
      for (const [status, own] of Map.groupBy(results, result => result.status))
        for (const [reason = '', { length }] of Map.groupBy(own, result => result.reason))
          eventsHandled.inc({ function: definition.name, status, reason }, length)
      return results
    }
    if (isStart(call)) return await start(call, definition, context.signal)
    if (call.message?.kind === 'batch') return await handleEach(definition, call.message.events, context)
    const show = call.request.method === 'GET' ? definition.show : undefined
    return await (show ?? definition.handle)(call.input, context)
  }

  const start = async (
    call: Call,
    { name, input }: FunctionDefinition & { kind: 'request' },
    signal: AbortSignal,
  ) => {
    const desk = options.jobs
    if (!desk) throw new Error(`${name} runs as a job, but there is no store to keep its jobs`)
    const { message, identity } = call
    if (message?.kind === 'batch')
      return await startEach(desk, name, message.events, {
        identity,
        parse: data => parseInput(input, data),
      })
    const callbackUrl = readCallback(call.request.headers['x-callback-url'], settings)
    const waitMs = waitOf(call)
    const job = { function: name, input: call.input }
    return await answerStart(desk, job, { message, identity, callbackUrl, waitMs, signal })
  }

  const pipeline = middy({
    timeoutEarlyInMillis: 1,
    timeoutEarlyResponse: () => {
      throw new TimeLimitError(`took longer than ${timeoutMs} ms`)
    },
  } as object)
    .use([observe, explain, admit, decode, encode] as object[])
    .handler(run as never) as unknown as (
    call: Call,
    context: object,
  ) => Promise<FunctionReply & { results?: BatchResult[] }>
  const begin = (traceparent: string | undefined) => {
    const trace = options.tracing?.start(definition.name, traceparent)
    return {
      flows: [] as Flow[],
      traceId: trace?.traceId ?? readTraceId(traceparent),
      endTrace: trace?.end,
      startedAt: performance.now(),
    }
  }
  const limits = { getRemainingTimeInMillis: () => timeoutMs }
  const startLimits = (call: Call) => ({ getRemainingTimeInMillis: () => settings.TIMEOUT_MS + waitOf(call) })
  const untilIdle = async () => {
    if (inFlight === 0) return
    const end = () => stopping.abort(new OutageError(definition.name, 'it is shutting down'))
    const timer = setTimeout(end, DRAIN_MS)
    await new Promise<void>(resolve => {
      onIdle = resolve
    })
    clearTimeout(timer)
  }
  const end = async () => {
    const hasStarted = ready
    ready = false
    await untilIdle()
    if (hasStarted) await definition.close?.(state)
  }
  const through = (call: Call) => pipeline(call, isStart(call) ? startLimits(call) : limits)

  return {
    definition,
    // The caller of a job waits only for its start.
    timeoutMs: isJob ? settings.TIMEOUT_MS : timeoutMs,
    async start() {
      state = await definition.init?.({ resources, settings, log })
      ready = true
    },
    isReady: () => ready,
    dispatch(request) {
      const { traceparent } = request.headers
      return through({ request, ...begin(typeof traceparent === 'string' ? traceparent : undefined) })
    },
    invoke: request => through({ request, isOwn: true, ...begin(undefined) }),
    later: request => through({ request, isLater: true, ...begin(undefined) }),
    async perform({ input, requestedAs }, { signal, report }) {
      const request = { method: 'POST', path: '/', query: '', headers: {}, body: NO_BODY, signal }
      const identity = (requestedAs ?? OPERATOR) as Identity
      const work = { input, report }
      const run = isJob ? options.lineage?.begin(definition.name) : undefined
      return toOutcome(await through({ request, isOwn: true, identity, work, run, ...begin(undefined) }))
    },
    async deliver(events, signal) {
      const request = { method: 'POST', path: '/', query: '', headers: {}, body: NO_BODY, signal }
      const reply = await through({ request, isOwn: true, delivered: events, ...begin(undefined) })
      if (reply.status === 200) return { status: 200, results: reply.results ?? [] }
      const problem = JSON.parse(String(reply.body)) as Problem
      return { status: reply.status, results: [], detail: problem.detail, problem }
    },
    drain() {
      drained ??= end()
      return drained
    },
  }
}

const NO_BODY = Buffer.alloc(0)
