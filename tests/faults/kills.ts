import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRandom } from '../../stacks/demo/random.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { waitFor } from '../support/demo.ts'
import { compareIndex, compareLake, type Equality } from '../support/equality.ts'
import { type Fleet, makeFleet } from '../support/fleet.ts'

export type KillRun = {
  seed: number
  changes: number
  rate: number
  kills: number
  fleet?: () => Promise<Fleet>
  log?: (line: string) => void
}
export type KillOutcome = {
  changed: number
  killed: Record<string, number>
  equality: Equality
  indexDifferences: string[]
}

/**
 * Lets the simulator work while the pipeline's processes are killed (-9) at random moments and started again, then waits
 * until everything has come through and compares. The seed decides who is killed and when.
 */
export async function runKills({
  seed,
  changes,
  rate,
  kills,
  fleet: make = makeFleet,
  log = () => {},
}: KillRun): Promise<KillOutcome> {
  const fleet = await make()
  try {
    for (const member of fleet.members) fleet.start(member)
    await untilSnapshotIsThrough(fleet)
    log('snapshot is through')
    const abort = new AbortController()
    const simulating = runSimulator({
      url: fleet.source,
      rate,
      seed,
      maxChanges: changes,
      signal: abort.signal,
    })
    const random = makeRandom(seed)
    const killed: Record<string, number> = {}
    const spacingMs = ((changes / rate) * 1000) / (kills + 1)
    for (let i = 0; i < kills; i++) {
      await sleep(spacingMs * (0.5 + random()))
      const member = fleet.members[Math.floor(random() * fleet.members.length)] ?? ''
      await fleet.kill(member)
      killed[member] = (killed[member] ?? 0) + 1
      await sleep(random() * 300)
      fleet.start(member)
    }
    const changed = await simulating
    log(`${changed} changes made, ${JSON.stringify(killed)} killed`)
    await untilThrough(fleet)
    const options = {
      source: fleet.source,
      store: fleet.store,
      home: fleet.home,
      lake: fleet.lake,
      env: fleet.lakeEnv,
      withLedger: true,
    }
    return {
      changed,
      killed,
      equality: await compareLake(options),
      indexDifferences: await compareIndex(fleet.source, fleet.store),
    }
  } finally {
    await fleet.stop()
  }
}

export type HandOverRun = Omit<KillRun, 'changes'>
export type HandOverOutcome = {
  changed: number
  /** What the source went through meanwhile: the simulator may fall behind its rate. */
  changesPerSecond: number
  killedInSnapshot: number
  equality: Equality
  indexDifferences: string[]
}

/** Kills the capture in the middle of its snapshot again and again, while the source changes under it. */
export async function runHandOver({
  seed,
  rate,
  kills,
  fleet: make = makeFleet,
  log = () => {},
}: HandOverRun): Promise<HandOverOutcome> {
  const fleet = await make()
  try {
    for (const member of fleet.members) if (member !== 'capture') fleet.start(member)
    const abort = new AbortController()
    const startedAt = performance.now()
    const simulating = runSimulator({ url: fleet.source, rate, seed, signal: abort.signal })
    const random = makeRandom(seed)
    let killedInSnapshot = 0
    while (killedInSnapshot < kills) {
      fleet.start('capture')
      await waitFor('a snapshot to begin', async () => (await captureOf(fleet))?.isReading)
      await sleep(random() * 1500)
      await fleet.kill('capture')
      const capture = await captureOf(fleet)
      if (capture?.state === 'snapshot') killedInSnapshot += 1
      // One that was quicker than the kill is asked for again, as an operator would.
      else
        await fleet.store.query(
          `update ingest.capture set state = 'snapshot', progress = progress - 'tables', reading = '{}'`,
        )
      log(`epoch ${capture?.epoch} killed in state ${capture?.state}`)
    }
    fleet.start('capture')
    await waitFor('the last snapshot', async () => (await captureOf(fleet))?.state === 'streaming', 120_000)
    await sleep(2000)
    abort.abort()
    const changed = await simulating
    const changesPerSecond = (changed / (performance.now() - startedAt)) * 1000
    await untilThrough(fleet)
    const options = {
      source: fleet.source,
      store: fleet.store,
      home: fleet.home,
      lake: fleet.lake,
      withLedger: false,
    }
    return {
      changed,
      changesPerSecond,
      killedInSnapshot,
      equality: await compareLake(options),
      indexDifferences: await compareIndex(fleet.source, fleet.store),
    }
  } finally {
    await fleet.stop()
  }
}

type Capture = { state: string; epoch: number; isReading: boolean }

async function captureOf(fleet: Fleet): Promise<Capture | undefined> {
  const [capture] = await fleet.store.query<Capture>(
    `select state, epoch, reading <> '{}' as "isReading" from ingest.capture where system <> 'cordage'`,
  )
  return capture
}

type Place = { behind: string; groups: string; oldest: Date | null }

async function placeOf(fleet: Fleet): Promise<Place | undefined> {
  const [place] = await fleet.store.query<Place>(
    `select sum(events_behind) as behind, count(distinct "group") as groups,
       case when bool_and(changed_at is not null) then min(changed_at) end as oldest from bus.coverage`,
  )
  return place
}

export async function untilSnapshotIsThrough(fleet: Fleet): Promise<void> {
  await waitFor(
    'the snapshot',
    async () => {
      const [capture] = await fleet.store.query<{ state: string }>(
        `select state from ingest.capture where system <> 'cordage'`,
      )
      return capture?.state === 'streaming'
    },
    120_000,
  )
  await untilThrough(fleet)
}

/** Until all consumers have read everything that the source had committed by now. */
export async function untilThrough(fleet: Fleet): Promise<void> {
  const since = new Date()
  await waitFor(
    'all changes to come through',
    async () => {
      const place = await placeOf(fleet)
      return (
        place?.groups === String(fleet.functions.length) &&
        place.behind === '0' &&
        place.oldest !== null &&
        place.oldest > since
      )
    },
    180_000,
  ).catch(async error => {
    throw new Error(`${error.message}, since ${since.toISOString()}: ${await describe(fleet)}`)
  })
}

/** What is known of a fleet that does not come through. */
async function describe({ store, members, isRunning, home }: Fleet): Promise<string> {
  const captures = await store.query(`select * from ingest.capture where system <> 'cordage'`)
  const places = await store.query(
    "select * from bus.coverage where events_behind > 0 or problem is not null or changed_at < now() - interval '10 seconds'",
  )
  const logs = members.map(member => {
    const file = join(home, 'logs', `${member}.log`)
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
    return [`${member} (${isRunning(member) ? 'runs' : 'does not run'}):`, ...lines.slice(-15)].join('\n')
  })
  return [...[...captures, ...places].map(row => JSON.stringify(row)), ...logs].join('\n')
}
