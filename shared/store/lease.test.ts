import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { checkLease } from '../capture/state.ts'
import { ConfigError, FencedError } from '../errors/index.ts'
import { makeLeases, migrate, openStore, requireSchema, type Store, underLease } from './index.ts'
import { SCHEMA_VERSION } from './schema-version.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

test('a lease has one holder, and is free again when it is given back', async () => {
  const [one, two] = [makeLeases(store, 'one'), makeLeases(store, 'two')]
  const lease = await one.tryAcquire('a')
  assert.ok(lease)
  assert.equal(await two.tryAcquire('a'), undefined)
  assert.equal(await one.tryAcquire('a'), undefined, 'nor twice by the same process')
  await one.release(lease)
  assert.equal(lease.signal.aborted, true)
  assert.ok(await two.tryAcquire('a'))
  await Promise.all([one.close(), two.close()])
})

test('a lease can be seized from who holds it, who notices by itself', async () => {
  const [one, two] = [makeLeases(store, 'one'), makeLeases(store, 'two')]
  const lost = await one.tryAcquire('seized')
  const lease = await two.tryAcquire('seized', { seize: true })
  assert.ok(lost && lease && lease.fencing > lost.fencing)
  for (let waited = 0; !lost.signal.aborted && waited < 6000; waited += 50) await sleep(50)
  assert.equal(lost.signal.aborted, true)
  assert.equal(lease.signal.aborted, false)
  await Promise.all([one.close(), two.close()])
})

test('work under a lease waits for whoever holds it, and goes on where that one has failed', async () => {
  const leases = makeLeases(store, 'one')
  const order: string[] = []
  const work = (name: string) =>
    underLease(leases, 'work', AbortSignal.timeout(10_000), async () => {
      order.push(`${name} begins`)
      await sleep(50)
      order.push(`${name} ends`)
      if (name === 'first') throw new Error('broken')
    })
  const [first, second] = await Promise.allSettled([work('first'), work('second')])
  assert.equal(first.status, 'rejected')
  assert.equal(second.status, 'fulfilled')
  assert.deepEqual(order, ['first begins', 'first ends', 'second begins', 'second ends'])
  await leases.close()
})

test('who waits for a lease is let go by its signal', async () => {
  const [holder, waiting] = [makeLeases(store, 'one'), makeLeases(store, 'two')]
  await holder.tryAcquire('taken')
  await assert.rejects(
    underLease(waiting, 'taken', AbortSignal.timeout(100), async () => assert.fail('it is taken')),
    { name: 'TimeoutError' },
  )
  await Promise.all([holder.close(), waiting.close()])
})

test('each holder has a greater number than the one before', async () => {
  const numbers: number[] = []
  for (const owner of ['one', 'two', 'one']) {
    const leases = makeLeases(store, owner)
    numbers.push((await leases.tryAcquire('b'))?.fencing ?? 0)
    await leases.close()
  }
  assert.deepEqual(numbers, [1, 2, 3])
})

test('of many who ask at once one gets it', async () => {
  const all = Array.from({ length: 10 }, (_, i) => makeLeases(store, `racer ${i}`))
  const got = await Promise.all(all.map(leases => leases.tryAcquire('race')))
  assert.equal(got.filter(Boolean).length, 1)
  for (const leases of all) await leases.close()
})

test('a process that comes back under its name need not wait, and its dead self is fenced off', async () => {
  const dead = makeLeases(store, 'connector')
  const before = await dead.tryAcquire('c')
  assert.ok(before)
  const back = makeLeases(store, 'connector')
  const now = await back.tryAcquire('c')
  assert.ok(now && now.fencing > before.fencing)
  await assert.rejects(
    store.transaction(({ query }) => checkLease(query, before)),
    FencedError,
  )
  await store.transaction(({ query }) => checkLease(query, now))
  await Promise.all([dead.close(), back.close()])
})

test('whoever was overtaken learns of it within seconds', { timeout: 10_000 }, async () => {
  const leases = makeLeases(store, 'slow')
  const lease = await leases.tryAcquire('d')
  assert.ok(lease)
  await store.query(`update ops.lease set owner = 'other', fencing = fencing + 1 where name = 'd'`)
  await new Promise(resolve => lease.signal.addEventListener('abort', resolve))
  await leases.close()
})

test('the schema number that functions ask for is that of the newest migration', () => {
  const numbers = readdirSync(new URL('./migrations/', import.meta.url)).map(name => Number(name.slice(0, 4)))
  assert.equal(SCHEMA_VERSION, Math.max(...numbers))
  assert.equal(new Set(numbers).size, numbers.length, 'no number twice')
})

test('migrations run once, though many begin together, and an older or newer schema is refused', async () => {
  const fresh = openStore(await postgres.createDatabase('fresh'))
  try {
    await assert.rejects(requireSchema(fresh), ConfigError)
    await Promise.all(Array.from({ length: 4 }, () => migrate(fresh)))
    await requireSchema(fresh)
    const [applied] = await fresh.query<{ count: string; distinct: string }>(
      'select count(*), count(distinct number) as distinct from ops.migration',
    )
    assert.equal(applied?.count, applied?.distinct)
    await fresh.query('delete from ops.migration where number = $1', [SCHEMA_VERSION])
    await assert.rejects(requireSchema(fresh), /the store's schema is at \d+, this needs/)
    await fresh.query(`insert into ops.migration (number, name) values (9999, '9999-later.sql')`)
    await assert.rejects(migrate(fresh), /the store's schema is at 9999, this version knows it up to \d+/)
  } finally {
    await fresh.close()
  }
})

test('a transaction that throws leaves nothing, and gives its connection back', async () => {
  for (let i = 0; i < 20; i++)
    await assert.rejects(
      store.transaction(async ({ query }) => {
        await query(`insert into ops.lease values ('left over', 'x', 1, now())`)
        throw new Error('stop')
      }),
      /stop/,
    )
  assert.deepEqual(await store.query(`select 1 from ops.lease where name = 'left over'`), [])
})
