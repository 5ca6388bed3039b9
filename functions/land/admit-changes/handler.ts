import {
  makePosition,
  type NewRecord,
  type Position,
  snapshotEnd,
  topicsOf,
} from '../../../shared/bus/index.ts'
import {
  type Admitted,
  admit,
  loadRawEpochs,
  makeSnapshotEnds,
  ORDINALS_PER_CHANGE,
  parkRefusals,
  type RawChange,
  type RawEpochs,
  readDebezium,
  readDebeziumValue,
  saveAdmitted,
} from '../../../shared/capture/index.ts'
import type { Source } from '../../../shared/config/index.ts'
import { type BatchResult, defineEventFunction, type Resources } from '../../../shared/contract/index.ts'
import { ConfigError, OutageError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'

/**
 * Takes a source's changes as Debezium tells them, gives each its position, treats personal values as the source file
 * says, and writes them to the topics that everybody reads. A message that comes again gets the position that it had: what
 * is written twice is landed once.
 */
export default defineEventFunction({
  name: 'admit-changes',
  summary: "Turns Debezium's messages into change events, with personal values treated",
  uses: ['store', 'bus', 'sources', 'privacy'],

  async init({ resources }) {
    const sources = resources.sources.filter(({ capture }) => capture === 'debezium')
    await resources.bus.ensureTopics(topicsOf(sources))
    return new Map(
      sources.map(source => [source.system, { source, vault: resources.privacy.vaultOf(source.system) }]),
    )
  },

  async handleBatch(events, { state, resources }) {
    const results: BatchResult[] = []
    for (const [topic, own] of Map.groupBy(events, event => event.topic)) {
      const system = state.get(topic.split('.')[1] ?? '')
      if (system) results.push(...(await admitMessages(own, system, resources)))
      else results.push(...own.map(({ id }) => parked(id, 'unknown_source')))
    }
    return results
  },
})

const parked = (id: string, reason: string): BatchResult => ({ id, status: 'parked', reason })

type System = { source: Source; vault: ReturnType<Resources['privacy']['vaultOf']> }

/** Messages of one raw topic, in the order in which they lie there. */
async function admitMessages(
  events: BusEvent[],
  { source, vault }: System,
  { store, bus }: Pick<Resources, 'store' | 'bus'>,
): Promise<BatchResult[]> {
  const epochs = await loadRawEpochs(store.query, source.system, events[0]?.busid ?? '')
  const read = readMessages(source, events, epochs)
  const records: NewRecord[] = []
  const refusals: Admitted['refusals'] = []
  for (const { changes, ends } of read.runs) {
    // The clients' keys are kept before anything that they encrypt leaves.
    const admitted = await admit(store.query, source, vault, changes, readDebeziumValue).catch(waitForMending)
    records.push(...admitted.records, ...ends)
    refusals.push(...admitted.refusals)
  }
  await store.transaction(async transaction => {
    await bus.append(transaction, records)
    await parkRefusals(transaction.query, refusals)
    const { mark, last } = read
    if (mark)
      await bus.heartbeat(
        transaction,
        source.tables.map(({ topic }) => topic),
        mark.position,
        mark.at,
      )
    await epochs.save(transaction.query)
    if (last) await saveAdmitted(transaction.query, source.system, last)
  })
  return read.results
}

/** A source file that does not fit its source is mended sooner or later, and the changes wait for it. */
function waitForMending(error: unknown): never {
  throw error instanceof ConfigError ? new OutageError('source', error.message, { cause: error }) : error
}

/** Changes up to the end of a snapshot, and the events that tell of that end. */
type Run = { changes: RawChange<Parameters<typeof readDebeziumValue>[0]>[]; ends: NewRecord[] }

type Read = {
  results: BatchResult[]
  runs: Run[]
  /** The last message that says how far everything before it reaches. */
  mark: { position: Position; at: Date } | undefined
  last: { epoch: number; state: 'snapshot' | 'streaming'; position: Position } | undefined
}

function readMessages(source: Source, events: BusEvent[], epochs: RawEpochs): Read {
  let run: Run = { changes: [], ends: [] }
  const read: Read = { results: [], runs: [run], mark: undefined, last: undefined }
  const endSnapshot = (epoch: NonNullable<ReturnType<RawEpochs['at']>>, offset: bigint, at: string) => {
    if (epoch.endOffset !== undefined) return
    epochs.end(epoch, offset)
    run.ends = source.tables.flatMap(table =>
      makeSnapshotEnds(table, epoch.epoch, snapshotEnd(epoch.epoch), at),
    )
    run = { changes: [], ends: [] }
    read.runs.push(run)
  }
  for (const { id, data, offset: text } of events) {
    const offset = BigInt(text)
    const message = readDebezium(source, data)
    if (message.kind === 'foreign') {
      read.results.push(parked(id, message.reason))
      continue
    }
    read.results.push({ id, status: message.kind === 'change' ? 'done' : 'skipped' })
    if (message.kind === 'nothing') continue
    const known = epochs.at(offset)
    if (message.kind === 'change' && message.snapshot) {
      const { table, op, before, after, changedAt, snapshot } = message
      const begins = snapshot === 'first' && known?.firstOffset !== offset
      const epoch = known && !begins && isWithin(known, offset) ? known : epochs.begin(offset)
      const position = makePosition(epoch.epoch, 0n, Number(offset - epoch.firstOffset))
      run.changes.push({ table, op, before, after, changedAt, position })
      read.last = { epoch: epoch.epoch, state: 'snapshot', position }
      if (snapshot === 'last') endSnapshot(epoch, offset + 1n, changedAt)
      continue
    }
    const { place } = message
    if (!place) continue
    const epoch = known ?? epochs.begin(offset)
    endSnapshot(epoch, offset, message.kind === 'change' ? message.changedAt : message.at.toISOString())
    const position = makePosition(epoch.epoch, place.commit, place.ordinal * ORDINALS_PER_CHANGE)
    read.last = { epoch: epoch.epoch, state: 'streaming', position }
    if (message.kind === 'mark') read.mark = { position, at: message.at }
    else {
      const { table, op, before, after, changedAt } = message
      run.changes.push({ table, op, before, after, changedAt, position })
    }
  }
  return read
}

function isWithin({ endOffset }: { endOffset: bigint | undefined }, offset: bigint): boolean {
  return endOffset === undefined || offset < endOffset
}
