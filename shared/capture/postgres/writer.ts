import { addOrdinals, type Bus, makePosition, type NewRecord } from '../../bus/index.ts'
import type { Source } from '../../config/index.ts'
import type { Vault } from '../../privacy/index.ts'
import type { Query, Store } from '../../store/index.ts'
import { admit, makeSnapshotEnds, ORDINALS_PER_CHANGE, type RawChange } from '../admission.ts'
import { parkRefusals } from '../parking.ts'
import { type CaptureLease, checkLease } from '../state.ts'
import { readPostgresValue } from '../values.ts'
import { type Collector, isStep, type ReadStep, type Taken } from './collector.ts'
import { epochAt, type Progress, type Reading, saveReached, saveRead } from './progress.ts'

/** A moment at the source: everything committed before `at` is before `lsn` in its log. */
export type Mark = { lsn: bigint; at: Date }

type WriterOptions = {
  source: Source
  store: Store
  bus: Bus
  vault: Vault
  lease: CaptureLease
  collector: Collector
  /** What is being read; tables leave it as they are complete. */
  progress: Progress
  /** Everything before it is on the bus. */
  onWritten(confirmedLsn: bigint): void
}

export type Writer = ReturnType<typeof makeWriter>

/**
 * Writes what was collected, one transaction at a time; what arrives meanwhile goes into the next. Events, the place in the
 * log up to which they are on the bus, and the readings' progress are written together.
 */
export function makeWriter(options: WriterOptions) {
  const { source, store, bus, lease, collector, progress, onWritten } = options
  const topics = source.tables.map(table => table.topic)
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  let confirmedLsn = 0n
  let mark: Mark | undefined
  let problem: string | undefined
  let busy: Promise<void> | undefined
  let closed = false

  const write = async ({ entries, reachedLsn, lastCommit, owed }: Taken) => {
    const passed = mark && mark.lsn <= reachedLsn ? mark : undefined
    if (entries.length === 0 && !passed) return
    const changes = entries.filter(entry => !isStep(entry)) as RawChange[]
    const steps = entries.filter(isStep)
    const last = changes.at(-1)
    await store.transaction(async transaction => {
      const { query } = transaction
      await checkLease(query, lease)
      const { records, refusals } = await admit(query, source, options.vault, changes, readPostgresValue)
      const ended = takeSteps(progress.reading, steps)
      await bus.append(transaction, [...records, ...ended.flatMap(endsOf)])
      await parkRefusals(query, refusals)
      if (passed)
        await bus.heartbeat(
          transaction,
          topics,
          makePosition(epochAt(progress.epochs, passed.lsn), passed.lsn, 0),
          passed.at,
        )
      await saveReached(query, source.system, {
        // The second ordinal of a change belongs to it: a restart must not take it for a new one.
        position: last && addOrdinals(last.position, ORDINALS_PER_CHANGE - 1),
        confirmedLsn: reachedLsn > 0n ? reachedLsn : undefined,
        lastCommit,
        reading: steps.length > 0 ? progress.reading : undefined,
        owed,
        problem,
      })
      await saveEnded(query, ended)
      const whole = ended.filter(({ isWhole }) => isWhole).map(({ table }) => table.topic)
      if (whole.length > 0) await bus.endSnapshot(transaction, whole)
    })
    for (const step of steps) if (step.kind === 'owed') collector.owed.paid(step.table, step.keys)
    if (passed && mark === passed) mark = undefined
    if (reachedLsn > confirmedLsn) confirmedLsn = reachedLsn
    onWritten(confirmedLsn)
  }

  const saveEnded = async (query: Query, ended: Ended[]) => {
    for (const { table, epoch, identity } of ended) {
      progress.tables[table.name] = { epoch, identity }
      await saveRead(query, source.system, table.name, { epoch, identity })
    }
  }

  const drain = async () => {
    do await write(collector.next())
    while (collector.waiting() > 0 && !closed)
  }
  const wake = () => {
    if (busy || closed) return
    // In a task of its own, so that all messages of one read from the socket go together.
    busy = new Promise<void>(resolve => setImmediate(resolve))
      .then(drain)
      .catch(error => {
        closed = true
        reject(error)
      })
      .finally(() => {
        busy = undefined
        if (collector.waiting() > 0) wake()
      })
  }
  return {
    wake,
    failed,
    mark: (next: Mark) => {
      mark ??= next
    },
    /** What is wrong at the source although capture continues. */
    say: (text: string | undefined) => {
      problem = text
    },
    async close() {
      closed = true
      await busy
    },
  }
}

type Ended = Pick<Reading, 'epoch' | 'identity' | 'isWhole'> & Pick<ReadStep, 'table' | 'end'>

/** Advances readings by their steps. @returns those that they complete, which end */
function takeSteps(reading: Progress['reading'], steps: ReadStep[]): Ended[] {
  const ended: Ended[] = []
  for (const step of steps) {
    const own = reading[step.table.name]
    if (!own || step.kind !== 'part') continue
    own.rows += step.rows
    const part = own.parts.find(({ oid }) => oid === step.part)
    if (part && step.after) part.after = step.after
    else own.parts = own.parts.filter(({ oid }) => oid !== step.part)
    if (own.parts.length > 0) continue
    const { epoch, identity, isWhole } = own
    ended.push({ table: step.table, end: step.end, epoch, identity, isWhole })
    delete reading[step.table.name]
  }
  return ended
}

/** The events that end a whole reading, after its last rows. */
function endsOf({ table, epoch, isWhole, end }: Ended): NewRecord[] {
  return isWhole && end ? makeSnapshotEnds(table, epoch, end.position, end.at) : []
}
