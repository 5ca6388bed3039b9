import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bus, BusRecord, Topic } from '../../shared/bus/index.ts'
import { toBusEvent } from '../../shared/events/index.ts'
import { COMMON, done, parkingStore, recordAt, TOPIC } from '../../tests/support/consumer.ts'
import { consume } from './consume.ts'
import { makeWaker } from './wake.ts'

test('an event that nobody can take holds up its own partition only, and is found though others are busy', async () => {
  const PARTITIONS = 3
  const topic: Topic = { ...TOPIC, partitions: PARTITIONS }
  const next = Array.from({ length: PARTITIONS }, () => 0n)
  const ends = [200n, 10n, 10n]
  const abort = new AbortController()
  const parked: string[] = []
  let calls = 0
  const read = async () =>
    next.map((from, partition) => {
      const upTo = partition === 0 ? from + 1n : (ends[partition] ?? 0n)
      return {
        cursor: { partition, nextOffset: from },
        records: Array.from({ length: Number(upTo - from) }, (_, i) => recordAt(from + BigInt(i), partition)),
      }
    })
  const bus = {
    // A new event in partition 0 with every look: it always has something that succeeds.
    openReader: async () => ({ read, close: async () => {} }),
    async moveCursors(
      _group: string,
      _topic: Topic,
      moves: { from: { partition: number }; nextOffset: bigint }[],
    ) {
      for (const move of moves) next[move.from.partition] = move.nextOffset
      if (next[1] === ends[1] && next[2] === ends[2]) abort.abort()
    },
    reportProblem: async () => {},
  } as unknown as Bus
  const store = parkingStore(parked)
  const timer = setTimeout(() => abort.abort(), 60_000)
  await consume({
    name: 'index-products',
    topic,
    ...COMMON,
    store,
    bus,
    caller: {
      deliver: async (_name, records) => {
        calls += 1
        const events = records.map(toBusEvent)
        return events.some(event => event.partitionkey === '1/0')
          ? { status: 500, results: [], detail: 'something went wrong' }
          : { status: 200, results: done(events) }
      },
      call: async () => ({ status: 200, body: {} }),
    },
    lease: { name: 'lease', fencing: 1, signal: new AbortController().signal },
    waker: makeWaker(),
    signal: abort.signal,
  })
  clearTimeout(timer)
  assert.deepEqual([next[1], next[2]], [10n, 10n])
  assert.equal(parked.length, 1)
  assert.ok(calls < 100, `${calls} calls`)
})

/** Partitions of these lengths, all unread, and what of them was handed over, through a caller that answers as told. */
async function consumeBacklog(lengths: number[], answer: (records: BusRecord[]) => number) {
  const next = lengths.map(() => 0n)
  const handed = lengths.map(() => [] as bigint[])
  const sizes: number[] = []
  const parked: string[] = []
  const abort = new AbortController()
  const reads = { count: 0 }
  let inFlight = 0
  let most = 0
  const bus = {
    openReader: async () => ({
      read: async () => {
        reads.count += 1
        return next.map((nextOffset, partition) => {
          const length = BigInt(lengths[partition] ?? 0)
          const count = Math.min(25, Number(length - nextOffset))
          return {
            cursor: { partition, nextOffset },
            records: Array.from({ length: count }, (_, i) => recordAt(nextOffset + BigInt(i), partition)),
            hasMore: nextOffset + BigInt(count) < length,
          }
        })
      },
      close: async () => {},
    }),
    async moveCursors(
      _group: string,
      _topic: Topic,
      moves: { from: { partition: number; nextOffset: bigint }; nextOffset: bigint }[],
    ) {
      for (const { from, nextOffset } of moves) {
        assert.equal(from.nextOffset, next[from.partition])
        next[from.partition] = nextOffset
      }
      if (next.every((offset, partition) => Number(offset) === lengths[partition])) abort.abort()
    },
    reportProblem: async () => {},
  } as unknown as Bus
  const timer = setTimeout(() => abort.abort(), 60_000)
  await consume({
    name: 'land-changes',
    topic: { ...TOPIC, partitions: lengths.length },
    ...COMMON,
    store: parkingStore(parked),
    bus,
    caller: {
      async deliver(_name, records) {
        sizes.push(records.length)
        inFlight += 1
        most = Math.max(most, inFlight)
        await new Promise(resolve => setImmediate(resolve))
        inFlight -= 1
        const status = answer(records)
        if (status !== 200) return { status, results: [], detail: 'something went wrong' }
        for (const { partition, offset } of records) handed[partition]?.push(offset)
        return { status: 200, results: done(records.map(toBusEvent)) }
      },
      call: async () => ({ status: 200, body: {} }),
    },
    lease: { name: 'lease', fencing: 1, signal: new AbortController().signal },
    waker: makeWaker(),
    signal: abort.signal,
  })
  clearTimeout(timer)
  return { handed, sizes, parked, most, reads: reads.count }
}

const upTo = (length: number) => Array.from({ length }, (_, i) => BigInt(i))

test('a backlog goes four batches at a time, in order per partition, and parks what is bad', async () => {
  const isBad = (records: BusRecord[]) => records.some(({ key }) => key === '1/250')
  const { handed, parked, most } = await consumeBacklog([500, 500, 500, 500], records =>
    isBad(records) ? 500 : 200,
  )
  assert.equal(most, 4)
  assert.deepEqual(parked, ['shop/Product/1/250'])
  const all = upTo(500)
  assert.deepEqual(
    handed,
    handed.map((_, partition) => (partition === 1 ? all.filter(offset => offset !== 250n) : all)),
  )
})

test('one bad moment of all batches on their way gives up no event and halves no batch', async () => {
  for (const lengths of [
    [500, 500, 1, 500],
    [500, 500, 500, 20],
  ]) {
    let calls = 0
    const { handed, parked, sizes } = await consumeBacklog(lengths, () => (calls++ < 4 ? 500 : 200))
    assert.deepEqual(parked, [])
    assert.ok(
      sizes.every(size => [25, 20, 1].includes(size) || size > 25),
      sizes.join(),
    )
    assert.deepEqual(handed, lengths.map(upTo))
  }
})

test('streams go on while two partitions are behind, however many there are', async () => {
  for (const lengths of [
    [500, 500],
    [500, 500, 500],
    [500, 500, 0, 0],
  ]) {
    const { handed, reads } = await consumeBacklog(lengths, () => 200)
    assert.deepEqual(handed, lengths.map(upTo))
    assert.ok(reads < 2.6 * lengths.length * 20, `${reads} reads for ${lengths.join()}`)
  }
})
