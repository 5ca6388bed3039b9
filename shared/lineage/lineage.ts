import { randomUUID } from 'node:crypto'
import type { Settings } from '../config/index.ts'
import { describeError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { toEnd, toStart } from './events.ts'
import type { DatasetUse, Flow, Run } from './flow.ts'
import { saveRuns } from './graph.ts'
import { makePlaces, type SourcePlace } from './places.ts'
import { openSink } from './sink.ts'

/** What a process tells of its functions' runs. None of it waits, and none fails. */
export type Lineage = {
  /** A call is over. Calls of one function with the same datasets become one run a minute. */
  note(call: Call): void
  /** A run that is told by itself has begun, such as a job's. */
  begin(name: string): { end(call: Omit<Call, 'function'>): void }
  /** Tells what was noted so far. */
  close(): Promise<void>
}

export type Call = {
  function: string
  startedAt: Date
  endedAt: Date
  flows: Flow[]
  problem?: string | undefined
}

export type LineageOptions = {
  /** As they were given, without the embedded systems' URLs: these change with each start. */
  settings: Settings
  log: Logger
  /** Keeps the graph, where there is a store. */
  query?: Query | undefined
  sources?: Map<string, SourcePlace>
}

/** Calls that are alike are told together, at most this often. */
const EVERY_MS = 60_000
/** How soon a call is told, if nothing like it was lately. */
const SOON_MS = 2000
/** Kinds of calls that are told apart: a reader of ever other datasets must not fill the memory. */
const MAX_KINDS = 2000

type Kind = { run: Run; toldAt: number; isNew: boolean }

export function startLineage({ settings, log, query, sources }: LineageOptions): Lineage {
  const placeOf = makePlaces(settings, sources)
  const sink = openSink(settings, log)
  const kinds = new Map<string, Kind>()
  let saving = Promise.resolve()

  /** @param isBegun whether that it began is told already */
  const tell = (runs: Run[], isBegun: (run: Run) => boolean) => {
    if (runs.length === 0) return
    sink.send(runs.flatMap(run => [...(isBegun(run) ? [] : [toStart(run)]), toEnd(run, placeOf)]))
    if (query)
      saving = saving
        .then(() => saveRuns(query, runs))
        .catch(error => log.debug({ problem: describeError(error) }, 'the graph of lineage was not saved'))
  }

  const tellKinds = (isDue: (kind: Kind) => boolean) => {
    const due = [...kinds.values()].filter(kind => kind.isNew && isDue(kind))
    for (const kind of due) Object.assign(kind, { isNew: false, toldAt: performance.now() })
    tell(
      due.map(({ run }) => run),
      () => false,
    )
  }
  const timer = setInterval(() => tellKinds(({ toldAt }) => performance.now() - toldAt >= EVERY_MS), SOON_MS)
  timer.unref()

  const noteRun = (run: Run) => {
    const names = (flows: DatasetUse[]) => flows.map(({ dataset }) => dataset).join(' ')
    const key = `${run.job}\n${run.state}\n${names(run.reads)}\n${names(run.writes)}`
    const kind = kinds.get(key)
    if (!kind) {
      if (kinds.size >= MAX_KINDS) kinds.delete(kinds.keys().next().value ?? '')
      kinds.set(key, { run, toldAt: Number.NEGATIVE_INFINITY, isNew: true })
    } else kind.run = kind.isNew ? merge(kind.run, run) : run
    if (kind) kind.isNew = true
  }

  return {
    note(call) {
      for (const run of toRuns(call)) noteRun(run)
    },
    begin(name) {
      const runId = randomUUID()
      const started: Run = {
        ...{ job: name, function: name, runId, state: 'running', startedAt: new Date() },
        ...{ calls: 1, reads: [], writes: [] },
      }
      sink.send([toStart(started)])
      return {
        end(call) {
          const [own, ...parts] = toRuns({ ...call, function: name }, runId)
          if (own) tell([own, ...parts], run => run === own)
        },
      }
    },
    async close() {
      clearInterval(timer)
      tellKinds(() => true)
      await saving
      await sink.close()
    },
  }
}

/**
 * A call as runs: first one for what has no part, of which the others are then parts, and one for each part.
 * @param runId the run of the call itself, where that was told before
 */
function toRuns({ function: name, startedAt, endedAt, flows, problem }: Call, runId?: string): Run[] {
  const whole = flows.find(({ part }) => part === undefined)
  const parentId = runId ?? (whole && randomUUID())
  const toRun = (own: Flow | undefined, isPart: boolean): Run => ({
    job: own?.part === undefined ? name : `${name}.${own.part}`,
    function: name,
    runId: parentId !== undefined && !isPart ? parentId : randomUUID(),
    ...(parentId !== undefined && isPart && { parent: { job: name, runId: parentId } }),
    state: problem === undefined ? 'done' : 'failed',
    startedAt,
    endedAt,
    calls: 1,
    ...(problem !== undefined && { problem }),
    reads: own?.reads ?? [],
    writes: own?.writes ?? [],
  })
  const runs = flows.filter(use => use !== whole).map(use => toRun(use, true))
  return parentId === undefined ? runs : [toRun(whole, false), ...runs]
}

/** Two runs of one kind as one: the later one's versions, and the rows of both. */
function merge(one: Run, other: Run): Run {
  const writes = other.writes.map((use, i) => {
    const before = one.writes[i]?.rows
    return before === undefined ? use : { ...use, rows: before + (use.rows ?? 0) }
  })
  return { ...other, runId: one.runId, startedAt: one.startedAt, calls: one.calls + other.calls, writes }
}
