import type { SecretUrl } from '../config/index.ts'
import { makeMemoryCache } from './memory-cache.ts'

/** Keeps texts for a while. What it has lost, or cannot be asked for, is not there: no caller fails because of it. */
export type Cache = {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
}

/** @throws ConfigError where the server refuses the password */
export async function openCache(url: SecretUrl): Promise<{ cache: Cache; close(): Promise<void> }> {
  if (url.scheme === 'memory') return { cache: makeMemoryCache(), close: async () => {} }
  const { openRedisCache } = await import('./redis-cache.ts')
  return await openRedisCache(url)
}
