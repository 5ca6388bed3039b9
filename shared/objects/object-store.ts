export interface ObjectInfo {
  key: string
  /** Bytes. */
  size: number
  modifiedAt: Date
  /** The storage's version of this content (its etag), where it has one. */
  etag?: string
}

/** What an object is written from; chunks keep a large one out of memory. */
export type ObjectBody = Uint8Array | string | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/**
 * Object storage, no more than S3 guarantees: whole objects, no rename, no append, strongly consistent. A write that has
 * returned is on disk. What the storage refuses for now is thrown as OutageError.
 */
export interface ObjectStore {
  /** @throws ObjectNotFoundError */
  get(key: string): Promise<Buffer>
  /** Bytes `start` to `end`, the latter excluded. @throws ObjectNotFoundError */
  getRange(key: string, start: number, end: number): Promise<Buffer>
  /** Writes or replaces; readers see the old object or the new one, never a part. */
  put(key: string, body: ObjectBody): Promise<void>
  /** Of any number of writers of one key exactly one gets true; the others get false and change nothing. */
  putIfAbsent(key: string, body: ObjectBody): Promise<boolean>
  /** All keys that begin with `prefix`, in the order of their UTF-8 bytes, after `startAfter` where it is given. */
  list(prefix: string, options?: { startAfter?: string }): AsyncIterable<ObjectInfo>
  /** A missing key is fine. */
  delete(key: string): Promise<void>
}

export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError'
  readonly key: string
  constructor(key: string, options?: ErrorOptions) {
    super(`no object ${key}`, options)
    this.key = key
  }
}

/** Keys are relative paths in every storage. @throws TypeError for one that could leave the storage's folder */
export function requireKey(key: string): string {
  const segments = key.split('/')
  if (segments.some(segment => ['', '.', '..'].includes(segment)) || /[\\\0]/.test(key))
    throw new TypeError(`not an object key: ${JSON.stringify(key)}`)
  return key
}
