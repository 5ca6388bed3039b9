import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../errors/index.ts'
import { openFileObjects } from './file.ts'
import type { ObjectStore } from './object-store.ts'
import { openS3Objects, type S3Access } from './s3.ts'
import { parseS3Url } from './s3-url.ts'

export * from './object-store.ts'
export type { S3Access } from './s3.ts'

/** The object storage at a URL; a `file:` URL is a folder whose paths are the keys, an `s3:` URL a bucket. */
export function openObjects(url: string): ObjectStore {
  if (url.startsWith('file:')) return openFileObjects(fileURLToPath(url))
  if (url.startsWith('s3:')) return openS3Objects(url)
  throw new ConfigError(`OBJECTS_URL: no adapter for ${url.slice(0, url.indexOf(':') + 1)}`)
}

/**
 * Checks, before the first use, that the storage at a URL exists and gives its guarantees.
 * @throws ConfigError that says in one line what to do; OutageError where it cannot be reached
 */
export async function requireObjects(url: string): Promise<void> {
  if (url.startsWith('s3:')) await openS3Objects(url).require()
}

/** A folder of the storage as other programs name it: a path, or `s3://<bucket>/<prefix>`. */
export function locateFolder(url: string, folder: string): string {
  if (url.startsWith('file:')) return join(fileURLToPath(url), folder)
  const { bucket, prefix } = parseS3Url(url)
  return `s3://${bucket}/${prefix}${folder}`
}

/** Where such a program finds the bucket and as whom; null for files. */
export async function findS3Access(url: string): Promise<S3Access | null> {
  return url.startsWith('s3:') ? openS3Objects(url).access() : null
}
