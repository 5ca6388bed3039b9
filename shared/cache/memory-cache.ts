import { LRUCache } from 'lru-cache'
import type { Cache } from './types.ts'

/** In UTF-16 units: of two bytes each at most. */
const MAX_UNITS = 8 * 1024 * 1024

/** In this process: the texts that were asked for last. */
export function makeMemoryCache(): Cache {
  const kept = new LRUCache<string, string>({
    maxSize: MAX_UNITS,
    sizeCalculation: (value, key) => value.length + key.length,
  })
  return {
    get: async key => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
  }
}
