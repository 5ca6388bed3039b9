import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type NewRecord, rawTopicOf } from '../../../shared/bus/index.ts'
import { parseSource } from '../../../shared/capture/sources.ts'
import { OutageError } from '../../../shared/errors/index.ts'
import type { BusEvent } from '../../../shared/events/index.ts'
import { openVault } from '../../../shared/privacy/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import {
  type ConnectorOffset,
  type History,
  type LoggedChange,
  makeHistory,
  sendFrom,
  TABLES,
  toMessage,
  toSnapshotRow,
} from '../../../tests/support/sent-by-debezium.ts'
import admitChanges from './handler.ts'

/** Every seed is a history of its own. */
const SEEDS = Array.from({ length: 40 }, (_, nth) => Number(process.env.SEED ?? 20260900) + nth)

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore('resent')
})
after(() => postgres.stop())

/** The function over a bus that only says what it was given; a Kafka has it even where the store's transaction then fails. */
async function startAdmission(system: string) {
  const tables = TABLES.map(name => {
    const entity = name.toLowerCase()
    const columns = `{ id: { type: int, as: ${entity}_id }, mark: { type: string, as: mark } }`
    return `  ${name}: { entity: ${entity}, key: [id], columns: ${columns} }`
  })
  const source = parseSource(
    `${system}.yml`,
    `connection: shop\ncapture: debezium\nnamespace: dbo\ntimeZone: UTC\ntables:\n${tables.join('\n')}\n`,
  )
  const written: NewRecord[] = []
  let failures = 0
  const resources = {
    store: {
      ...store,
      query: store.query,
      transaction: (work: (transaction: never) => Promise<unknown>) =>
        store.transaction(async transaction => {
          const done = await work(transaction as never)
          if (failures-- > 0) throw new OutageError('store', 'gone')
          return done
        }),
    },
    bus: {
      ensureTopics: async () => {},
      append: async (_: unknown, records: NewRecord[]) => void written.push(...records),
      heartbeat: async () => {},
    },
    sources: [source],
    privacy: { vaultOf: () => openVault(system, Buffer.alloc(32, 7)) },
  }
  const surroundings = { resources, settings: {}, log: {} }
  const state = await admitChanges.init?.(surroundings as never)
  const context = { ...surroundings, state, signal: new AbortController().signal, lineage() {} }
  return {
    written,
    /** Hands over a batch of the raw topic. */
    async admit(topic: object[], from: number, to: number, isFailing = false): Promise<void> {
      if (admitChanges.kind !== 'events') throw new Error('it takes events')
      const events = topic.slice(from, to).map((message, nth) => toEvent(system, from + nth, message))
      failures = isFailing ? 1 : 0
      await admitChanges.handleBatch(events, context as never)
    },
  }
}

function toEvent(system: string, offset: number, message: object): BusEvent {
  return {
    specversion: '1.0',
    id: `${system}/changes/${offset}`,
    source: `/sources/${system}/changes`,
    type: 'cordage.raw.v1',
    time: '2026-01-01T00:00:00Z',
    position: '',
    partitionkey: '',
    topic: rawTopicOf(system),
    partition: 0,
    offset: String(offset),
    busid: 'bus-1',
    data: JSON.stringify(message),
  }
}

/**
 * The raw topic of a connector that is killed again and again: each time it starts from one of the offsets that it had since
 * the time before. It may have got another table, and once it reads all anew.
 */
function sendWithKills(history: History, random: () => number, isCounted: boolean) {
  const pick = (count: number) => Math.floor(random() * count)
  const topic: object[] = [toSnapshotRow('Product', 1, 'first', 0), toSnapshotRow('Product', 2, 'last', 0)]
  const sent = new Set<LoggedChange>()
  let offset: ConnectorOffset | undefined
  let tables = random() < 0.3 ? TABLES.slice(1) : TABLES
  let addedIn: number | undefined
  for (let lives = 2 + pick(4); lives > 0; lives--) {
    const all = [...sendFrom(history, tables, offset)]
    const now = lives === 1 ? all : all.slice(0, pick(all.length + 1))
    for (const one of now) sent.add(one.change)
    topic.push(...now.map(one => toMessage(one, isCounted)))
    // Connect saves offsets now and then: the newest is as likely as one of long ago.
    offset = now[pick(now.length + 1)]?.offset ?? offset
    if (tables !== TABLES) addedIn = offset?.commit
    tables = TABLES
    if (random() < 0.1) {
      // Behind everything that was sent: the source has it.
      const commit = Math.max(0, ...[...sent].map(change => change.commit))
      topic.push(
        toSnapshotRow('Territory', 1, 'first', commit),
        toSnapshotRow('Territory', 2, 'last', commit),
      )
      offset = { commit: commit + 1, seqval: 0, serial: 0, counted: 0 }
    }
  }
  return { topic, sent, addedIn }
}

/** Batches of any size, some handed over twice, cut elsewhere the second time, by two at once, or lost by the store. */
async function admitInBatches(
  { admit }: Awaited<ReturnType<typeof startAdmission>>,
  topic: object[],
  random: () => number,
): Promise<void> {
  const end = (from: number) => Math.min(topic.length, from + 1 + Math.floor(random() * 14))
  for (let from = 0; from < topic.length; ) {
    const to = end(from)
    const what = random()
    if (what < 0.2) await admit(topic, from, to)
    if (what > 0.85) await assert.rejects(admit(topic, from, to, true), OutageError)
    if (what > 0.4 && what < 0.55) {
      const twice = await Promise.allSettled([admit(topic, from, to), admit(topic, from, end(from))])
      for (const one of twice) if (one.status === 'rejected') assert.ok(one.reason instanceof OutageError)
    }
    const next = end(from)
    await admit(topic, from, next)
    from = next
  }
}

for (const isCounted of [true, false])
  test(`SQL Server: whatever is sent again has the position that it had (SEED=${SEEDS[0]}, ${isCounted ? 'counted' : 'not counted'})`, async () => {
    for (const seed of SEEDS) {
      const random = makeRandom(seed)
      const history = makeHistory(random, 3 + Math.floor(random() * 6))
      const { topic, sent, addedIn } = sendWithKills(history, random, isCounted)
      const admission = await startAdmission(`shop${seed}${isCounted ? 'c' : 'n'}`)
      await admitInBatches(admission, topic, random)
      const positions = checkPositions(admission.written, sent, `SEED=${seed}`)
      checkOrder(positions, history, addedIn, `SEED=${seed}`)
    }
  })

/** Every change has been written, always at one position, which no other has. */
function checkPositions(written: NewRecord[], sent: Set<LoggedChange>, seed: string): Map<string, string> {
  const positions = new Map<string, string>()
  for (const { value, position, type } of written) {
    const { op, before, after } = JSON.parse(value)
    if (type !== 'cordage.change.v1' || op === 'r') continue
    const { mark } = after ?? before
    assert.equal(position, positions.get(mark) ?? position, `${seed}: ${mark} moved`)
    positions.set(mark, position)
  }
  assert.equal(positions.size, sent.size, `${seed}: as many as were sent`)
  assert.equal(new Set(positions.values()).size, positions.size, `${seed}: each has its own`)
  return positions
}

/**
 * Changes of a key are in the order of their statements. Not in the transaction in which a table was added: of that one
 * Debezium sends the table's later statements first, where it starts once more inside it.
 */
function checkOrder(
  positions: Map<string, string>,
  { tables }: History,
  addedIn: number | undefined,
  seed: string,
): void {
  for (const [table, changes] of tables)
    for (const [key, ofKey] of Map.groupBy(changes, change => `${change.commit}/${change.key}`)) {
      if (ofKey[0]?.commit === addedIn) continue
      const inOrder = ofKey.map(({ mark }) => positions.get(mark)).filter(position => position !== undefined)
      assert.deepEqual(inOrder, inOrder.toSorted(), `${seed}: ${table} ${key} in the order of its statements`)
    }
}
