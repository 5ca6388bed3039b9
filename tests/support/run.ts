import { spawn } from 'node:child_process'
import { ROOT } from './postgres.ts'

export type Outcome = { code: number | null; stdout: string; stderr: string }

/** Runs one of our programs to its end. Settings of the environment that runs the tests do not reach it. */
export async function runProgram(
  args: string[],
  env: Record<string, string> = {},
  timeoutMs = 60_000,
): Promise<Outcome> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  })
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', chunk => (outcome.stdout += String(chunk)))
  child.stderr.on('data', chunk => (outcome.stderr += String(chunk)))
  outcome.code = await new Promise(resolve => child.once('close', resolve))
  return outcome
}
