import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './project.ts'

/**
 * Installs a group of the Python lock where it is not there yet: some take hundreds of megabytes, and only who uses them needs
 * them.
 * @param stdio where it says so
 * @throws Error where it cannot be installed
 */
export async function ensureGroup(
  group: string,
  { stdio, signal }: { stdio: 'inherit' | 'ignore'; signal?: AbortSignal },
): Promise<void> {
  const marker = `.venvs/${group}/.installed`
  if (existsSync(join(ROOT, marker))) return
  const making = spawn('make', [marker], {
    cwd: ROOT,
    stdio: ['ignore', stdio, stdio],
    ...(signal && { signal }),
  })
  const code = await new Promise<number | null>((settle, reject) =>
    making.once('error', reject).once('close', settle),
  )
  if (code !== 0) throw new Error(`the Python packages of ${group} cannot be installed: run "make ${marker}"`)
}
