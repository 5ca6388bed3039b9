import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cron } from 'croner'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { waitFor } from '../../tests/support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import type { Caller } from './caller.ts'
import { keepSchedule, latestDue } from './clock.ts'

const cron = (pattern: string, timezone = 'UTC') => new Cron(pattern, { timezone, paused: true })
const at = (text: string) => new Date(text)

test('nothing is due before its time', () => {
  assert.equal(
    latestDue(cron('0 3 * * *'), at('2026-01-01T04:00:00Z'), at('2026-01-02T02:59:59Z')),
    undefined,
  )
})

test('runs that were missed collapse to the last one, after a minute as after a year', () => {
  const quarterly = cron('*/15 * * * *')
  assert.deepEqual(
    latestDue(quarterly, at('2026-01-01T00:00:00Z'), at('2026-01-01T01:07:00Z')),
    at('2026-01-01T01:00:00Z'),
  )
  assert.deepEqual(
    latestDue(quarterly, at('2025-01-01T00:00:00Z'), at('2026-01-01T01:07:00Z')),
    at('2026-01-01T01:00:00Z'),
  )
  assert.deepEqual(
    latestDue(cron('0 0 1 1 *'), at('2020-06-01T00:00:00Z'), at('2026-05-01T00:00:00Z')),
    at('2026-01-01T00:00:00Z'),
  )
})

test('a run that is due this very moment is due', () => {
  assert.deepEqual(
    latestDue(cron('0 3 * * *'), at('2026-01-01T03:00:00Z'), at('2026-01-02T03:00:00Z')),
    at('2026-01-02T03:00:00Z'),
  )
})

test('three in the morning is the time of the zone, before and after its clocks change', () => {
  const morning = cron('0 3 * * *', 'America/Los_Angeles')
  assert.deepEqual(
    latestDue(morning, at('2026-03-06T12:00:00Z'), at('2026-03-07T12:00:00Z')),
    at('2026-03-07T11:00:00Z'),
  )
  assert.deepEqual(
    latestDue(morning, at('2026-03-08T12:00:00Z'), at('2026-03-09T12:00:00Z')),
    at('2026-03-09T10:00:00Z'),
  )
})

test('a time that the change of clocks leaves out or doubles is due once that day', () => {
  const count = (pattern: string, from: string, to: string) => {
    const schedule = cron(pattern, 'Europe/Berlin')
    const dues: Date[] = []
    for (let after = at(from); ; ) {
      const due = latestDue(schedule, after, at(to))
      if (!due) return dues.length
      // As a clock that looks every minute would find them.
      const first = schedule.nextRun(after)
      assert.ok(first)
      dues.push(first)
      after = first
    }
  }
  assert.equal(count('30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z'), 1)
  assert.equal(count('30 2 * * *', '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z'), 1)
})

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

test('two clocks run what is due once between them, and a run that failed is recorded', {
  timeout: 20_000,
}, async () => {
  const abort = new AbortController()
  const called: string[] = []
  const caller: Caller = {
    deliver: async () => ({ status: 500, results: [] }),
    async call(_name, { id }) {
      called.push(id)
      return { status: called.length === 1 ? 500 : 200, body: { detail: 'no room' } }
    },
  }
  const clocks = ['one', 'two'].map(owner => {
    const leases = makeLeases(store, owner)
    const schedule = { cron: '* * * * * *', timeZone: 'UTC', input: {}, exclusive: 'lock' }
    const options = {
      name: 'build-warehouse',
      index: 0,
      schedule,
      store,
      leases,
      caller,
      log: makeLogger({ level: 'silent' }),
      signal: abort.signal,
    }
    return { leases, done: keepSchedule(options) }
  })
  await waitFor('three runs', async () => called.length >= 3)
  abort.abort()
  for (const { leases, done } of clocks) {
    await done
    await leases.close()
  }
  assert.equal(new Set(called).size, called.length, 'no due time twice')
  const runs = await store.query<{ status: string; detail: string | null }>(
    'select status, detail from ops.schedule_run order by due_at',
  )
  assert.equal(runs[0]?.status, 'failed')
  assert.match(runs[0]?.detail ?? '', /no room/)
  // The last one may have been interrupted.
  assert.ok(runs.slice(1, -1).every(({ status }) => status === 'done'))
})

/** Due five minutes ago, and not again for a year. */
const due = new Date(Date.now() - 300_000)
const YEARLY = `${due.getUTCMinutes()} ${due.getUTCHours()} ${due.getUTCDate()} ${due.getUTCMonth() + 1} *`

/** Keeps such a schedule until it has called. @returns the calls' ids */
async function keepUntilCalled(
  name: string,
  given: { store: Store; status: number; first?: number[]; onLog?: (line: string) => void },
): Promise<string[]> {
  const abort = new AbortController()
  const leases = makeLeases(store, 'one')
  const calls: string[] = []
  await store.query(
    `insert into ops.schedule_run (schedule, due_at, status) values ($1, date_trunc('day', now() - interval '2 days'), 'done') on conflict do nothing`,
    [`${name}/0`],
  )
  await keepSchedule({
    name,
    index: 0,
    schedule: { cron: YEARLY, timeZone: 'UTC', input: {}, exclusive: undefined },
    store: given.store,
    leases,
    caller: {
      deliver: async () => ({ status: 500, results: [] }),
      async call(_name, { id }) {
        calls.push(id)
        const early = given.first?.[calls.length - 1]
        if (early === undefined) abort.abort()
        const body =
          early === undefined ? {} : { title: 'Not yet', detail: 'the tables are still being read' }
        return { status: early ?? given.status, body }
      },
    },
    log: makeLogger({ level: 'silent' }),
    signal: abort.signal,
  })
  await leases.close()
  return calls
}

test('a run that is cut off because its connector stops is made up for at the next start', {
  timeout: 20_000,
}, async () => {
  const cutOff = await keepUntilCalled('train-forecast', { store, status: 503 })
  const madeUp = await keepUntilCalled('train-forecast', { store, status: 200 })
  assert.equal(cutOff.length + madeUp.length, 2)
  assert.equal(cutOff[0], madeUp[0])
})

test('a run whose function is away, or cannot run yet, is tried again and says why meanwhile', {
  timeout: 20_000,
}, async () => {
  const told: unknown[] = []
  const look = setInterval(
    async () =>
      told.push(
        ...(await store.query(
          `select detail, next_try_at > now() as is_later from ops.schedule_run where schedule = 'wait-for/0' and status = 'waiting' and attempts = 2`,
        )),
      ),
    200,
  )
  const calls = await keepUntilCalled('wait-for', { store, status: 200, first: [503, 409] })
  clearInterval(look)
  assert.equal(calls.length, 3)
  assert.equal(new Set(calls).size, 1, 'one due time')
  assert.deepEqual(told[0], { detail: '409: Not yet: the tables are still being read', is_later: true })
  const rows = await store.query(
    `select status, attempts, detail from ops.schedule_run where schedule = 'wait-for/0' and attempts > 0`,
  )
  assert.deepEqual(rows, [{ status: 'done', attempts: 3, detail: null }])
})

test('a run whose connector was killed is run again, once nobody holds its lock', {
  timeout: 20_000,
}, async () => {
  const [killed] = await keepUntilCalled('be-killed', { store, status: 200 })
  // As the kill left it: called, and nothing written of it.
  await store.query(
    `update ops.schedule_run set status = 'running' where schedule = 'be-killed/0' and attempts = 1`,
  )
  const again = await keepUntilCalled('be-killed', { store, status: 200 })
  assert.deepEqual(again, [killed])
})

test('a run that is due while the store is away is made up for when it is back', {
  timeout: 20_000,
}, async () => {
  let isAway = true
  const flaky: Store = {
    ...store,
    query: async (text, values) => {
      if (isAway && text.startsWith('insert into ops.schedule_run')) {
        isAway = false
        throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
      }
      return store.query(text, values)
    },
  }
  const calls = await keepUntilCalled('train-propositions', { store: flaky, status: 200 })
  assert.equal(isAway, false)
  assert.equal(calls.length, 1)
})
