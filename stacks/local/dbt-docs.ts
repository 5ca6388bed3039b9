import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../shared/config/index.ts'
import { type FunctionReply, problemReply } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { dbtByHand } from './dbt-request.ts'

/** dbt's page is one file with its scripts in it; it may reach nothing else. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:; frame-ancestors 'none'"

/**
 * dbt's documentation of the models, which dbt writes when somebody asks for it after a build: every model, column and test,
 * and the graph of them.
 */
export function makeDbtDocs(settings: Settings): () => Promise<FunctionReply> {
  /** One at a time: whoever asks meanwhile gets the same. */
  let writing: Promise<FunctionReply> | undefined
  return () => {
    writing ??= readDocs(settings).finally(() => {
      writing = undefined
    })
    return writing
  }
}

async function readDocs(settings: Settings): Promise<FunctionReply> {
  let dbt: Awaited<ReturnType<typeof dbtByHand>>
  try {
    dbt = await dbtByHand(settings)
  } catch (error) {
    if (error instanceof ConfigError) return problemReply(404, 'Not built yet', error.message)
    throw error
  }
  const page = join(dbt.stateFolder, 'by-hand', 'static_index.html')
  if (!(await isNewer(page, dbt.builtFile))) {
    const child = spawn(dbt.python, [dbt.script, 'docs', 'generate', '--static', '--empty-catalog'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', chunk => (said += String(chunk)))
    child.stdin.end(dbt.request)
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0)
      return problemReply(500, 'Failed', `dbt could not write its documentation: ${said.trim().slice(-500)}`)
  }
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    },
    body: await readFile(page, 'utf8'),
  }
}

async function isNewer(file: string, than: string): Promise<boolean> {
  const [own, other] = await Promise.all([stat(file).catch(() => undefined), stat(than)])
  return own !== undefined && own.mtimeMs > other.mtimeMs
}
