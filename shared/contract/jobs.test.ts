import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { waitFor } from '../../tests/support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { readSettings } from '../config/index.ts'
import { FailedError, OutageError } from '../errors/index.ts'
import { type Job, type JobRunner, startJobRunner } from '../jobs/index.ts'
import { type Leases, makeLeases, type Store } from '../store/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import { defineFunction } from './define.ts'
import { type Identity, OPERATOR } from './identity.ts'
import { answerJobs, type FunctionRequest, jobFunctionOf, makeHost } from './index.ts'

let postgres: TestPostgres
let store: Store
let leases: Leases
let runner: JobRunner
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  await host.start()
  leases = makeLeases(store, 'here')
  const own = jobFunctionOf(host)
  assert.ok(own)
  runner = startJobRunner({ store, leases, functions: [own], log })
})
after(async () => {
  await runner.close()
  await leases.close()
  await postgres.stop()
})

const log = makeLogger({ level: 'silent' })
const settings = readSettings({
  JOB_CALLBACK_SECRET: 'a secret of sixteen',
  JOB_CALLBACK_HOSTS: 'app.example',
  TIMEOUT_MS: '1000',
})
const NOBODY: Identity = { isOperator: false, roles: [], claims: {} }
/** Who the next call is of. */
let identity: Identity = OPERATOR

const trainModel = defineFunction({
  name: 'train-model',
  summary: 'Trains a model',
  access: 'user',
  uses: ['store'] as const,
  job: { repeat: 'it is trained from the same rows' },
  timeoutMs: 60_000,
  input: z.strictObject({ rows: z.number().int().min(1) }),
  output: z.object({ trained: z.number() }),
  async handle({ rows }, { report, signal }) {
    report(0.5, 'half of the rows')
    if (rows === 404) throw new FailedError('too few rows', { reason: 'too_few_rows' })
    if (rows === 503) throw new OutageError('lake', 'it does not answer')
    if (rows === 999)
      await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)))
    return { trained: rows }
  },
})

const host = makeHost(trainModel, {
  settings,
  // Opened by then.
  resources: {
    get store() {
      return store
    },
  },
  log,
  authenticate: () => identity,
  jobs: { query: (...asked) => store.query(...asked), started() {} },
})

const request = (
  method: string,
  body = '',
  headers: Record<string, string> = {},
  query = '',
): FunctionRequest => ({
  method,
  path: '/',
  query,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(body),
})
const call = async (body: unknown, headers: Record<string, string> = {}) => {
  const reply = await host.dispatch(request('POST', JSON.stringify(body), headers))
  return { ...reply, said: JSON.parse(String(reply.body)) as Record<string, string> }
}
const jobs = async (path: string, method = 'GET', query = '') => {
  const reply = await answerJobs(request(method, '', {}, query), path, {
    store,
    authenticate: () => identity,
  })
  return { status: reply.status, said: JSON.parse(String(reply.body)) }
}
const ended = async (id: string): Promise<Job> => {
  await waitFor(`job ${id}`, async () =>
    ['done', 'failed', 'cancelled'].includes((await jobs(`/jobs/${id}`)).said.state),
  )
  return (await jobs(`/jobs/${id}`)).said
}

test('a call starts a job, and the job tells how it went', async () => {
  const { status, said, headers } = await call({ rows: 7 })
  assert.equal(status, 202)
  assert.equal(headers.location, `/jobs/${said.jobId}`)
  const job = await ended(said.jobId ?? '')
  assert.deepEqual(
    [job.state, job.function, job.result, job.problem],
    ['done', 'train-model', { trained: 7 }, null],
  )
})

test('a caller who would rather wait gets the result, or the problem, or the job once the time is up', async () => {
  const wait = (seconds: string) => ({ prefer: `respond-async, wait=${seconds}` })
  const done = await call({ rows: 7 }, wait('5'))
  assert.deepEqual(
    [done.status, done.said, done.headers['preference-applied']],
    [200, { trained: 7 }, 'wait=5'],
  )
  assert.equal(done.headers.location, `/jobs/${done.headers['x-call-id']}`)
  const failed = await call({ rows: 404 }, wait('5'))
  assert.deepEqual(
    [failed.status, failed.said.reason, failed.headers['content-type']],
    [500, 'too_few_rows', 'application/problem+json'],
  )
  // Longer than a call may take otherwise (TIMEOUT_MS).
  const startedAt = performance.now()
  const waiting = await call({ rows: 999 }, wait('2'))
  assert.deepEqual([waiting.status, Object.keys(waiting.said)], [202, ['jobId']])
  assert.ok(performance.now() - startedAt >= 2000)
  await jobs(`/jobs/${waiting.said.jobId}`, 'DELETE')
  assert.equal((await ended(waiting.said.jobId ?? '')).state, 'cancelled')
  assert.equal((await call({ rows: 7 }, wait('soon'))).status, 202)
  await waitFor(
    'all jobs',
    async () => (await jobs('/jobs', 'GET', 'state=waiting&state=running')).said.jobs.length === 0,
  )
})

test('bad input is refused at once, and starts nothing', async () => {
  const { status, said } = await call({ rows: 0 })
  assert.deepEqual([status, said.title], [400, 'Bad input'])
  assert.deepEqual((await jobs('/jobs', 'GET', 'state=waiting')).said, { jobs: [] })
})

test('what fails in a way that is for the caller fails at once with its problem', async () => {
  const job = await ended((await call({ rows: 404 })).said.jobId ?? '')
  assert.deepEqual([job.state, job.attempts], ['failed', 1])
  assert.deepEqual((job.problem as { detail: string }).detail, 'too few rows')
})

test('while something is away the job waits and says so; DELETE ends it', async () => {
  const id = (await call({ rows: 503 })).said.jobId ?? ''
  await waitFor('the outage', async () => (await jobs(`/jobs/${id}`)).said.problem?.reason === 'outage')
  assert.equal((await jobs(`/jobs/${id}`, 'POST')).status, 405)
  assert.ok(['waiting', 'running'].includes((await jobs(`/jobs/${id}`)).said.state), 'nothing else ends it')
  const { status, said } = await jobs(`/jobs/${id}`, 'DELETE')
  assert.equal(status, 202)
  assert.ok(['cancelled', 'running'].includes(said.state))
  assert.equal((await ended(id)).state, 'cancelled')
})

test('a running job is cancelled, and the signal of its handler aborts', async () => {
  const id = (await call({ rows: 999 })).said.jobId ?? ''
  await waitFor('it to run', async () => (await jobs(`/jobs/${id}`)).said.progress?.share === 0.5)
  await jobs(`/jobs/${id}`, 'DELETE')
  assert.equal((await ended(id)).state, 'cancelled')
})

test('an event starts a job once, and a batch one for each event that is good', async () => {
  const event = {
    specversion: '1.0',
    id: '1',
    type: 'cordage.object.v1',
    source: '/objects',
    data: { rows: 1 },
  }
  const type = { 'content-type': 'application/cloudevents+json' }
  const [first, again] = [await call(event, type), await call(event, type)]
  assert.equal(first.said.jobId, again.said.jobId)
  const batch = [event, { ...event, id: '2' }, { ...event, id: '3', data: { rows: -1 } }]
  const { status, said } = await call(batch, { 'content-type': 'application/cloudevents-batch+json' })
  assert.equal(status, 200)
  assert.deepEqual(said.results, [
    { id: '1', status: 'done' },
    { id: '2', status: 'done' },
    { id: '3', status: 'parked', reason: 'bad_input' },
  ])
})

test('everybody sees their own jobs, an operator all', async () => {
  identity = { ...NOBODY, subject: 'anna' }
  const id = (await call({ rows: 3 })).said.jobId ?? ''
  assert.equal((await jobs(`/jobs/${id}`)).status, 200)
  assert.deepEqual(
    (await jobs('/jobs')).said.jobs.map((job: Job) => job.jobId),
    [id],
  )
  for (const other of [{ ...NOBODY, subject: 'bert' }, NOBODY]) {
    identity = other
    assert.equal((await jobs(`/jobs/${id}`)).status, 404)
    assert.equal((await jobs(`/jobs/${id}`, 'DELETE')).status, 404)
    assert.deepEqual((await jobs('/jobs')).said, { jobs: [] })
  }
  identity = OPERATOR
  assert.ok((await jobs('/jobs')).said.jobs.length > 1)
})

test('a bad id, parameter or method is refused by name', async () => {
  assert.equal((await jobs('/jobs/7')).status, 404)
  assert.equal((await jobs('/jobs/', 'GET')).status, 404)
  assert.equal((await jobs('/jobs', 'DELETE')).status, 405)
  for (const query of ['state=ended', 'limit=0', 'limit=x', 'functions=a'])
    assert.equal((await jobs('/jobs', 'GET', query)).status, 400, query)
})

test('only hosts of the settings are called back', async () => {
  assert.equal((await call({ rows: 1 }, { 'x-callback-url': 'https://app.example/ended' })).status, 202)
  for (const url of [
    'https://evil.example/',
    'ftp://app.example/',
    'https://user@app.example/',
    'app.example',
  ]) {
    const { status, said } = await call({ rows: 1 }, { 'x-callback-url': url })
    assert.deepEqual([status, /^X-Callback-Url: /.test(said.detail ?? '')], [400, true], url)
  }
})

test('a job that only reads, or that keeps nothing, cannot be defined', () => {
  const spec = { ...trainModel, uses: [] as const, job: { repeat: 'none' } } as never
  assert.throws(() => defineFunction(spec), /must use the store/)
  assert.throws(() => defineFunction({ ...trainModel, readOnly: true } as never), /readOnly/)
})
