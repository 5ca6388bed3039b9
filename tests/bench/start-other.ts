import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SecretUrl } from '../../shared/config/index.ts'
import { ROOT } from '../support/postgres.ts'

export const OTHERS = ['postgres', 'lancedb'] as const
export type Other = (typeof OTHERS)[number]

/** Starts search-others.ts over a filled index. Undefined where it is not installed: make setup-bench. */
export async function startOther(kind: Other, storeUrl: SecretUrl, folder: string) {
  if (kind === 'lancedb' && !existsSync(join(ROOT, '.tools/bench/node_modules/@lancedb/lancedb')))
    return undefined
  const program = join(import.meta.dirname, 'search-others.ts')
  const server = spawn(process.execPath, [program, kind, storeUrl.reveal(), folder], {
    env: { ...process.env, LANCEDB_LOG: 'error', RUST_LOG: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  const url = `http://127.0.0.1:${String(port).trim()}/`
  return {
    url,
    /** The ids of what it finds, best first. */
    async find(query: string): Promise<string[]> {
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ query, filters: {} }) })
      if (!answer.ok) throw new Error(`${kind}: ${await answer.text()}`)
      return ((await answer.json()) as { id: string }[]).map(({ id }) => id)
    },
    async stop(): Promise<void> {
      server.kill()
      await once(server, 'exit')
    },
  }
}
