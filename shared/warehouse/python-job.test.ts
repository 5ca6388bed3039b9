import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { makeLogger } from '../telemetry/index.ts'
import { PythonJobError, runPythonJob } from './python-job.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordage-job-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let scripts = 0
function run(
  code: string,
  options: {
    request?: unknown
    signal?: AbortSignal
    onProgress?: (progress: Record<string, unknown>) => void
  } = {},
) {
  scripts += 1
  const script = join(folder, `job-${scripts}.py`)
  writeFileSync(script, `import json, os, sys, time\n${code}`)
  const { request = {}, signal = new AbortController().signal, onProgress } = options
  const log = makeLogger({ level: 'silent' })
  return runPythonJob({
    script,
    request,
    signal,
    log,
    result: z.object({ sum: z.number() }),
    ...(onProgress && { onProgress }),
  })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a job gets its request and gives progress and a result', async () => {
  const progress: unknown[] = []
  const sum = await run(
    `request = json.loads(sys.stdin.readline())
print(json.dumps({"progress": {"half": True}}), flush=True)
print("to the log", file=sys.stderr)
print(json.dumps({"result": {"sum": sum(request["numbers"])}}))`,
    { request: { numbers: [1, 2, 3] }, onProgress: step => progress.push(step) },
  )
  assert.deepEqual(sum, { sum: 6 })
  assert.deepEqual(progress, [{ half: true }])
})

test("a job's own error comes back with its kind and details", async () => {
  const failed = run(
    `print(json.dumps({"error": {"message": "no", "kind": "failed_checks", "details": ["a", "b"]}})); sys.exit(1)`,
  )
  await assert.rejects(failed, error => {
    assert.ok(error instanceof PythonJobError)
    assert.equal(error.kind, 'failed_checks')
    assert.equal(error.message, 'no: a; b')
    return true
  })
})

test('a job that dies without a word is an error that quotes what it wrote to its log', async () => {
  await assert.rejects(
    run(`print("out of memory", file=sys.stderr); os._exit(137)`),
    /ended with 137: out of memory/,
  )
  await assert.rejects(run('os.kill(os.getpid(), 9)'), /ended with a signal/)
  await assert.rejects(run('pass'), /ended with 0/)
  await assert.rejects(run(`print(json.dumps({"result": {"sum": "six"}}))`), z.ZodError)
})

test('a line that is none of the protocol does not spoil the result', async () => {
  assert.deepEqual(await run(`print("hello"); print(json.dumps({"result": {"sum": 1}}))`), { sum: 1 })
})

test('an abort ends the job, also one that will not be asked', { timeout: 15_000 }, async () => {
  for (const obstinate of ['', 'import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)']) {
    const abort = new AbortController()
    const started = Promise.withResolvers<number>()
    const running = run(
      `${obstinate}\nprint(json.dumps({"progress": {"pid": os.getpid()}}), flush=True)\ntime.sleep(60)`,
      {
        signal: abort.signal,
        onProgress: ({ pid }) => started.resolve(Number(pid)),
      },
    )
    const pid = await started.promise
    abort.abort(new Error('time limit'))
    await assert.rejects(running, /time limit/)
    assert.equal(isAlive(pid), false)
  }
  await assert.rejects(run('pass', { signal: AbortSignal.abort(new Error('too late')) }), /too late/)
})
