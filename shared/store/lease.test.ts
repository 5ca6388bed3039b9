import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { ConfigError, FencedError } from '../errors/index.ts'
import {
  checkLease,
  LEASE_MS,
  makeLeases,
  migrate,
  openStore,
  requireSchema,
  type Store,
  underLease,
} from './index.ts'
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

test('a slow transaction that has checked its lease holds up the renewal of none', {
  timeout: 30_000,
}, async () => {
  const leases = makeLeases(store, 'slow append')
  const own = await leases.tryAcquire('append')
  const other = await leases.tryAcquire('other')
  assert.ok(own && other)
  await store.transaction(async ({ query }) => {
    await checkLease(query, own)
    await sleep(LEASE_MS + 2000)
  })
  assert.deepEqual([own.signal.aborted, other.signal.aborted], [false, false])
  const rows = await store.query(
    `select 1 from ops.lease where name in ('append', 'other') and expires_at > now()`,
  )
  assert.equal(rows.length, 2)
  await leases.close()
})

test('a lease whose row somebody has locked is lost in time, alone, before another can have it', {
  timeout: 30_000,
}, async () => {
  const leases = makeLeases(store, 'locked')
  const own = await leases.tryAcquire('locked row')
  const other = await leases.tryAcquire('free row')
  assert.ok(own && other)
  await store.transaction(async ({ query }) => {
    await query(`select from ops.lease where name = 'locked row' for share`)
    await new Promise(resolve => own.signal.addEventListener('abort', resolve))
    const [row] = await query<{ is_free: boolean }>(
      `select expires_at < clock_timestamp() as is_free from ops.lease where name = 'locked row'`,
    )
    assert.equal(row?.is_free, false)
    await sleep(LEASE_MS)
  })
  assert.equal(other.signal.aborted, false)
  await leases.close()
})

test('who cannot reach the store stops by its own clock, though its question is never answered', {
  timeout: 30_000,
}, async () => {
  const leases = makeLeases({ query: store.query, urgent: () => new Promise(() => {}) }, 'cut off')
  const lease = await leases.tryAcquire('unreachable')
  assert.ok(lease)
  await new Promise(resolve => lease.signal.addEventListener('abort', resolve))
  const other = makeLeases(store, 'other')
  assert.equal(await other.tryAcquire('unreachable'), undefined, 'it is still held at the store')
  await other.close()
})

test('nobody takes a lease in the middle of a transaction that has checked it, and the next holder has a greater number', {
  timeout: 30_000,
}, async () => {
  const [old, next] = [makeLeases(store, 'one'), makeLeases(store, 'two')]
  const lease = await old.tryAcquire('written')
  assert.ok(lease)
  await store.transaction(async ({ query }) => {
    await checkLease(query, lease)
    await store.query(`update ops.lease set expires_at = now() - interval '1 second' where name = 'written'`)
    assert.equal(await next.tryAcquire('written'), undefined)
    // Nor by hand: who changes the number waits for us.
    await assert.rejects(
      store.transaction(async transaction => {
        await transaction.query(`set local lock_timeout = '100ms'`)
        await transaction.query(`update ops.lease set fencing = fencing + 1 where name = 'written'`)
      }),
      { code: '55P03' },
    )
  })
  await store.query(`update ops.lease set expires_at = now() - interval '1 second' where name = 'written'`)
  const taken = await next.tryAcquire('written')
  assert.ok(taken && taken.fencing > lease.fencing)
  await assert.rejects(
    store.transaction(({ query }) => checkLease(query, lease)),
    FencedError,
  )
  await Promise.all([old.close(), next.close()])
})

test('what is released is that holder and no later one of the same name', { timeout: 10_000 }, async () => {
  const leases = makeLeases(store, 'one')
  const stale = await leases.tryAcquire('again')
  assert.ok(stale)
  await store.query(
    `update ops.lease set fencing = fencing + 1, expires_at = now() - interval '1 second' where name = 'again'`,
  )
  await new Promise(resolve => stale.signal.addEventListener('abort', resolve))
  const current = await leases.tryAcquire('again')
  assert.ok(current)
  await leases.release(stale)
  assert.equal(current.signal.aborted, false)
  const other = makeLeases(store, 'two')
  assert.equal(await other.tryAcquire('again'), undefined)
  await Promise.all([leases.close(), other.close()])
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
