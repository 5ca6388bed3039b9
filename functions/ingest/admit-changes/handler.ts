import { type NewRecord, topicsOf } from '../../../shared/bus/index.ts'
import {
  type Admitted,
  admit,
  type DebeziumSource,
  findPlaces,
  isDebezium,
  loadPlaces,
  loadRawEpochs,
  parkRefusals,
  parseMessages,
  readDebeziumValue,
  readMessages,
  saveAdmitted,
} from '../../../shared/capture/index.ts'
import { type BatchResult, defineEventFunction, type Resources } from '../../../shared/contract/index.ts'
import { ConfigError, OutageError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'

/**
 * Takes a source's changes from Debezium, gives each its position, treats personal values as the source file
 * says, and writes them to the topics that all functions read. A message that is redelivered gets the same position: what
 * is written twice is landed once.
 */
export default defineEventFunction({
  name: 'admit-changes',
  summary: "Turns Debezium's messages into change events, with personal values treated",
  uses: ['store', 'bus', 'sources', 'privacy'],

  async init({ resources }) {
    const sources = resources.sources.filter(isDebezium)
    await resources.bus.ensureTopics(topicsOf(sources))
    return new Map(
      sources.map(source => [source.system, { source, vault: resources.privacy.vaultOf(source.system) }]),
    )
  },

  async handleBatch(events, { state, resources, lineage }) {
    const results: BatchResult[] = []
    for (const [topic, own] of Map.groupBy(events, event => event.topic)) {
      const system = state.get(topic.split('.')[1] ?? '')
      if (system) {
        results.push(...(await admitMessages(own, system, resources)))
        const writes = system.source.tables.map(table => ({ dataset: table.topic }))
        lineage({ part: system.source.system, reads: [{ dataset: topic }], writes })
      } else results.push(...own.map(({ id }) => parked(id, 'unknown_source')))
    }
    return results
  },
})

const parked = (id: string, reason: string): BatchResult => ({ id, status: 'parked', reason })

type System = { source: DebeziumSource; vault: ReturnType<Resources['privacy']['vaultOf']> }

/** Messages of one raw topic, in the topic's order. */
async function admitMessages(
  events: BusEvent[],
  { source, vault }: System,
  { store, bus }: Pick<Resources, 'store' | 'bus'>,
): Promise<BatchResult[]> {
  const epochs = await loadRawEpochs(store.query, source.system, events[0]?.busid ?? '')
  const messages = parseMessages(source, events)
  const places = await loadPlaces(store.query, source.system, findPlaces(messages, epochs))
  const read = readMessages(source, messages, epochs, places)
  const records: NewRecord[] = []
  const refusals: Admitted['refusals'] = []
  for (const { changes, ends } of read.runs) {
    // The clients' keys are stored before anything encrypted with them leaves.
    const admitted = await admit(store.query, source, vault, changes, readDebeziumValue).catch(
      waitForCorrection,
    )
    records.push(...admitted.records, ...ends)
    refusals.push(...admitted.refusals)
  }
  await store.transaction(async transaction => {
    // First, because it refuses where another process has admitted the same: nothing has left then.
    await places.save(transaction.query)
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

/** Until a source file is corrected to fit its source, the changes wait. */
function waitForCorrection(error: unknown): never {
  throw error instanceof ConfigError ? new OutageError('source', error.message, { cause: error }) : error
}
