import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findS3Access, locateFolder, type ObjectStore, openObjects } from '../../shared/objects/index.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A lake in a folder of its own, or in the object storage at a URL; `folder` has room for other files of the test. */
export async function makeLake(objectsUrl?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'cordage-lake-'))
  const url = objectsUrl ?? pathToFileURL(join(folder, 'objects')).href
  return {
    folder,
    root: locateFolder(url, '').replace(/\/$/, ''),
    url,
    objects: openObjects(url),
    /** What other readers need to be told. */
    s3: await findS3Access(url),
    remove: () => rm(folder, { recursive: true }),
  }
}
export type TestLake = Awaited<ReturnType<typeof makeLake>>

export async function keysUnder(objects: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of objects.list(prefix)) keys.push(key)
  return keys
}

/** delta-rs and DuckDB in one Python process. */
export class LakeReader {
  readonly #process: ChildProcess
  readonly #replies: AsyncIterator<string>

  constructor() {
    const python = join(repository, '.venv/bin/python')
    const child = spawn(python, [join(repository, 'tests/integration/lake_reader.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#process = child
    this.#replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  async ask<T>(request: Record<string, unknown>): Promise<T> {
    this.#process.stdin?.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.#replies.next()
    if (done) throw new Error('the reader has ended')
    const { reply, error } = JSON.parse(value) as { reply: T; error?: string }
    if (error !== undefined) throw new Error(`${request.command}: ${error}`)
    return reply
  }

  close(): void {
    this.#process.stdin?.end()
  }
}
