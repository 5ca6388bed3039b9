import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bus, Topic } from '../../shared/bus/index.ts'
import { FencedError, OutageError } from '../../shared/errors/index.ts'
import { type BusEvent, toBusEvent } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { COMMON, done, recordAt, TOPIC } from '../../tests/support/consumer.ts'
import type { Delivery } from './caller.ts'
import { consume } from './consume.ts'
import { makeWaker } from './wake.ts'

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
      ? { status: 413, results: [], detail: 'something in front of the function answered' }
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
