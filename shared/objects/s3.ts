import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { ConfigError, describeError, OutageError } from '../errors/index.ts'
import {
  type ObjectBody,
  type ObjectInfo,
  ObjectNotFoundError,
  type ObjectStore,
  requireKey,
} from './object-store.ts'
import { parseS3Url, type S3Location } from './s3-url.ts'

/** A part of a large object, and what of it is held in memory; S3 takes 10,000 of them, at least 5 MiB each. */
const PART_BYTES = 8 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 5000
/** Until a request is answered, and between two chunks of an answer. A part takes a second on a slow line. */
const REQUEST_TIMEOUT_MS = 30_000
const SOCKETS = 64
/** Retries of reads whose answer broke off midway, which the SDK does not retry. */
const READ_ATTEMPTS = 3
/** A conflict with another writer of this key: a retry gets a final answer. */
const CONFLICT_ATTEMPTS = 20
const CONFLICT_DELAY_MS = 20
const LONGEST_CONFLICT_DELAY_MS = 1000

/**
 * Metadata that names the write that created an object. A write whose answer is lost, or that a proxy sent
 * twice, learns from it whether it succeeded.
 */
const WRITE_ID = 'write-id'

/** Credentials as they are now, for a program that reads the bucket by itself. */
export type S3Access = Omit<S3Location, 'credentials' | 'region'> & {
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string | undefined
}

export type S3Objects = ObjectStore & {
  /** @throws ConfigError where the bucket cannot be used, OutageError where it cannot be reached */
  require(): Promise<void>
  access(): Promise<S3Access>
}

type Sdk = typeof import('./s3-client.ts')
type Connected = { s3: Sdk; client: S3Client }

/** @throws ConfigError where the URL is malformed; nothing is loaded or reached before the first request */
export function openS3Objects(url: string, { requestTimeoutMs = REQUEST_TIMEOUT_MS } = {}): S3Objects {
  const location = parseS3Url(url)
  const { bucket: Bucket, prefix } = location
  let connected: Promise<Connected> | undefined
  const connect = () => {
    connected ??= import('./s3-client.ts').then(s3 => ({
      s3,
      client: makeClient(s3, location, requestTimeoutMs),
    }))
    return connected
  }

  async function attempt<T>(verb: string, key: string, work: (to: Connected) => Promise<T>): Promise<T> {
    try {
      return await work(await connect())
    } catch (error) {
      if (verb === 'read' && isMissing(error)) throw new ObjectNotFoundError(key, { cause: error })
      // The caller's body may fail for its own reasons.
      if (!isOfStorage(error)) throw error
      throw new OutageError('objects', `cannot ${verb} ${key} in bucket ${Bucket}`, { cause: error })
    }
  }

  async function read(key: string, Range?: string): Promise<Buffer> {
    return attempt('read', key, async ({ s3, client }) => {
      for (let tries = 1; ; tries++) {
        const answer = await client.send(
          new s3.GetObjectCommand({ Bucket, Key: prefix + key, ...(Range && { Range }) }),
        )
        try {
          const bytes = await answer.Body?.transformToByteArray()
          if (bytes === undefined || bytes.length !== answer.ContentLength)
            throw new BrokenAnswerError(`${bytes?.length} of ${answer.ContentLength} bytes came`)
          return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        } catch (error) {
          if (tries === READ_ATTEMPTS) throw new BrokenAnswerError(describeError(error), { cause: error })
        }
      }
    })
  }

  /** Whether the existing object is from this write; undefined where there is none. */
  async function isOurs({ s3, client }: Connected, Key: string, id: string): Promise<boolean | undefined> {
    try {
      const { Metadata } = await client.send(new s3.HeadObjectCommand({ Bucket, Key }))
      return Metadata?.[WRITE_ID] === id
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /**
   * Sends the request that publishes an object, until its outcome is known.
   * @returns false where another writer's object exists and must not be replaced
   */
  async function settle(
    to: Connected,
    Key: string,
    write: { id: string; absent: boolean; send: () => Promise<unknown> },
  ): Promise<boolean> {
    for (let conflicts = 1; ; conflicts++) {
      try {
        await write.send()
        return true
      } catch (error) {
        if (statusOf(error) === 409 && conflicts < CONFLICT_ATTEMPTS) {
          const longest = Math.min(CONFLICT_DELAY_MS * 2 ** conflicts, LONGEST_CONFLICT_DELAY_MS)
          await sleep(longest * Math.random())
          continue
        }
        if (!isOfStorage(error) || isRefusal(error)) throw error
        // 412 also follows our own success if the request was sent twice; other errors leave the outcome open.
        const ours = await isOurs(to, Key, write.id).catch(() => {
          throw error
        })
        if (ours) return true
        if (write.absent && (ours === false || statusOf(error) === 412)) return false
        throw error
      }
    }
  }

  /** Writes the body as one object that appears when it is whole. @returns false as `settle` */
  async function write(key: string, body: ObjectBody, absent: boolean): Promise<boolean> {
    const Key = prefix + requireKey(key)
    return attempt('write', key, async to => {
      const { s3, client } = to
      const id = randomUUID()
      const target = { Bucket, Key, Metadata: { [WRITE_ID]: id } }
      const condition = absent ? { IfNoneMatch: '*' } : {}
      // In one request what is in memory anyway: older servers honour the condition there, and not where parts are joined.
      const isWhole = absent && (typeof body === 'string' || body instanceof Uint8Array)
      const partBytes = isWhole ? Number.POSITIVE_INFINITY : PART_BYTES
      const parts = cut(body, partBytes)
      const first = await parts.next()
      const start = first.done ? Buffer.alloc(0) : first.value
      if (start.length < partBytes) {
        const send = () => client.send(new s3.PutObjectCommand({ ...target, ...condition, Body: start }))
        return settle(to, Key, { id, absent, send })
      }
      const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(target))
      const upload = { Bucket, Key, UploadId }
      try {
        const Parts: { PartNumber: number; ETag: string | undefined }[] = []
        for (let part: IteratorResult<Buffer> = first; !part.done; part = await parts.next()) {
          const PartNumber = Parts.length + 1
          const sent = await client.send(
            new s3.UploadPartCommand({ ...upload, PartNumber, Body: part.value }),
          )
          Parts.push({ PartNumber, ETag: sent.ETag })
        }
        const command = { ...upload, ...condition, MultipartUpload: { Parts } }
        const send = () => client.send(new s3.CompleteMultipartUploadCommand(command))
        const won = await settle(to, Key, { id, absent, send })
        if (!won) await abort()
        return won
      } catch (error) {
        await abort()
        throw error
      }

      /** What cannot be removed now, the bucket's lifecycle rule removes later. */
      async function abort(): Promise<void> {
        await client.send(new s3.AbortMultipartUploadCommand(upload)).catch(() => undefined)
      }
    })
  }

  async function* list(keyPrefix: string, startAfter: string): AsyncGenerator<ObjectInfo> {
    const Prefix = prefix + keyPrefix
    const after = startAfter === '' ? {} : { StartAfter: prefix + startAfter }
    for (let token: string | undefined; ; ) {
      const page = await attempt('list', keyPrefix, ({ s3, client }) =>
        client.send(
          new s3.ListObjectsV2Command({
            Bucket,
            Prefix,
            ...after,
            ...(token && { ContinuationToken: token }),
          }),
        ),
      )
      // Folders that somebody made in a vendor's console are listed as empty objects.
      for (const { Key = '', Size = 0, LastModified = new Date(0), ETag } of page.Contents ?? [])
        if (!Key.endsWith('/'))
          yield {
            key: Key.slice(prefix.length),
            size: Size,
            modifiedAt: LastModified,
            ...(ETag !== undefined && { etag: ETag }),
          }
      token = page.NextContinuationToken
      if (!page.IsTruncated || !token) return
    }
  }

  return {
    async get(key) {
      return read(requireKey(key))
    },

    async getRange(key, start, end) {
      requireKey(key)
      if (end <= start) return Buffer.alloc(0)
      return read(key, `bytes=${start}-${end - 1}`).catch(error => {
        // Beyond the end there is nothing, as in a file.
        if (error instanceof OutageError && statusOf(error.cause) === 416) return Buffer.alloc(0)
        throw error
      })
    },

    async put(key, body) {
      await write(key, body, false)
    },

    putIfAbsent: (key, body) => write(key, body, true),

    list: (keyPrefix, { startAfter = '' } = {}) => list(keyPrefix, startAfter),

    async delete(key) {
      const Key = prefix + requireKey(key)
      await attempt('delete', key, async ({ s3, client }) => {
        await client.send(new s3.DeleteObjectCommand({ Bucket, Key })).catch(error => {
          if (!isMissing(error)) throw error
        })
      })
    },

    async require() {
      await requireBucket(await connect(), location)
    },

    async access() {
      const { client } = await connect()
      const { credentials: _, ...rest } = location
      const [{ accessKeyId, secretAccessKey, sessionToken }, region] = await Promise.all([
        client.config.credentials(),
        client.config.region(),
      ])
      return { ...rest, region, accessKeyId, secretAccessKey, sessionToken }
    },
  }
}

function makeClient(s3: Sdk, location: S3Location, requestTimeout: number): S3Client {
  const { endpoint, region, pathStyle, credentials } = location
  const agent = { keepAlive: true, maxSockets: SOCKETS }
  return new s3.S3Client({
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    ...(credentials && { credentials }),
    forcePathStyle: pathStyle,
    // Servers other than AWS' refuse the checksums that the SDK adds where nobody asked for them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeout,
    },
  })
}

/** Lists, writes twice under the same new name, and deletes it: each right that the stack needs, and put-if-absent. */
async function requireBucket({ s3, client }: Connected, location: S3Location): Promise<void> {
  const { bucket: Bucket, prefix, endpoint } = location
  const where = `bucket ${Bucket}${endpoint ? ` at ${endpoint}` : ''}`
  const probe = { Bucket, Key: `${prefix}probe/${randomUUID()}` }
  const step = async <T>(right: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw explain(error, right, where)
    }
  }
  await step('s3:ListBucket', () =>
    client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: prefix, MaxKeys: 1 })),
  )
  const put = () => client.send(new s3.PutObjectCommand({ ...probe, IfNoneMatch: '*', Body: 'probe' }))
  await step('s3:PutObject', put)
  const isHonoured = await put().then(
    () => false,
    error => {
      if (statusOf(error) === 412 || statusOf(error) === 409) return true
      throw explain(error, 's3:PutObject', where)
    },
  )
  await step('s3:GetObject', () => client.send(new s3.HeadObjectCommand(probe)))
  await step('s3:DeleteObject', () => client.send(new s3.DeleteObjectCommand(probe)))
  if (!isHonoured)
    throw new ConfigError(
      `OBJECTS_URL: ${where} does not honour If-None-Match: two writers of one new object both succeeded, and the lake would lose changes (docs/object-storage.md)`,
    )
}

/** What an operator has to do, in one line. */
function explain(error: unknown, right: string, where: string): Error {
  const name = nameOf(error)
  const says = (what: string) => new ConfigError(`OBJECTS_URL: ${what}`, { cause: error })
  if (name === 'NoSuchBucket') return says(`there is no ${where}: make it, or name another`)
  if (name === 'InvalidAccessKeyId' || name === 'XAdminUserNotFound')
    return says(`${where} does not know this access key`)
  if (name === 'SignatureDoesNotMatch') return says(`${where} refuses the secret of this access key`)
  if (name === 'NotImplemented') return says(`${where} does not know If-None-Match, which the lake needs`)
  if (name === 'CredentialsProviderError')
    return says(
      `no access key: write it into the URL, or give it as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    )
  if (name === 'AuthorizationHeaderMalformed' || name === 'PermanentRedirect')
    return says(`${where} is in another region: name it with ?region=`)
  if (statusOf(error) === 403) return says(`this access key lacks ${right} on ${where}`)
  if (statusOf(error) === 404) return says(`there is no ${where}: make it, or name another`)
  return new OutageError('objects', `cannot use ${where}`, { cause: error })
}

/** The body in parts of a size, the last one shorter; an empty body has none. */
async function* cut(body: ObjectBody, partBytes: number): AsyncGenerator<Buffer> {
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : body
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks)
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, partBytes - bytes)
      held.push(taken)
      bytes += taken.length
      rest = rest.subarray(taken.length)
      if (bytes < partBytes) continue
      yield Buffer.concat(held)
      held = []
      bytes = 0
    }
  if (bytes > 0) yield Buffer.concat(held)
}

/** An incomplete answer. */
class BrokenAnswerError extends Error {
  override readonly name = 'BrokenAnswerError'
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : '')

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}

/**
 * No such object. By name and not by status: a missing bucket, and at some servers an unknown access key, is a 404 as
 * well, and a log must not be taken for deleted because of it. HEAD has no name for it but NotFound.
 */
function isMissing(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes(nameOf(error))
}

/** The storage has refused for good: nothing was written. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0
  return status >= 400 && status < 500 && ![404, 408, 409, 412, 429].includes(status)
}

/** Came from the SDK, which puts `$metadata` on what it throws, whatever went wrong; not from what a caller gave us. */
function isOfStorage(error: unknown): boolean {
  if (error instanceof BrokenAnswerError || nameOf(error) === 'CredentialsProviderError') return true
  return error instanceof Error && '$metadata' in error
}
