import type { Trigger } from '../../shared/config/index.ts'
import { type FunctionDefinition, jobOf, type ResourceName } from '../../shared/contract/index.ts'

/** What a replica of a function gets, in the units of Kubernetes. */
export type Size = {
  memory: { request: string; limit: string }
  /** Without a limit: a limit slows a start and a search down, and protects nothing. */
  cpu: string
  /** Of /tmp, the one folder that can be written to. */
  disk: string
  /** Concurrent calls per replica, beyond which another is started. */
  inFlight: number
}

/** By what a function uses, the first that fits. Figures are from docs/benchmarks.md unless noted. */
const SIZES: { uses: ResourceName; size: Size }[] = [
  {
    // Node and dbt beside it: 80 and 535 MB, watched in tests/integration/build-warehouse.test.ts, on DuckDB, which keeps
    // the tables in its own memory; Trino has them in its. One build at a time, which waits.
    uses: 'warehouse',
    size: { memory: { request: '512Mi', limit: '1Gi' }, cpu: '500m', disk: '1Gi', inFlight: 1 },
  },
  {
    // The models take 376 MB, search with them 520 MB over 293 products and 651 over 43,000. A search keeps a core busy for
    // 7 ms, and the store's for 9: eight at once are 53 ms.
    uses: 'models',
    size: { memory: { request: '768Mi', limit: '1Gi' }, cpu: '500m', disk: '64Mi', inFlight: 8 },
  },
  {
    // Landing takes 373 MB with five million events behind.
    uses: 'objects',
    size: { memory: { request: '256Mi', limit: '512Mi' }, cpu: '250m', disk: '64Mi', inFlight: 32 },
  },
  {
    // Admission takes 327 MB with a transaction of two million rows.
    uses: 'bus',
    size: { memory: { request: '256Mi', limit: '512Mi' }, cpu: '250m', disk: '64Mi', inFlight: 32 },
  },
]

/** 82 MB at rest; an answer has at most some thousand rows. */
const LEAST_SIZE: Size = {
  memory: { request: '128Mi', limit: '256Mi' },
  cpu: '100m',
  disk: '64Mi',
  inFlight: 32,
}

/** 396 MB at size. */
export const CONNECTOR_SIZE: Size = {
  memory: { request: '256Mi', limit: '512Mi' },
  cpu: '250m',
  disk: '64Mi',
  inFlight: 1,
}

function sizeOf({ uses }: FunctionDefinition): Size {
  return SIZES.find(entry => uses.includes(entry.uses))?.size ?? LEAST_SIZE
}

type Replicas = { least: number; most: number }

/** How many replicas there may be. None where nobody waits for the second that a start takes. */
function replicasOf(definition: FunctionDefinition, trigger: Trigger | undefined): Replicas {
  // Its jobs run outside its calls, where no autoscaler sees them: scaling down would interrupt them.
  if (jobOf(definition)) return { least: 1, most: 1 }
  // A topic's batches come one after the other, and each change would wait for the start.
  if (trigger?.topics) return { least: 1, most: 3 }
  if (definition.access === 'public' || definition.access === 'user') return { least: 1, most: 10 }
  return { least: 0, most: 1 }
}

/** How long a call may take. The caller of a job waits only for its start. */
function callSeconds(definition: FunctionDefinition, defaultMs: number): number {
  const limitMs = jobOf(definition) ? defaultMs : (definition.timeoutMs ?? defaultMs)
  return Math.ceil(limitMs / 1000)
}

/** Beyond its limit a function has this long to report it itself: its host waits longer than that. */
export const MARGIN_SECONDS = 10

/** A function, what calls it, and what a platform has to give it. */
export type FunctionNeeds = {
  definition: FunctionDefinition
  trigger: Trigger | undefined
  size: Size
  replicas: Replicas
  /** How long a call may take. */
  seconds: number
}

/** @param defaultMs limit of a call where the definition says none */
export function needsOf(
  definition: FunctionDefinition,
  trigger: Trigger | undefined,
  defaultMs: number,
): FunctionNeeds {
  return {
    definition,
    trigger,
    size: sizeOf(definition),
    replicas: replicasOf(definition, trigger),
    seconds: callSeconds(definition, defaultMs),
  }
}
