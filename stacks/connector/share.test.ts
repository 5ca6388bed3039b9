import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { waitFor } from '../../tests/support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { shareLeases } from './share.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

const NAMES = Array.from({ length: 10 }, (_, i) => `consume/${i}`)
const log = makeLogger({ level: 'silent' })

/** A connector whose work is to hold its leases until they are taken or wanted back. */
function startHolder(store: Store, owner: string) {
  const abort = new AbortController()
  const { signal } = abort
  const leases = makeLeases(store, owner)
  const share = shareLeases({ store, leases, owner, names: NAMES, log, signal })
  const held = new Set<string>()
  let turns = 0
  const hold = async (name: string) => {
    while (!signal.aborted) {
      const work = await share.acquire(name)
      if (!work) return
      held.add(name)
      turns += 1
      await new Promise(resolve => work.signal.addEventListener('abort', resolve, { once: true }))
      held.delete(name)
      share.ended(name)
      await leases.release(work.lease)
    }
  }
  const loops = NAMES.map(hold)
  return {
    held,
    turns: () => turns,
    async close() {
      abort.abort()
      await Promise.all([share.closed, ...loops])
      await leases.close()
    },
  }
}

const sizes = (holders: { held: Set<string> }[]) => holders.map(({ held }) => held.size)
const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
const isEven = (holders: { held: Set<string> }[]) => {
  const found = sizes(holders)
  return sum(found) === NAMES.length && Math.max(...found) <= Math.ceil(NAMES.length / holders.length)
}

test('leases are spread evenly, stay where they are, and go to the others when one ends', async () => {
  const store = await postgres.createStore()
  const holders = ['one', 'two', 'three'].map(owner => startHolder(store, owner))
  try {
    await waitFor('an even share', async () => isEven(holders), 15_000)
    const turns = holders.map(one => one.turns())
    await sleep(5000)
    assert.deepEqual(
      holders.map(one => one.turns()),
      turns,
      'nothing moves once it is even',
    )
    await holders.pop()?.close()
    await waitFor('the rest to take over', async () => isEven(holders), 3000)
    holders.push(startHolder(store, 'four'))
    await waitFor('a newcomer to get its share', async () => isEven(holders), 15_000)
  } finally {
    for (const one of holders) await one.close()
  }
})

test('what a connector leaves to others that do not take it is taken after a while and kept', async () => {
  const store = await postgres.createStore()
  await store.query(
    `insert into ops.lease (name, owner, fencing, expires_at) values ('member/idle', 'idle', 1, now() + interval '1 hour')`,
  )
  const holder = startHolder(store, 'busy')
  try {
    await waitFor('its share', async () => holder.held.size === 5, 5000)
    await waitFor('all of it', async () => holder.held.size === NAMES.length, 12_000)
    await sleep(5000)
    assert.equal(holder.turns(), NAMES.length, 'and kept')
  } finally {
    await holder.close()
  }
})

test('a connector that comes back under its name goes on with its own leases at once', async () => {
  const store = await postgres.createStore()
  const dead = makeLeases(store, 'one')
  await Promise.all(['member/one', ...NAMES].map(name => dead.tryAcquire(name)))
  const back = startHolder(store, 'one')
  try {
    await waitFor('its leases', async () => back.held.size === NAMES.length, 2000)
  } finally {
    await back.close()
    await dead.close()
  }
})
