import { spawn } from 'node:child_process'

export type Outcome = 'passed' | 'failed' | 'timed out'

/** What a test file's hooks need to stop their servers. */
const GRACE_MS = 5_000

const running = new Set<number>()
process.once('exit', () => {
  for (const pid of running) killGroup(pid, 'SIGKILL')
})

/** Runs one test file of a copy, until its first failure. What it leaves running ends with it. */
export async function runTest(
  folder: string,
  test: string,
  timeoutMs: number,
  env: Record<string, string> = {},
): Promise<{ outcome: Outcome; seconds: number }> {
  const start = Date.now()
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', test], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${test} cannot be started`)
  running.add(pid)
  const closed = new Promise<number | null>(resolve => child.once('close', resolve))
  let cut: Outcome | undefined
  let killing: NodeJS.Timeout | undefined
  const cutShort = (outcome: Outcome) => {
    if (cut) return
    cut = outcome
    killGroup(pid, 'SIGTERM')
    killing = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS)
  }
  const timer = setTimeout(() => cutShort('timed out'), timeoutMs)
  child.stdout.on('data', chunk => {
    if (/^\s*not ok /m.test(String(chunk))) cutShort('failed')
  })
  const code = await closed
  clearTimeout(timer)
  clearTimeout(killing)
  killGroup(pid, 'SIGKILL')
  running.delete(pid)
  return { outcome: cut ?? (code === 0 ? 'passed' : 'failed'), seconds: (Date.now() - start) / 1000 }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // All of it has ended.
  }
}
