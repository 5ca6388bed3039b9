import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../support/postgres.ts'
import { report } from './report.ts'

/** A fresh clone and `make demo` in it, until its first answer; then again, when all is installed. Package caches are warm. */
const folder = mkdtempSync(join(tmpdir(), 'cordage-clone-'))
const LIMIT_MS = 300_000

async function demo(): Promise<{ firstAnswerMs: number; allAnswersMs: number }> {
  const env = { ...process.env, PORT: '0', CORDAGE_HOME: join(folder, 'state') }
  const startedAt = performance.now()
  const child = spawn('make', ['demo'], {
    cwd: join(folder, 'clone'),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let printed = ''
  child.stdout.on('data', chunk => (printed += String(chunk)))
  const until = async (text: string) => {
    while (!printed.includes(text)) {
      if (child.exitCode !== null || performance.now() - startedAt > LIMIT_MS)
        throw new Error(`no "${text}": ${printed}`)
      await sleep(20)
    }
    return performance.now() - startedAt
  }
  try {
    return { firstAnswerMs: await until('first answer:'), allAnswersMs: await until('the page is at') }
  } finally {
    const ended = new Promise(resolve => child.once('exit', resolve))
    if (child.exitCode === null && child.pid) {
      process.kill(-child.pid, 'SIGINT')
      await ended
    }
  }
}

try {
  execFileSync('git', ['clone', '--quiet', ROOT, join(folder, 'clone')])
  const first = await demo()
  report('start_clone_first_answer', first.firstAnswerMs / 1000, 's', { atMost: 120 })
  report('start_clone_all_answers', first.allAnswersMs / 1000, 's')
  rmSync(join(folder, 'state'), { recursive: true, force: true })
  const second = await demo()
  report('start_installed_first_answer', second.firstAnswerMs / 1000, 's')
  const third = await demo()
  report('start_again_first_answer', third.firstAnswerMs / 1000, 's')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
