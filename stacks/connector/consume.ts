import type { Bus, BusReader, PartitionBatch, Topic } from '../../shared/bus/index.ts'
import type { TopicTrigger } from '../../shared/config/index.ts'
import { describeError, FencedError, isOutage } from '../../shared/errors/index.ts'
import type { Lease, Store } from '../../shared/store/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'
import type { Caller } from './caller.ts'
import { park } from './parked.ts'
import { judge, reasonOf } from './reply.ts'
import { settle, takeFirst } from './settle.ts'
import { backoffMs, pause, type Waker } from './wake.ts'

/** Tries of the same batch after an unknown error, before it is halved; of a single event, before it is parked. */
const MAX_TRIES = 3
/** Batches a minute above which a topic is busy, and gathers for longer. */
const BUSY_BATCHES = 20
/** A quiet topic is polled this often, in case a notification was lost. */
const POLL_MS = 1000

/** Batches of one topic on their way at once, in a backlog. */
const STREAMS = 4
/** A stream that is not behind is polled this often while others are. */
const IDLE_STREAM_MS = 200

export type ConsumeOptions = {
  name: string
  topic: Topic
  trigger: TopicTrigger
  store: Store
  bus: Bus
  caller: Caller
  lease: Lease
  waker: Waker
  log: Logger
  signal: AbortSignal
}

/**
 * Feeds one topic to one function, in order per partition and at least once, until the lease is lost. Cursors move only
 * after the function's reply, and only under the lease's number.
 */
export async function consume(options: ConsumeOptions): Promise<void> {
  const { name, topic, trigger, bus, waker, log } = options
  const signal = AbortSignal.any([options.signal, options.lease.signal])
  const pace = makePace(trigger)
  const lanes = makeLanes(options)
  let reader: BusReader | undefined
  // Unknown for the previous holder of the lease.
  let reported: string | null | undefined
  while (!signal.aborted) {
    try {
      reader ??= await bus.openReader(name, topic, waker.wake)
      // Counted now, read once it is delivered.
      const lingerMs = pace.waitMs()
      const unread = lingerMs > 0 ? await reader.countUnread?.() : undefined
      if (unread !== undefined && unread < trigger.maxEvents) {
        if (unread === 0) await waker.wait(POLL_MS, signal)
        else await pause(lingerMs, signal)
        if (unread > 0) pace.waited()
        continue
      }
      const batches = await reader.read(trigger)
      const count = batches.reduce((sum, batch) => sum + batch.records.length, 0)
      if (count === 0) {
        await waker.wait(POLL_MS, signal)
        continue
      }
      const isBacklog = count >= trigger.maxEvents || batches.some(batch => batch.hasMore)
      const waitMs = isBacklog ? 0 : pace.waitMs()
      if (waitMs > 0) {
        await pause(waitMs, signal)
        // The next poll includes what came meanwhile.
        pace.waited()
        continue
      }
      pace.delivered()
      const isLong = batches.filter(batch => batch.hasMore).length > 1
      const problem =
        isLong && lanes.areTogether()
          ? await deliverBacklog(options, reader, lanes)
          : await lanes.deliver(batches)
      if ((problem ?? null) !== reported) await bus.reportProblem(name, topic, problem ?? null)
      reported = problem ?? null
      if (problem) {
        log.warn({ function: name, topic: topic.name, problem }, 'waiting')
        await pause(lanes.delayMs(), signal)
      }
    } catch (error) {
      await reader?.close()
      reader = undefined
      if (error instanceof FencedError) return
      if (!isOutage(error)) throw error
      log.warn({ function: name, topic: topic.name, problem: describeError(error) }, 'waiting for the bus')
      lanes.outage()
      await pause(lanes.delayMs(), signal)
    }
  }
  await reader?.close()
}

/**
 * A backlog goes in streams, each of every fourth partition: while the function works on a batch of one, those of the
 * others are settled, read, sent and written. They end together, once fewer than two are behind or one has a problem.
 */
async function deliverBacklog(
  { topic, trigger, lease, signal }: ConsumeOptions,
  reader: BusReader,
  lanes: Lanes,
): Promise<string | undefined> {
  const stopping = AbortSignal.any([signal, lease.signal])
  const streams = Array.from({ length: Math.min(STREAMS, topic.partitions) }, (_, nth) => nth)
  const behind = new Set(streams)
  const round = lanes.beginRound()
  let isOver = false
  const follow = async (nth: number) => {
    while (!isOver && !stopping.aborted && lanes.areTogether()) {
      const batches = (await reader.read(trigger)).filter(
        ({ cursor }) => cursor.partition % streams.length === nth,
      )
      if (batches.some(({ hasMore }) => hasMore)) behind.add(nth)
      else behind.delete(nth)
      const problem = batches.some(({ records }) => records.length > 0)
        ? await round.deliver(batches)
        : undefined
      if (problem) return problem
      if (behind.size < 2) break
      if (!behind.has(nth)) await pause(IDLE_STREAM_MS, stopping)
    }
    return undefined
  }
  const endAll = () => {
    isOver = true
  }
  const ends = await Promise.allSettled(streams.map(nth => follow(nth).finally(endAll)))
  round.end()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return ends.map(end => (end.status === 'fulfilled' ? end.value : undefined)).find(problem => problem)
}

/**
 * All partitions go together while all is well. Once an event is stuck they go one by one, each with tries of its own: it
 * holds up its own partition until it is found and parked, and no other.
 */
function makeLanes(options: ConsumeOptions) {
  const { maxEvents } = options.trigger
  let together = makeTries(maxEvents)
  const alone = new Map<number, Tries>()
  const deliver = (batches: PartitionBatch[], tries: Tries) =>
    deliverOnce(options, takeFirst(batches, tries.limit()), tries)
  const deliverTogether = async (batches: PartitionBatch[], tries: Tries) => {
    const { problem, isStuck } = await deliver(batches, tries)
    // Stuck among others that moved, or after its tries with all of them.
    if (isStuck && (problem === undefined || tries.limit() < maxEvents || tries.areSpent())) {
      // For all partitions, because those that are not in this batch would wait for these.
      for (let partition = 0; partition < options.topic.partitions; partition++)
        alone.set(partition, makeTries(maxEvents, tries.limit()))
      together = makeTries(maxEvents)
    }
    return problem
  }
  return {
    /** For batches that are on their way side by side: one bad moment is one failure, and no event is given up for it. */
    beginRound() {
      const tries = together
      const failed: number[] = []
      const tooMuch: number[] = []
      const inRound = {
        ...tries,
        isHopeless: () => false,
        failed: (size: number) => void failed.push(size),
        tooMuch: (size: number) => void tooMuch.push(size),
      }
      return {
        deliver: (batches: PartitionBatch[]) => deliverTogether(batches, inRound),
        end() {
          if (failed.length > 0) tries.failed(Math.max(...failed))
          if (tooMuch.length > 0) tries.tooMuch(Math.max(...tooMuch))
        },
      }
    },
    async deliver(batches: PartitionBatch[]): Promise<string | undefined> {
      if (alone.size === 0) return deliverTogether(batches, together)
      let problem: string | undefined
      for (const batch of batches) {
        const tries = alone.get(batch.cursor.partition)
        if (tries && batch.records.length > 0) problem = (await deliver([batch], tries)).problem ?? problem
      }
      if ([...alone.values()].every(tries => tries.isWell())) alone.clear()
      return problem
    },
    areTogether: () => alone.size === 0,
    outage: () => together.outage(),
    delayMs: () => Math.max(together.delayMs(), ...[...alone.values()].map(tries => tries.delayMs())),
  }
}

type Lanes = ReturnType<typeof makeLanes>

type Outcome = {
  /** What keeps events from moving. */
  problem: string | undefined
  /** Whether one of them fails for a reason that waiting does not fix. */
  isStuck: boolean
}

/** Hands over one batch and moves the cursors by its answers. */
async function deliverOnce(
  options: ConsumeOptions,
  batches: PartitionBatch[],
  tries: Tries,
): Promise<Outcome> {
  const { name, caller, bus, topic, store, lease, log } = options
  const records = batches.flatMap(batch => batch.records)
  const reply = await caller.deliver(name, records, lease.signal)
  // Interrupted, because another has the lease or may have it any moment: that one reports the problem.
  if (lease.signal.aborted) throw new FencedError(`the lease ${lease.name} was lost during a call`)
  const verdict = judge(reply)
  const isAlone = records.length === 1
  // A proxy's time-out for one event's call does not mean that the event is bad.
  if (verdict === 'outage' || (reply.status === 504 && verdict === 'too_much' && isAlone)) {
    tries.outage(reply.retryAfterMs)
    return { problem: `${reply.status}: ${reply.detail}`, isStuck: false }
  }
  // A refusal of the whole batch says nothing about its events: none of them is settled.
  const settlement = settle(batches, verdict === 'done' ? reply.results : [])
  const [first] = settlement.blocked
  // A function that names what it waits for gets unlimited retries; only unknown errors run out of tries.
  const isOutage =
    verdict === 'done' && first !== undefined && !['unknown_error', 'no_answer'].includes(first.reason)
  const isHopeless = verdict === 'too_much' ? isAlone : tries.isHopeless(records.length)
  if (first && settlement.moves.length === 0 && !isOutage && isHopeless) {
    const { status, detail } = reply
    settlement.parked.push(
      verdict === 'done' ? first : { ...first, reason: reasonOf(status), detail: `${status}: ${detail}` },
    )
    const only = batches.filter(({ records }) => records.includes(first.record))
    settlement.moves.push(...settle(only, [{ id: first.record.id, status: 'parked' }]).moves)
  }
  await park(store, name, settlement.parked)
  for (const [reason, events] of Map.groupBy(settlement.parked, event => event.reason)) {
    const [{ detail } = {}] = events
    log.warn(
      { function: name, topic: topic.name, reason, detail, events: events.length },
      'events are parked',
    )
  }
  if (settlement.moves.length > 0) {
    await bus.moveCursors(name, topic, settlement.moves, lease.fencing)
    tries.succeeded()
  } else if (isOutage) tries.outage()
  else if (verdict === 'too_much') tries.tooMuch(records.length)
  else tries.failed(records.length)
  const isStuck = first !== undefined && !isOutage
  const isWaiting = first !== undefined && settlement.moves.length === 0
  return { problem: isWaiting ? reply.detail || first.reason : undefined, isStuck }
}

/** Spaces batches out: a first event is sent at once, later ones are gathered. */
function makePace({ lingerMs, busyLingerMs = lingerMs }: TopicTrigger) {
  let recent: number[] = []
  let hasWaited = false
  return {
    waitMs() {
      if (hasWaited) return 0
      recent = recent.filter(at => at > Date.now() - 60_000)
      const spacing = recent.length > BUSY_BATCHES ? busyLingerMs : lingerMs
      return Math.max(0, (recent.at(-1) ?? 0) + spacing - Date.now())
    },
    waited() {
      hasWaited = true
    },
    delivered() {
      hasWaited = false
      recent.push(Date.now())
    },
  }
}

type Tries = ReturnType<typeof makeTries>

/** Three tries, then half the batch (at once where it is too much), down to the one event that fails; after a success the batch grows again. */
function makeTries(maxEvents: number, startLimit = maxEvents) {
  let limit = startLimit
  let failures = 0
  let outages = 0
  let askedMs = 0
  return {
    limit: () => limit,
    /** Grows with each failure in a row, and is no shorter than the reply's Retry-After. */
    delayMs: () => Math.max(backoffMs(Math.max(failures, outages)), askedMs),
    outage(retryAfterMs = 0) {
      outages += 1
      askedMs = retryAfterMs
    },
    succeeded() {
      failures = 0
      outages = 0
      askedMs = 0
      limit = Math.min(limit * 2, maxEvents)
    },
    failed(size: number) {
      failures += 1
      if (failures < MAX_TRIES || size === 1) return
      failures = 0
      limit = Math.ceil(size / 2)
    },
    /** The same batch again would be too much again. */
    tooMuch(size: number) {
      limit = Math.ceil(size / 2)
    },
    isWell: () => failures === 0 && limit === maxEvents,
    /** Whether what cannot be halved has failed as often as it may. */
    areSpent: () => failures >= MAX_TRIES,
    /** Whether the single event that is left has had all its tries. */
    isHopeless: (size: number) => size === 1 && failures >= MAX_TRIES - 1,
  }
}
