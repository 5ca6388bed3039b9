import { z } from 'zod'
import type { Settings } from '../config/index.ts'
import type { BusEvent } from '../events/index.ts'
import type { Report } from '../jobs/index.ts'
import type { Flow } from '../lineage/index.ts'
import type { Logger } from '../telemetry/index.ts'
import type { Form } from './forms.ts'
import type { Identity } from './identity.ts'
import type { ResourceName, Resources } from './resources.ts'

/** Who may call: anybody, a signed-in person, an operator, or only the connector and other functions. */
export type Access = 'public' | 'user' | 'operator' | 'internal'

/** How one event of a batch ended. A thrown error stands for all of them. */
export type BatchResult = {
  id: string
  /** done and skipped move on; parked is set aside with a reason; retry and held are redelivered. */
  status: 'done' | 'skipped' | 'parked' | 'retry' | 'held'
  /** A fixed snake_case word. */
  reason?: string
}

type Surroundings<Uses extends ResourceName> = {
  resources: Pick<Resources, Uses>
  settings: Settings
  log: Logger
}

/**
 * What a handler gets besides its input. `signal` aborts at the time limit, and where a job is cancelled; `traceId` is 32 hex
 * digits.
 */
export type Context<Uses extends ResourceName, State> = Surroundings<Uses> & {
  state: State
  signal: AbortSignal
  traceId: string
  /** Who called; of a job, who requested it. */
  caller: Identity
  /** Reports the job's progress: the share that is done, from 0 to 1, and a sentence. */
  report: Report
  /** Tells what this call reads and writes (docs/lineage.md); it costs the call nothing. */
  lineage(...flows: Flow[]): void
}

/** A function that takes longer than a call: a call starts a job, which runs in the background. */
export type JobSpec = {
  /** Why it is safe to run again, even after half of it is done, as happens if a process dies. For the reference. */
  repeat: string
  /** Most attempts, if it fails or its process dies; default 3. */
  maxAttempts?: number
}

type Common<Uses extends ResourceName, State> = {
  /** The function's name everywhere: folder, URL, log field, metric label. */
  name: string
  /** One line for the API document. */
  summary: string
  /** Systems that it needs; only these are opened and bundled. */
  uses: readonly Uses[]
  /** Groups of the Python lock (pyproject.toml): its job.py runs in the first, or in another that the settings ask for. */
  python?: readonly string[]
  /** Limit of one call; default: the setting TIMEOUT_MS. */
  timeoutMs?: number
  /** One generic plan per statement, where planning for each call would cost more than it saves. */
  genericPlans?: boolean
  /** Runs once before the function is ready; what it returns is the handler's `state`. */
  init?(surroundings: Surroundings<Uses>): State | Promise<State>
  /** Runs once after the last call, for what `init` has begun and a call did not wait for. */
  close?(state: State): Promise<void>
}

export type RequestSpec<
  Uses extends ResourceName,
  State,
  Input extends z.ZodType,
  Output extends z.ZodType,
> = Common<Uses, State> & {
  access: Access
  /** Changes nothing, so that `GET /` with a query string is allowed too. */
  readOnly?: boolean
  input: Input
  output: Output
  /** A call answers 202 with the id of a job; `timeoutMs` is the limit of one attempt at it. */
  job?: JobSpec
  /** A call worth showing: the API document and docs/reference/functions.md have it. */
  example?: NoInfer<z.input<Input>>
  /** The HTTP status of success; default 200. */
  status?: number
  /** What the answer can be had as besides JSON: by the header Accept, and by a field `format` of the input. */
  forms?: readonly Form<z.output<Output>>[]
  /**
   * For people who follow a link: what `GET /` answers, which changes nothing, as programs follow links too. The function then
   * also takes what a form posts, with the link's query string.
   */
  show?(input: z.output<Input>, context: Context<Uses, State>): Promise<z.input<Output>>
  handle(input: z.output<Input>, context: Context<Uses, State>): Promise<z.input<Output>>
}

export type EventSpec<Uses extends ResourceName, State> = Common<Uses, State> & {
  handleBatch(events: BusEvent[], context: Context<Uses, State>): Promise<BatchResult[]>
}

type AnyContext = Context<ResourceName, unknown>

/** A function as hosts see it, its type parameters erased. */
export type FunctionDefinition = Omit<Common<ResourceName, unknown>, 'init' | 'close'> & {
  access: Access
  readOnly: boolean
  init?: (surroundings: Surroundings<ResourceName>) => unknown
  close?: (state: unknown) => Promise<void>
} & (
    | {
        kind: 'request'
        input: z.ZodType
        output: z.ZodType
        example?: unknown
        status: number
        job?: JobSpec
        forms?: readonly Form<unknown>[]
        show?(input: unknown, context: AnyContext): Promise<unknown>
        handle(input: unknown, context: AnyContext): Promise<unknown>
      }
    | { kind: 'events'; handleBatch(events: BusEvent[], context: AnyContext): Promise<BatchResult[]> }
  )

/** A text that the store can take as it is: Postgres knows no NUL character. */
export function storableText(maxLength: number): z.ZodString {
  return z
    .string()
    .max(maxLength)
    .regex(/^[^\0]*$/, 'must not hold NUL characters')
}

/** Whether Postgres takes an ISO time: it knows no year 0, no offset beyond 15:59, and reads no endless fraction. */
export function isStorableTime(text: string): boolean {
  return text > '0001' && text.length <= 40 && !/[+-](1[6-9]|2\d):\d\d$/.test(text)
}

/** How a function runs as a job; undefined where a call is answered. */
export function jobOf(definition: FunctionDefinition): JobSpec | undefined {
  return definition.kind === 'request' ? definition.job : undefined
}

const NAME = /^[a-z]+(-[a-z0-9]+)+$/

function checkName(name: string): void {
  if (!NAME.test(name)) throw new TypeError(`function name "${name}" must be verb-noun in kebab-case`)
}

/**
 * A function that answers one request: its input is parsed and its output checked by their schemas. It can be called
 * over HTTP, and by schedules and bucket events, whose `data` is the input.
 */
export function defineFunction<
  const Uses extends ResourceName,
  Input extends z.ZodType,
  Output extends z.ZodType,
  State = undefined,
>(spec: RequestSpec<Uses, State, Input, Output>): FunctionDefinition {
  checkName(spec.name)
  if (spec.job && spec.readOnly)
    throw new TypeError(`${spec.name}: a function that runs as a job cannot be readOnly`)
  if (spec.show && spec.readOnly)
    throw new TypeError(`${spec.name}: a function that only reads answers GET by itself`)
  if (spec.job && !spec.uses.includes('store' as Uses))
    throw new TypeError(
      `${spec.name}: a function that runs as a job must use the store, which keeps its jobs`,
    )
  return { readOnly: false, status: 200, ...spec, kind: 'request' } as unknown as FunctionDefinition
}

/**
 * A function that takes change events from the bus, in batches, at least once and in order per key. It answers for
 * each event by id; a repeated event must be harmless.
 */
export function defineEventFunction<const Uses extends ResourceName, State = undefined>(
  spec: EventSpec<Uses, State>,
): FunctionDefinition {
  checkName(spec.name)
  return { access: 'internal', readOnly: false, ...spec, kind: 'events' } as unknown as FunctionDefinition
}
