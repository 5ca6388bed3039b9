import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../shared/errors/index.ts'
import { isAlive } from '../../shared/store/embedded.ts'

/**
 * Keeps a second stack away from the same folder. The lock of a killed process is void.
 * @returns what gives it back. @throws ConfigError where another process has it
 */
export function takeRunLock(home: string): () => void {
  const folder = join(home, 'run')
  const file = join(folder, 'pid')
  mkdirSync(folder, { recursive: true })
  const mine = `${process.pid} ${startOf(process.pid)}`
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = findRunning(home)
      if (pid !== undefined)
        throw new ConfigError(
          `process ${pid} already runs on ${home}: stop it, or set CORDAGE_HOME to another folder`,
        )
      rmSync(file, { force: true })
    }
  }
}

/** The process that has a folder's lock. */
export function findRunning(home: string): number | undefined {
  const file = join(home, 'run', 'pid')
  const held = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const pid = Number(held.split(' ')[0])
  return pid > 0 && isAlive(pid) && held === `${pid} ${startOf(pid)}` ? pid : undefined
}

/** When a process started, if the system says: its pid alone may be another's by now. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
