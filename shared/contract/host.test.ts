import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { startFunction } from '../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { readSettings } from '../config/index.ts'
import type { Store } from '../store/index.ts'
import { defineFunction } from './define.ts'
import { type FunctionRequest, openResources, storeOptionsOf } from './index.ts'
import { openers } from './resources/all.ts'
import { answer, closeServer, listen, makeServer } from './server.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

/** Asks the store for something that takes a minute, and sets nothing to stop it. */
const sleepy = (inTransaction: boolean, timeoutMs = 60_000) =>
  defineFunction({
    name: 'sleep-long',
    summary: 'Sleeps in the store',
    access: 'public',
    readOnly: true,
    uses: ['store'] as const,
    timeoutMs,
    input: z.strictObject({}),
    output: z.object({}),
    async handle(_, { resources }) {
      if (inTransaction)
        await resources.store.transaction(({ query }) => query('select pg_sleep(60)'), { readOnly: true })
      else await resources.store.query('select pg_sleep(60)')
      return {}
    },
  })

async function sleepers(): Promise<number> {
  const [row] = await store.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`,
  )
  return row?.count ?? 0
}

async function waitForSleepers(count: number): Promise<void> {
  for (let tries = 0; tries < 200 && (await sleepers()) !== count; tries++) await sleep(50)
  assert.equal(await sleepers(), count)
}

for (const inTransaction of [false, true]) {
  const where = inTransaction ? 'in a transaction' : 'alone'
  test(`a query that a caller causes ends at the store when the caller goes away, ${where}`, async () => {
    const { host } = await startFunction(sleepy(inTransaction), { resources: { store } })
    const server = makeServer(
      path => ({ maxBytes: 1000, path, answer: (asked: FunctionRequest) => answer(host, asked) }),
      [],
    )
    const port = await listen(server, 0, '127.0.0.1')
    const calls = Array.from({ length: 3 }, () => {
      const call = request({ port, host: '127.0.0.1', agent: false })
      call.on('error', () => {})
      call.end()
      return call
    })
    await waitForSleepers(3)
    for (const call of calls) call.destroy()
    await waitForSleepers(0)
    await closeServer(server, [host])
  })

  test(`a query that a caller causes ends at the store with the function's time limit, ${where}`, async () => {
    const { call } = await startFunction(sleepy(inTransaction, 500), { resources: { store } })
    assert.equal((await call({})).status, 504)
    await waitForSleepers(0)
  })
}

test('a call within the process ends with the signal of who made it', async () => {
  const { host } = await startFunction(sleepy(false), { resources: { store } })
  const abort = new AbortController()
  const headers = { 'content-type': 'application/json' }
  const reply = host.invoke({
    method: 'POST',
    path: '/',
    query: '',
    headers,
    body: Buffer.from('{}'),
    signal: abort.signal,
  })
  await waitForSleepers(1)
  abort.abort()
  assert.equal((await reply).status, 499)
  await waitForSleepers(0)
})

test('what breaks one request of a batch is in the log, under the trace id of the call', async () => {
  const lines: string[] = []
  const broken = defineFunction({
    name: 'break-always',
    summary: 'Breaks',
    access: 'public',
    uses: [],
    input: z.strictObject({}),
    output: z.object({}),
    handle: async () => {
      throw new Error('the disc is made of cheese')
    },
  })
  const { host } = await startFunction(broken, { onLog: line => lines.push(line) })
  const traceId = 'a'.repeat(32)
  const { body } = await host.dispatch({
    method: 'POST',
    path: '/',
    query: '',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
    },
    body: Buffer.from('[{"id":"1","data":{}}]'),
  })
  assert.deepEqual(JSON.parse(String(body)), {
    results: [{ id: '1', status: 'retry', reason: 'unknown_error' }],
  })
  const told = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  assert.equal(told.length, 1)
  assert.equal(told[0]?.traceId, traceId)
  assert.equal(told[0]?.event, '1')
  assert.match(String(told[0]?.error), /made of cheese/)
})

test('what cannot be opened as a whole leaves nothing open, however often it is tried', async () => {
  const settings = { ...readSettings({}), STORE_URL: postgres.url('store_0') }
  const failing = { ...openers, objects: async () => Promise.reject(new Error('no bucket')) }
  const options = storeOptionsOf(sleepy(false), settings)
  for (let tries = 0; tries < 50; tries++)
    await assert.rejects(openResources(['store', 'bus', 'objects'], failing, settings, options), /no bucket/)
  // And where the store itself is not as it should be.
  const empty = { ...settings, STORE_URL: await postgres.createDatabase('empty') }
  for (let tries = 0; tries < 50; tries++)
    await assert.rejects(openResources(['store'], openers, empty, options), /schema is at 0/)
  const left = async () =>
    (await store.query(`select 1 from pg_stat_activity where application_name like 'cordage-sleep-long%'`))
      .length
  for (let tries = 0; tries < 100 && (await left()) > 0; tries++) await sleep(50)
  assert.equal(await left(), 0)
})

test('a function has no more connections than it is given, under its own name, and another has its own', async () => {
  const settings = { ...readSettings({}), STORE_URL: postgres.url('store_0') }
  const open = (name: string) =>
    openResources(['store'], openers, settings, {
      ...storeOptionsOf({ ...sleepy(false), name }, settings),
      maxConnections: 2,
    })
  const [slow, quick] = [await open('read-slow'), await open('read-quick')]
  const asked = Promise.allSettled(
    Array.from({ length: 8 }, () => slow.resources.store?.query('select pg_sleep(2)')),
  )
  await waitForSleepers(2)
  assert.equal((await quick.resources.store?.query('select 1'))?.length, 1)
  const rows = await store.query<{ name: string; count: number }>(
    `select application_name as name, count(*)::int as count from pg_stat_activity
     where application_name like 'cordage-read-%' group by 1 order by 1`,
  )
  assert.deepEqual(rows, [
    { name: 'cordage-read-quick', count: 1 },
    { name: 'cordage-read-slow', count: 2 },
  ])
  await asked
  await Promise.all([slow.close(), quick.close()])
})
