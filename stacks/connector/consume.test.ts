import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bus, type BusRecord, makePosition, type Topic } from '../../shared/bus/index.ts'
import type { BatchResult } from '../../shared/contract/index.ts'
import { FencedError, OutageError } from '../../shared/errors/index.ts'
import { type BusEvent, toBusEvent } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import type { Delivery } from './caller.ts'
import { consume } from './consume.ts'
import { makeWaker } from './wake.ts'

const TOPIC: Topic = { id: 1, name: 'cdc.shop.Product', partitions: 1, busId: 'bus' }
/** What all of these consumers have. */
const COMMON = {
  trigger: {
    pattern: undefined,
    entities: undefined,
    maxEvents: 100,
    maxBytes: 1e6,
    lingerMs: 0,
    busyLingerMs: undefined,
  },
  log: makeLogger({ level: 'silent' }),
}
const done = (events: BusEvent[]): BatchResult[] => events.map(({ id }) => ({ id, status: 'done' }))

const recordAt = (offset: bigint, partition = 0): BusRecord => ({
  id: `shop/Product/${partition}/${offset}`,
  topic: TOPIC.name,
  partition,
  offset,
  type: 'cordage.change.v1',
  key: `${partition}/${offset}`,
  position: makePosition(1, offset, partition),
  changedAt: new Date(0).toISOString(),
  busId: 'bus',
  value: '{}',
})

/** A store of which only the parking is asked: the events' ids go into `parked`. */
function parkingStore(parked: string[]): Store {
  const query = async (_text: string, [, , ids]: [string, string[], string[]]) => {
    parked.push(...ids)
    return []
  }
  return { query } as unknown as Store
}

/** Feeds `count` events of one partition to a function until all are passed. */
async function run(
  count: number,
  answer: (events: BusEvent[], call: number) => Delivery,
  options: { loseLease?: boolean; loseDuringCall?: boolean; failParking?: number } = {},
) {
  const abort = new AbortController()
  const lost = new AbortController()
  let next = 0n
  const problems: (string | null)[] = []
  const parked: { id: string; reason: string }[] = []
  const sizes: number[] = []
  const order: string[] = []
  let failures = options.failParking ?? 0
  const read = async () => [
    {
      cursor: { partition: 0, nextOffset: next },
      records: Array.from({ length: count - Number(next) }, (_, i) => recordAt(next + BigInt(i))),
    },
  ]
  const bus = {
    openReader: async () => ({ read, close: async () => {} }),
    async moveCursors(
      _group: string,
      _topic: Topic,
      moves: { from: { nextOffset: bigint }; nextOffset: bigint }[],
    ) {
      if (options.loseLease) throw new FencedError('another holder moved the cursor')
      order.push('moved')
      for (const move of moves) {
        assert.equal(move.from.nextOffset, next)
        next = move.nextOffset
      }
      if (next === BigInt(count)) abort.abort()
    },
    reportProblem: async (_group: string, _topic: Topic, problem: string | null) =>
      void problems.push(problem),
  } as unknown as Bus
  const store = {
    async query(_text: string, [, , ids, , reasons]: [string, string[], string[], string[], string[]]) {
      if (failures-- > 0) throw new OutageError('store', 'it does not answer')
      order.push('parked')
      parked.push(...ids.map((id, i) => ({ id, reason: reasons[i] ?? '' })))
      return []
    },
  } as unknown as Store
  await consume({
    name: 'land-changes',
    topic: TOPIC,
    ...COMMON,
    store,
    bus,
    caller: {
      async deliver(_name, records) {
        sizes.push(records.length)
        if (options.loseDuringCall) lost.abort()
        return answer(records.map(toBusEvent), sizes.length)
      },
      call: async () => ({ status: 500, body: {} }),
    },
    lease: { name: 'consume', fencing: 1, signal: lost.signal },
    waker: makeWaker(),
    signal: abort.signal,
  })
  return { next: Number(next), problems, parked, sizes, order }
}

test('events are handed over in order and passed', async () => {
  const { next, parked, sizes } = await run(5, events => ({ status: 200, results: done(events) }))
  assert.deepEqual({ next, parked, sizes }, { next: 5, parked: [], sizes: [5] })
})

test('a bad event is parked with its reason, and those behind it pass', async () => {
  const { parked, sizes } = await run(3, events => ({
    status: 200,
    results: events.map(({ id, offset }) => ({
      id,
      status: offset === '1' ? 'parked' : 'done',
      reason: 'type_mismatch',
    })),
  }))
  assert.deepEqual(
    parked.map(({ reason }) => reason),
    ['type_mismatch'],
  )
  assert.deepEqual(sizes, [3])
})

test('an event that cannot be set aside is not passed, so that it comes again and is set aside then', async () => {
  const answer = (events: BusEvent[]): Delivery => ({
    status: 200,
    results: events.map(({ id }) => ({ id, status: 'parked', reason: 'bad' })),
    detail: '',
  })
  const { order, parked, next } = await run(2, answer, { failParking: 1 })
  assert.deepEqual(order, ['parked', 'moved'])
  assert.equal(parked.length, 2)
  assert.equal(next, 2)
})

test('an outage is waited for however long it lasts, said so, and parks nothing', async () => {
  const { parked, sizes, problems } = await run(1, (events, call) =>
    call <= 3 ? { status: 503, results: [], detail: 'store: gone' } : { status: 200, results: done(events) },
  )
  assert.deepEqual(parked, [])
  assert.equal(sizes.length, 4)
  assert.deepEqual(problems, ['503: store: gone', null])
})

test('a function that says what it waits for is waited for, and parks nothing', async () => {
  const { parked } = await run(1, (events, call) => ({
    status: 200,
    results:
      call <= 4
        ? events.map(({ id }) => ({ id, status: 'retry', reason: 'table_is_widened' }))
        : done(events),
  }))
  assert.deepEqual(parked, [])
})

test('what fails for unknown reasons is tried three times, halved, and the one event that fails is parked', async () => {
  const { parked, sizes, next } = await run(2, events =>
    events.some(({ offset }) => offset === '1')
      ? { status: 500, results: [], detail: 'something went wrong' }
      : { status: 200, results: done(events) },
  )
  assert.equal(next, 2)
  assert.deepEqual(
    parked.map(({ id, reason }) => [id, reason]),
    [[recordAt(1n).id, 'unknown_error']],
  )
  assert.deepEqual(sizes, [2, 2, 2, 1, 1, 1, 1])
})

test('an event whose function refuses it even alone is parked as the refusal says', async () => {
  const { parked, next } = await run(3, events =>
    events.some(({ id }) => id.endsWith('/1'))
      ? { status: 400, results: [], detail: 'the body is not valid JSON in UTF-8' }
      : { status: 200, results: done(events) },
  )
  assert.equal(next, 3)
  assert.deepEqual(parked, [{ id: 'shop/Product/0/1', reason: 'malformed_event' }])
})

test('a batch that is too large is halved at once, and the event that is too large alone is parked as such', async () => {
  const { parked, sizes, next } = await run(4, events =>
    events.length > 2 || events.some(({ offset }) => offset === '3')
      ? { status: 413, results: [], detail: 'something before the function answered' }
      : { status: 200, results: done(events) },
  )
  assert.equal(next, 4)
  assert.deepEqual(parked, [{ id: recordAt(3n).id, reason: 'too_large' }])
  assert.ok(sizes.length < 9, sizes.join())
})

test('an event that is refused with another status is parked with it', async () => {
  const { parked } = await run(1, () => ({ status: 422, results: [], detail: 'Unprocessable' }))
  assert.deepEqual(parked, [{ id: recordAt(0n).id, reason: 'http_422' }])
})

test('a proxy that gives up on a batch gets less at a time, and one event is waited for', async () => {
  const { parked, sizes } = await run(4, (events, call) =>
    events.length > 1 || call < 5
      ? { status: 504, results: [], detail: 'gateway time-out' }
      : { status: 200, results: done(events) },
  )
  assert.deepEqual(parked, [])
  assert.deepEqual(sizes.slice(0, 3), [4, 2, 1])
})

test('who asks to be left alone for a while is', async () => {
  const startedAt = Date.now()
  await run(1, (events, call) =>
    call === 1 ? { status: 429, results: [], retryAfterMs: 2000 } : { status: 200, results: done(events) },
  )
  assert.ok(Date.now() - startedAt >= 2000)
})

test('a lease that is lost during a call ends the call, and nothing is said in its name', async () => {
  const { next, problems } = await run(2, () => ({ status: 503, results: [] }), { loseDuringCall: true })
  assert.deepEqual({ next, problems }, { next: 0, problems: [] })
})

test('once its lease is lost it stops without passing anything', async () => {
  const { next, sizes } = await run(2, events => ({ status: 200, results: done(events) }), {
    loseLease: true,
  })
  assert.deepEqual({ next, sizes }, { next: 0, sizes: [2] })
})

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
