import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { z } from 'zod'
import { makeLogger } from '../telemetry/index.ts'
import { findPython, PythonJobError, runPythonJob } from './python-job.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordage-job-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let scripts = 0
function write(code: string): string {
  scripts += 1
  const script = join(folder, `job-${scripts}.py`)
  writeFileSync(script, `import json, os, sys, time\n${code}`)
  return script
}

function run(
  code: string,
  options: {
    request?: unknown
    signal?: AbortSignal
    onProgress?: (progress: Record<string, unknown>) => void
  } = {},
) {
  const script = write(code)
  const { request = {}, signal = new AbortController().signal, onProgress } = options
  const log = makeLogger({ level: 'silent' })
  return runPythonJob({
    script,
    group: 'any',
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

test('a job gets its request and gives progress and a result, whatever is printed beside them', async () => {
  const said: unknown[] = []
  const sum = await run(
    `from cordage_job import progress, run
print('{"result": {"sum": 7}}')
def add(request):
    os.system("echo to the log")
    progress(half=True)
    return {"sum": sum(request["numbers"])}
run(add)`,
    { request: { numbers: [1, 2, 3] }, onProgress: step => said.push(step) },
  )
  assert.deepEqual(sum, { sum: 6 })
  assert.deepEqual(said, [{ half: true }])
})

test("a job's own error comes back with its kind and details, any other with its type", async () => {
  const failing = (error: string) =>
    run(`from cordage_job import JobError, run\ndef fail(request):\n    raise ${error}\nrun(fail)`)
  const failures = [
    { error: 'JobError("no", "failed_checks", ["a", "b"])', kind: 'failed_checks', message: 'no: a; b' },
    { error: 'KeyError("sum")', kind: 'unknown_error', message: "KeyError: 'sum'" },
  ]
  for (const { error, kind, message } of failures)
    await assert.rejects(failing(error), thrown => {
      assert.ok(thrown instanceof PythonJobError)
      assert.deepEqual([thrown.kind, thrown.message], [kind, message])
      return true
    })
})

test('a job whose caller is gone ends itself', { timeout: 20_000 }, async () => {
  const script = write('from cordage_job import run\nrun(lambda request: time.sleep(60))')
  const job = spawn('python3', [script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, PYTHONPATH: import.meta.dirname },
  })
  const printed = text(job.stdout)
  const exit = once(job, 'exit')
  job.stdin.end('{}\n')
  assert.deepEqual(await exit, [1, null])
  assert.equal(await printed, '')
})

test('a group has an environment of its own in a checkout; elsewhere the Python of the path is right', () => {
  const checkout = join(folder, 'checkout')
  const job = join(checkout, 'functions', 'job')
  const python = join(checkout, '.venvs', 'learning', 'bin', 'python')
  for (const path of [job, dirname(python)]) mkdirSync(path, { recursive: true })
  symlinkSync(realpathSync(process.execPath), python)
  assert.equal(findPython('learning', job), 'python3', 'not while it is being installed')
  writeFileSync(join(checkout, '.venvs', 'learning', '.installed'), '')
  assert.equal(findPython('learning', job), python)
  assert.equal(findPython('drift', job), 'python3')
  writeFileSync(join(checkout, 'uv.lock'), '')
  assert.throws(
    () => findPython('drift', job),
    /the Python packages of drift are not installed: run "make setup"/,
  )
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
