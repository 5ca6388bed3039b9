import type { SecretUrl } from '../config/index.ts'
import { makeMemoryCache } from './memory-cache.ts'
import type { Cache } from './types.ts'

export type { Cache } from './types.ts'

/** @throws ConfigError where the server refuses the password */
export async function openCache(url: SecretUrl): Promise<{ cache: Cache; close(): Promise<void> }> {
  if (url.scheme === 'memory') return { cache: makeMemoryCache(), close: async () => {} }
  const { openRedisCache } = await import('./redis-cache.ts')
  return await openRedisCache(url)
}
