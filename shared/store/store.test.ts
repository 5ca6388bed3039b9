import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FOREIGN_SETTINGS, startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { cancelWith } from './cancel.ts'
import { takeFreePort } from './embedded.ts'
import { connectPostgres, openStore, type Store } from './index.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

async function backendOf(query: Store['query']): Promise<number> {
  const [row] = await query<{ pid: number }>('select pg_backend_pid() as pid')
  return row?.pid ?? 0
}

test("a connection that is lost between a transaction's statements fails that transaction and nothing else", async () => {
  await store.query('create table kept (id int)')
  await assert.rejects(
    store.transaction(async ({ query }) => {
      await query('insert into kept values (1)')
      const pid = await backendOf(query)
      await store.query('select pg_terminate_backend($1)', [pid])
      await sleep(100)
      await query('insert into kept values (2)')
    }),
  )
  assert.deepEqual(await store.query('select id from kept'), [])
})

test('a connection of its own that is lost while nobody asks it rejects the next query', async () => {
  const client = await connectPostgres(postgres.url('store_0'))
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  await store.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await sleep(100)
  await assert.rejects(client.query('select 1'))
})

test('a connection ends with its signal, whatever it waits for', async () => {
  const abort = new AbortController()
  const client = await connectPostgres(postgres.url('store_0'), {}, abort.signal)
  const waiting = client.query('select pg_sleep(60)')
  setTimeout(() => abort.abort(), 50)
  await assert.rejects(waiting)
})

/** Connections of these names, at work or not. */
async function connectionsOf(name: string, state = '%'): Promise<number> {
  const [row] = await store.query<{ count: number }>(
    'select count(*)::int as count from pg_stat_activity where application_name like $1 and state like $2',
    [name, state],
  )
  return row?.count ?? 0
}

async function waitForNone(name: string, state = '%'): Promise<void> {
  for (let tries = 0; tries < 100 && (await connectionsOf(name, state)) > 0; tries++) await sleep(50)
  assert.equal(await connectionsOf(name, state), 0)
}

test('a query ends at the server with its signal, alone and in a transaction, and gives its connection back', async () => {
  const own = openStore(postgres.url('store_0'), { applicationName: 'aborted', maxConnections: 1 })
  const asks: ((signal: AbortSignal) => Promise<unknown>)[] = [
    signal => own.query('select pg_sleep(60)', [], { signal }),
    signal => own.transaction(({ query }) => query('select pg_sleep(60)'), { signal }),
  ]
  for (const ask of asks) {
    const abort = new AbortController()
    // One has the connection, the other waits for it.
    const asked = Promise.allSettled([ask(abort.signal), ask(abort.signal)])
    for (let tries = 0; tries < 100 && (await connectionsOf('aborted', 'active')) === 0; tries++)
      await sleep(50)
    abort.abort()
    for (const one of await asked)
      assert.equal(one.status === 'rejected' && (one.reason as Error).name, 'AbortError')
    await waitForNone('aborted', 'active')
    assert.equal((await own.query('select 1')).length, 1)
  }
  await own.close()
})

test('where the server cannot be told to end a query, its connection is cut off', {
  timeout: 10_000,
}, async () => {
  const own = openStore(postgres.url('store_0'))
  const client = await own.pool.connect()
  const abort = new AbortController()
  const ended = cancelWith(abort.signal, client, async () => {
    throw new Error('away')
  })
  const waiting = client.query('select pg_sleep(60)')
  abort.abort()
  await assert.rejects(waiting)
  assert.equal(ended(), true)
  client.release(true)
  await own.close()
})

test('a statement has a limit where one is given, and a transaction that stands still ends', async () => {
  const own = openStore(postgres.url('store_0'), { statementTimeoutMs: 100 })
  await assert.rejects(own.query('select pg_sleep(60)'), { code: '57014' })
  const [limits] = await own.query(
    `select current_setting('idle_in_transaction_session_timeout') as idle, current_setting('lock_timeout') as lock`,
  )
  assert.deepEqual(limits, { idle: '1min', lock: '1min' })
  await own.close()
})

test("a server's settings for others change neither what is read nor what may be written", async () => {
  await store.query(FOREIGN_SETTINGS)
  const other = openStore(postgres.url('store_0'))
  const [row] = await other.query(
    `select '2026-01-02T03:04:05Z'::timestamptz as at, '2026-01-02'::date as day, '\\x00ff'::bytea as bytes,
       '2026-01-02T03:04:05Z'::timestamptz::text as text, current_setting('transaction_isolation') as isolation`,
  )
  assert.deepEqual(row, {
    at: new Date('2026-01-02T03:04:05Z'),
    day: '2026-01-02',
    bytes: Buffer.from([0, 255]),
    text: '2026-01-02 03:04:05+00',
    isolation: 'read committed',
  })
  await other.query('create table written (id int)')
  const [urgent] = await other.urgent(`select '2026-01-02T03:04:05Z'::timestamptz as at`)
  assert.deepEqual(urgent, { at: new Date('2026-01-02T03:04:05Z') })
  await other.close()
})

test('who cannot listen leaves no connection, however often it tries', async () => {
  const own = openStore(postgres.url('store_0'), { applicationName: 'cannot' })
  for (let tries = 0; tries < 50; tries++)
    await assert.rejects(
      own.listen(['no "channel'], () => {}),
      { name: 'OutageError' },
    )
  await waitForNone('cannot%')
  await own.close()
})

test('a free port is another each time, not one that is taken, and none that the system gives to connections', async () => {
  const first = await takeFreePort()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(first + 1, '127.0.0.1', resolve))
  const ports = [first, await takeFreePort(), await takeFreePort()]
  server.close()
  assert.equal(new Set([...ports, first + 1]).size, 4)
  assert.ok(ports.every(port => port >= 20_000 && port < 30_000))
})
