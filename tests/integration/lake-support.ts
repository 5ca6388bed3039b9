import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** A lake in a folder of its own; `folder` has room for other files of the test. */
export async function makeLake() {
  const folder = await mkdtemp(join(tmpdir(), 'cordage-lake-'))
  const root = join(folder, 'objects')
  const url = pathToFileURL(root).href
  return { folder, root, url, objects: openObjects(url), remove: () => rm(folder, { recursive: true }) }
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
