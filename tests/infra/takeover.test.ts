import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { LEASE_MS } from '../../shared/store/index.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { untilSnapshotIsThrough, untilThrough } from '../faults/kills.ts'
import { waitFor } from '../support/demo.ts'
import { compareIndex, compareLake } from '../support/equality.ts'
import { CONNECTORS, type DataCentre, makeDataCentre } from './data-centre.ts'

/** Three connectors and two copies of land-changes on Debezium and Kafka, while the source changes all the time. */
const TAKEOVER_MS = 10_000
const RATE = 20
/** More than land-changes gathers of a busy table before it is called. */
const GATHERING_MS = 6000

let fleet: DataCentre
const abort = new AbortController()
let simulating: Promise<number>
/** Tables that land, those that are indexed, and the raw topic. */
let topicCount = 0
before(async () => {
  fleet = await makeDataCentre({ days: 10, copies: { 'land-changes': 2 } })
  for (const member of fleet.members) fleet.start(member)
  await untilSnapshotIsThrough(fleet)
  const [row] = await fleet.store.query<{ count: string }>(
    'select count(distinct ("group", topic_id)) as count from bus.cursor',
  )
  topicCount = Number(row?.count)
  simulating = runSimulator({ url: fleet.source, rate: RATE, seed: 20260104, signal: abort.signal })
})
after(async () => {
  abort.abort()
  await simulating?.catch(() => {})
  await fleet?.stop()
})

/** Who holds which topics now. */
async function readHolders(): Promise<Map<string, string[]>> {
  const rows = await fleet.store.query<{ owner: string; name: string }>(
    `select owner, name from ops.lease where name like 'consume/%' and expires_at > now()`,
  )
  return new Map(
    [...Map.groupBy(rows, ({ owner }) => owner)].map(([owner, own]) => [
      owner,
      own.map(({ name }) => name.slice('consume/'.length)),
    ]),
  )
}

async function untilShared(): Promise<void> {
  await waitFor(
    'an even share',
    async () => {
      const sizes = [...(await readHolders()).values()].map(topics => topics.length)
      const all = sizes.reduce((sum, size) => sum + size, 0)
      return (
        sizes.length === CONNECTORS.length &&
        all === topicCount &&
        Math.max(...sizes) <= Math.ceil(all / sizes.length)
      )
    },
    40_000,
  )
}
async function holderOf(topic: RegExp): Promise<{ member: string; topics: string[] }> {
  for (const [member, topics] of await readHolders())
    if (topics.some(one => topic.test(one))) return { member, topics }
  throw new Error(`nobody holds ${topic}`)
}

type Place = { topic: string; partition: number; next: bigint; fencing: bigint }

async function readCursors(): Promise<Place[]> {
  const rows = await fleet.store.query<{
    topic: string
    partition: number
    next_offset: string
    fencing: string
  }>(
    `select "group" || '/' || t.name as topic, partition, next_offset, fencing
     from bus.cursor join bus.topic t on t.id = topic_id order by 1, 2`,
  )
  return rows.map(({ next_offset, fencing, ...row }) => ({
    ...row,
    next: BigInt(next_offset),
    fencing: BigInt(fencing),
  }))
}

test('connectors that start together share the topics evenly', async () => {
  await untilShared()
})

test(`the others take over a killed connector's work within ${TAKEOVER_MS / 1000} s`, async t => {
  // The one that everything waits for.
  const { member, topics } = await holderOf(/^admit-changes/)
  await fleet.kill(member)
  const killedAt = performance.now()
  const before = await readCursors()
  const movedMs = new Map<string, number>()
  await waitFor(
    'the cursors to move',
    async () => {
      for (const [i, { topic, next, fencing }] of (await readCursors()).entries())
        if (next > (before[i]?.next ?? 0n) && fencing > (before[i]?.fencing ?? 0n) && topics.includes(topic))
          if (!movedMs.has(topic)) movedMs.set(topic, Math.round(performance.now() - killedAt))
      return movedMs.has(topics.find(topic => topic.startsWith('admit-changes')) ?? '')
    },
    60_000,
  )
  t.diagnostic(
    `${member} held ${topics.length} topics; first moved after: ${JSON.stringify([...movedMs])} ms`,
  )
  assert.ok(Math.max(...movedMs.values()) <= TAKEOVER_MS)
  fleet.start(member)
  await untilShared()
})

test('a connector and a function that hang for longer than a lease write nothing late', async () => {
  const { member, topics } = await holderOf(/^land-changes\/.*\.Inventory/)
  const signal = (name: string, what: 'SIGSTOP' | 'SIGCONT') => process.kill(fleet.pidOf(name), what)
  const copies = ['land-changes', 'land-changes-2']
  let last = await readCursors()
  const watch = async (ms: number) => {
    for (const until = performance.now() + ms; performance.now() < until; await sleep(20)) {
      const now = await readCursors()
      for (const [i, { topic, partition, next }] of now.entries())
        assert.ok(next >= (last[i]?.next ?? 0n), `${topic}/${partition} went back`)
      last = now
    }
  }
  try {
    for (const copy of copies) signal(copy, 'SIGSTOP')
    await watch(GATHERING_MS)
    // Its batches are with the functions by now, and it hears of them only once others have gone on.
    signal(member, 'SIGSTOP')
    signal('land-changes-2', 'SIGCONT')
    await watch(LEASE_MS + 4000)
    const holders = await readHolders()
    assert.equal(holders.get(member), undefined, 'nothing is left to the one that stands still')
    assert.ok(topics.every(topic => [...holders.values()].some(own => own.includes(topic))))
  } finally {
    for (const name of [member, ...copies]) signal(name, 'SIGCONT')
  }
  await watch(5000)
  assert.ok(fleet.isRunning(member))
  await untilShared()
})

test('and after all of that every change is there exactly once', async () => {
  abort.abort()
  const changed = await simulating
  await untilThrough(fleet)
  const { differences } = await compareLake({
    source: fleet.source,
    store: fleet.store,
    home: fleet.home,
    lake: fleet.lake,
    withLedger: true,
  })
  assert.deepEqual(differences, [])
  assert.deepEqual(await compareIndex(fleet.source, fleet.store), [])
  assert.ok(changed > 100)
})
