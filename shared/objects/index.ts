import { fileURLToPath } from 'node:url'
import { ConfigError } from '../errors/index.ts'
import { openFileObjects } from './file.ts'
import type { ObjectStore } from './object-store.ts'

export * from './object-store.ts'

/** The object storage at a URL; a `file:` URL is a folder whose paths are the keys. */
export function openObjects(url: string): ObjectStore {
  if (url.startsWith('file:')) return openFileObjects(fileURLToPath(url))
  throw new ConfigError(`OBJECTS_URL: no adapter for ${url.slice(0, url.indexOf(':') + 1)}`)
}
