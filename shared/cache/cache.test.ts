import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasRedis, startTestRedis } from '../../tests/support/redis.ts'
import { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { openCache } from './index.ts'

test('a cache in memory keeps what was asked for last, within its bounds', async () => {
  const { cache } = await openCache(new SecretUrl('memory:'))
  assert.equal(await cache.get('a'), undefined)
  const large = 'x'.repeat(1024 * 1024)
  for (let i = 0; i < 20; i++) {
    await cache.set(`large ${i}`, large)
    await cache.set('a', 'kept')
    assert.equal(await cache.get('a'), 'kept')
  }
  assert.equal(await cache.get('large 0'), undefined)
  assert.equal(await cache.get('large 19'), large)
})

test('a Redis', { skip: !hasRedis() && 'there is no Redis for this machine' }, async t => {
  let redis: Awaited<ReturnType<typeof startTestRedis>>
  before(async () => {
    redis = await startTestRedis()
  })
  after(() => redis.stop())

  await t.test('keeps texts for all that share it', async () => {
    const [one, other] = [await openCache(redis.url()), await openCache(redis.url())]
    await one.cache.set('a', 'größe 🚲')
    assert.equal(await other.cache.get('a'), 'größe 🚲')
    assert.equal(await other.cache.get('b'), undefined)
    await Promise.all([one.close(), other.close()])
  })

  await t.test('that refuses the password is told at the start, without the password', async () => {
    await assert.rejects(openCache(redis.url('wrong')), error => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, /CACHE_URL/)
      assert.doesNotMatch(error.message, /wrong/)
      return true
    })
  })

  await t.test('that is away, or stands still, is a cache without anything, and is found again', async () => {
    const { cache, close } = await openCache(redis.url())
    await cache.set('a', 'before')
    redis.pause()
    const startedAt = Date.now()
    assert.equal(await cache.get('a'), undefined)
    assert.ok(Date.now() - startedAt < 1000, 'nobody waits for it')
    redis.resume()
    await redis.stop()
    assert.equal(await cache.get('a'), undefined)
    await cache.set('a', 'lost')
    await redis.start()
    for (let i = 0; i < 100 && (await cache.get('a')) !== 'after'; i++) {
      await cache.set('a', 'after')
      await sleep(100)
    }
    assert.equal(await cache.get('a'), 'after')
    await close()
  })

  await t.test('that is not there yet holds up no start', async () => {
    await redis.stop()
    const { cache, close } = await openCache(redis.url())
    assert.equal(await cache.get('a'), undefined)
    await close()
  })
})
