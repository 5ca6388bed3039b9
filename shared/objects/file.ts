import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OutageError } from '../errors/index.ts'
import {
  type ObjectBody,
  type ObjectInfo,
  ObjectNotFoundError,
  type ObjectStore,
  requireKey,
} from './object-store.ts'

/** Unfinished writes live in one folder, apart from the keys: no listing shows them and one sweep finds them. */
const UNFINISHED = '.unfinished'
/** No write takes this long: an older file was left by a process that died. */
const ABANDONED_MS = 60 * 60 * 1000
const STATS_AT_ONCE = 64

export function openFileObjects(root: string): ObjectStore {
  const unfinished = join(root, UNFINISHED)
  let prepared: Promise<void> | undefined

  async function prepare(): Promise<void> {
    await mkdir(unfinished, { recursive: true })
    for (const name of await readdir(unfinished)) {
      const file = join(unfinished, name)
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
      if (Date.now() - mtimeMs > ABANDONED_MS) await unlinkIfThere(file)
    }
  }

  /** Writes the body beside the keys, safe on disk, then lets `place` give it its name. */
  async function write<T>(
    key: string,
    body: ObjectBody,
    place: (written: string, target: string) => Promise<T>,
  ): Promise<T> {
    const target = pathOf(root, key)
    const folder = dirname(target)
    const written = join(unfinished, randomUUID())
    prepared ??= prepare().catch(error => {
      prepared = undefined
      throw error
    })
    await prepared
    try {
      await writeSynced(written, body)
      const placed = await place(written, target).catch(async error => {
        if (codeOf(error) !== 'ENOENT') throw error
        await makeFolder(folder)
        return place(written, target)
      })
      await syncFolder(folder)
      return placed
    } catch (error) {
      await unlinkIfThere(written)
      throw error
    }
  }

  return {
    get: key => attempt(key, 'read', () => readFile(pathOf(root, key))),

    getRange: (key, start, end) =>
      attempt(key, 'read', async () => {
        const file = await open(pathOf(root, key))
        try {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
          return buffer.subarray(0, bytesRead)
        } finally {
          await file.close()
        }
      }),

    put: (key, body) => attempt(key, 'write', () => write(key, body, rename)),

    putIfAbsent: (key, body) => attempt(key, 'write', () => write(key, body, linkOnce)),

    async *list(prefix, { startAfter = '' } = {}) {
      const keys: string[] = []
      await attempt(prefix, 'list', () => collectKeys(root, '', prefix, startAfter, keys))
      keys.sort(compareKeys)
      for (let at = 0; at < keys.length; at += STATS_AT_ONCE) {
        const infos = await Promise.all(keys.slice(at, at + STATS_AT_ONCE).map(key => infoOf(root, key)))
        for (const info of infos) if (info) yield info
      }
    },

    delete: key => attempt(key, 'delete', () => unlinkIfThere(pathOf(root, key))),
  }
}

function pathOf(root: string, key: string): string {
  return join(root, requireKey(key))
}

/** Goes only into folders that can hold keys of the prefix. */
async function collectKeys(
  root: string,
  folder: string,
  prefix: string,
  startAfter: string,
  keys: string[],
): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(error => {
    if (isMissing(error)) return []
    throw error
  })
  for (const entry of entries) {
    const key = folder + entry.name
    if (entry.isDirectory()) {
      const inside = `${key}/`
      const related = inside.startsWith(prefix) || prefix.startsWith(inside)
      if (related && key !== UNFINISHED) await collectKeys(root, inside, prefix, startAfter, keys)
    } else if (entry.isFile() && key.startsWith(prefix) && compareKeys(key, startAfter) > 0) keys.push(key)
  }
}

async function infoOf(root: string, key: string): Promise<ObjectInfo | undefined> {
  try {
    const { size, mtime } = await stat(join(root, key))
    return { key, size, modifiedAt: mtime }
  } catch (error) {
    if (isMissing(error)) return undefined // deleted since the folder was read
    throw error
  }
}

const ASCII = /^[\0-\x7f]*$/

/** By UTF-8 bytes, as S3 lists; JavaScript's own order differs beyond the basic plane. */
function compareKeys(a: string, b: string): number {
  if (ASCII.test(a) && ASCII.test(b)) return a < b ? -1 : a > b ? 1 : 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Links a file to a second name, unless that exists, and removes the first. */
async function linkOnce(written: string, target: string): Promise<boolean> {
  try {
    await link(written, target)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await unlink(written)
    return false
  }
  await unlink(written)
  return true
}

async function writeSynced(path: string, body: ObjectBody): Promise<void> {
  const file = await open(path, 'wx')
  try {
    const chunks = typeof body === 'string' || body instanceof Uint8Array ? [body] : body
    for await (const chunk of chunks) await file.writeFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Creates the folder and syncs its parent: a name is only durable when its folder is. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code
const isMissing = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')

/** Tells "missing" from "unavailable": an operator fixes a full disk or lost rights, and then a retry helps. */
async function attempt<T>(key: string, verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    if (verb === 'read' && (isMissing(error) || code === 'EISDIR'))
      throw new ObjectNotFoundError(key, { cause: error })
    throw new OutageError('objects', `cannot ${verb} ${key}`, { cause: error })
  }
}
