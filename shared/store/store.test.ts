import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { takeFreePort } from './embedded.ts'
import { connectPostgres, type Store } from './index.ts'

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

test('a free port is another each time, not one that is taken, and none that the system gives to connections', async () => {
  const first = await takeFreePort()
  const server = createServer()
  await new Promise<void>(resolve => server.listen(first + 1, '127.0.0.1', resolve))
  const ports = [first, await takeFreePort(), await takeFreePort()]
  server.close()
  assert.equal(new Set([...ports, first + 1]).size, 4)
  assert.ok(ports.every(port => port < 32_768))
})
