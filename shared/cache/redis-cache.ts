import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, ErrorReply } from '@redis/client'
import type { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { makeCounter } from '../telemetry/index.ts'
import type { Cache } from './types.ts'

const PREFIX = 'cordage:'
const KEPT_S = 3600
/** A server that is slower than this does not save time. */
const TIMEOUT_MS = 50
/** After a failure it is left alone for this long. */
const PAUSE_MS = 1000
const CONNECT_MS = 2000
const MAX_DELAY_MS = 5000

const failures = makeCounter({
  name: 'cordage_cache_failures_total',
  help: 'Reads and writes of the cache (CACHE_URL) that failed or took too long: answers were made without it',
})

/**
 * A Redis, or what speaks its protocol, that several processes share. While it is away there is no cache; it is connected again
 * in the background.
 */
export async function openRedisCache(url: SecretUrl): Promise<{ cache: Cache; close(): Promise<void> }> {
  const client = createClient({
    url: url.reveal(),
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: retries => Math.min(2 ** retries * 50, MAX_DELAY_MS),
    },
  })
  // Whether it is there shows at once; where it is not, nobody waits for it.
  const away = Promise.withResolvers<void>()
  client.on('error', error => (error instanceof ErrorReply ? away.reject(error) : away.resolve()))
  await Promise.race([client.connect(), away.promise]).catch(cause => {
    client.destroy()
    throw new ConfigError(`CACHE_URL: ${url} refuses the connection`, { cause })
  })
  let pausedUntil = 0
  const attempt = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    if (Date.now() < pausedUntil) return undefined
    const timeUp = new AbortController()
    const late = sleep(TIMEOUT_MS, undefined, timeUp).then(() => Promise.reject(new Error('too slow')))
    try {
      return await Promise.race([command(), late])
    } catch {
      failures.inc()
      pausedUntil = Date.now() + PAUSE_MS
      return undefined
    } finally {
      late.catch(() => {})
      timeUp.abort()
    }
  }
  return {
    cache: {
      get: async key => (await attempt(() => client.get(PREFIX + key))) ?? undefined,
      set: async (key, value) =>
        void (await attempt(() =>
          client.set(PREFIX + key, value, { expiration: { type: 'EX', value: KEPT_S } }),
        )),
    },
    close: async () => client.destroy(),
  }
}
