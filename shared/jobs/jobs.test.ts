import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { waitFor } from '../../tests/support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { makeLeases, type Store } from '../store/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import {
  cancelJob,
  findJob,
  type JobFunction,
  listJobs,
  type Outcome,
  signCallback,
  startJob,
  startJobRunner,
} from './index.ts'

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const log = makeLogger({ level: 'silent' })
const problem = (reason: string) => ({
  type: 'about:blank',
  title: 'Failed',
  status: 500,
  detail: reason,
  reason,
})
const done = (result: unknown): Outcome => ({ isDone: true, result })

/** A process that runs the jobs of one function, until the test ends. */
function startProcess(
  t: TestContext,
  perform: JobFunction['perform'],
  {
    name = 'make-thing',
    owner = crypto.randomUUID() as string,
    secret = undefined as string | undefined,
  } = {},
) {
  const leases = makeLeases(store, owner)
  const runner = startJobRunner({
    store,
    leases,
    functions: [{ name, maxAttempts: 3, perform }],
    callbackSecret: secret,
    log,
  })
  const close = async () => {
    await runner.close()
    await leases.close()
  }
  t.after(close)
  return close
}

/** Repeats a statement, so that no test waits for what is left alone for a while. */
function every(t: TestContext, ms: number, statement: string): void {
  const timer = setInterval(() => void store.query(statement).catch(() => {}), ms)
  t.after(() => clearInterval(timer))
}

const start = (job: Partial<Parameters<typeof startJob>[1]> = {}) =>
  startJob(store.query, { function: 'make-thing', input: {}, ...job })

async function ended(id: string) {
  await waitFor('the job to end', async () =>
    ['done', 'failed', 'cancelled'].includes((await findJob(store.query, id))?.state ?? ''),
  )
  const job = await findJob(store.query, id)
  assert.ok(job)
  return job
}

test('a job is run once, with its input, and keeps its result and how far it was', async t => {
  const seen: unknown[] = []
  const id = await start({ input: { size: 3 } })
  assert.deepEqual((await findJob(store.query, id))?.state, 'waiting')
  startProcess(t, async ({ input }, { report }) => {
    report(0.5, 'half of it')
    await waitFor('the progress to be seen', async () => {
      seen.push((await findJob(store.query, id))?.progress)
      return seen.at(-1) !== null
    })
    return done({ input })
  })
  const job = await ended(id)
  assert.deepEqual(seen.at(-1), { share: 0.5, text: 'half of it' })
  assert.deepEqual([job.state, job.attempts, job.result], ['done', 1, { input: { size: 3 } }])
  assert.deepEqual(job.progress?.share, 1)
})

test('an event starts one job however often it comes; of a series one waits; another may run meanwhile', async () => {
  const one = await start({ eventId: '/a#1' })
  assert.equal(await start({ eventId: '/a#1' }), one)
  assert.notEqual(await start({ eventId: '/a#2' }), one)
  const first = await start({ eventId: '/s#1', series: '/s' })
  assert.equal(await start({ eventId: '/s#2', series: '/s' }), first)
  // One that waits for what is away stands for the next as well: it sees what there is when it runs.
  await store.query('update ops.job_record set attempts = 3 where id = $1', [first])
  assert.equal(await start({ eventId: '/s#3', series: '/s' }), first)
  const ids = await Promise.all(Array.from({ length: 20 }, () => start({ eventId: '/b#1' })))
  assert.equal(new Set(ids).size, 1)
  await store.query('delete from ops.job_record')
})

test('what is away is waited for; what breaks is tried three times; what is refused fails at once', async t => {
  const answers: Record<string, Outcome[]> = {
    away: [
      { isDone: false, again: 'always', problem: problem('outage') },
      { isDone: false, again: 'always', problem: problem('outage') },
      done('there'),
    ],
    breaks: Array.from({ length: 5 }, () => ({
      isDone: false,
      again: 'limited',
      problem: problem('unknown_error'),
    })),
    refused: [{ isDone: false, again: 'never', problem: problem('failed_checks') }],
  }
  every(t, 100, 'update ops.job_record set callback_at = now() where callback_at is not null')
  startProcess(t, async ({ input }) => answers[String(input)]?.shift() ?? done('too often'))
  const [away, breaks, refused] = await Promise.all(
    Object.keys(answers).map(async input => ended(await start({ input }))),
  )
  assert.deepEqual([away?.state, away?.attempts, away?.result], ['done', 3, 'there'])
  assert.deepEqual(
    [breaks?.state, breaks?.attempts, breaks?.problem],
    ['failed', 3, problem('unknown_error')],
  )
  assert.deepEqual([refused?.state, refused?.attempts], ['failed', 1])
})

test('one that waits is cancelled at once, one that runs within two seconds', async t => {
  const waiting = await start()
  await cancelJob(store.query, waiting)
  assert.equal((await findJob(store.query, waiting))?.state, 'cancelled')
  startProcess(
    t,
    (_, { signal }) =>
      new Promise(resolve =>
        signal.addEventListener('abort', () =>
          resolve({ isDone: false, again: 'limited', problem: problem('caller_gone') }),
        ),
      ),
  )
  const id = await start()
  await waitFor('the job to run', async () => (await findJob(store.query, id))?.state === 'running')
  const askedAt = performance.now()
  await cancelJob(store.query, id)
  assert.equal((await ended(id)).state, 'cancelled')
  assert.ok(performance.now() - askedAt < 2000)
})

test('a process that stops leaves its job to another, which counts no attempt for it', async t => {
  const id = await start()
  const stopFirst = startProcess(
    t,
    (_, { signal }) =>
      new Promise(resolve =>
        signal.addEventListener('abort', () =>
          resolve({ isDone: false, again: 'limited', problem: problem('outage') }),
        ),
      ),
  )
  await waitFor('the job to run', async () => (await findJob(store.query, id))?.state === 'running')
  await stopFirst()
  assert.deepEqual((await findJob(store.query, id))?.state, 'waiting')
  startProcess(t, async () => done('by the second'))
  const job = await ended(id)
  assert.deepEqual([job.result, job.attempts], ['by the second', 1])
})

test('one whose process died is begun again, by one of several, and fails where every process dies', async t => {
  const id = await start()
  // A process that died: its lease ran out.
  await store.query(`update ops.job_record set state = 'running', attempts = 1, fencing = 1 where id = $1`, [
    id,
  ])
  await store.query(
    `insert into ops.lease (name, owner, fencing, expires_at) values ('job/' || $1, 'dead', 1, now() - interval '1 second')`,
    [id],
  )
  let begun = 0
  const perform = async () => {
    begun += 1
    await new Promise(resolve => setTimeout(resolve, 50))
    return done(begun)
  }
  for (let i = 0; i < 3; i++) startProcess(t, perform)
  const job = await ended(id)
  assert.deepEqual([job.state, job.attempts, begun], ['done', 2, 1])
  const deadly = await start({ input: 'deadly' })
  await store.query(`update ops.job_record set state = 'running', attempts = 3, failures = 2 where id = $1`, [
    deadly,
  ])
  const failed = await ended(deadly)
  assert.deepEqual(
    [failed.state, (failed.problem as { reason: string }).reason, begun],
    ['failed', 'process_died', 1],
  )
})

test('what an attempt says that has lost its job to another is not written', async t => {
  const id = await start()
  const gone = Promise.withResolvers<void>()
  const stopFirst = startProcess(t, async (_, { signal }) => {
    await gone.promise
    return done(`of the first, ${signal.aborted}`)
  })
  await waitFor('the job to run', async () => (await findJob(store.query, id))?.state === 'running')
  // Another process takes the lease, as if this one had stood still for long.
  const others = makeLeases(store, 'another')
  const lease = await others.tryAcquire(`job/${id}`, { seize: true })
  assert.ok(lease)
  await store.query('update ops.job_record set fencing = $2 where id = $1', [id, lease.fencing])
  gone.resolve()
  await stopFirst()
  assert.deepEqual((await findJob(store.query, id))?.result, null)
  await others.close()
  await store.query('delete from ops.job_record where id = $1', [id])
})

test('a callback is posted at the end, signed, until it is answered', async t => {
  const heard: { body: string; signature: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', piece => (body += String(piece)))
    request.on('end', () => {
      heard.push({ body, signature: String(request.headers['cordage-signature']) })
      response.writeHead(heard.length === 1 ? 500 : 204).end()
    })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise(resolve => server.once('listening', resolve))
  every(t, 100, 'update ops.job_record set callback_at = now() where callback_at is not null')
  startProcess(t, async () => done(7), { secret: 'a secret of sixteen' })
  const id = await start({ callbackUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ended` })
  await waitFor('the callback to be taken', async () => {
    const [row] = await store.query('select callback_at from ops.job_record where id = $1', [id])
    return row?.callback_at === null
  })
  const { body, signature } = heard.at(-1) ?? { body: '', signature: '' }
  assert.equal(heard.length, 2)
  assert.deepEqual([JSON.parse(body).jobId, JSON.parse(body).result], [id, 7])
  const at = new Date(Number(/^t=(\d+),/.exec(signature)?.[1]) * 1000)
  assert.equal(signature, signCallback('a secret of sixteen', body, at))
})

test('lists are the latest first, by function, state and who asked', async () => {
  await store.query('delete from ops.job_record')
  const mine = await start({ requestedBy: 'anna' })
  const other = await start({ function: 'make-other', requestedBy: 'bert' })
  const ids = async (filter: object) =>
    (await listJobs(store.query, { limit: 10, ...filter })).map(job => job.jobId)
  assert.deepEqual(await ids({}), [other, mine])
  assert.deepEqual(await ids({ requestedBy: 'anna' }), [mine])
  assert.deepEqual(await ids({ functions: ['make-other'] }), [other])
  assert.deepEqual(await ids({ states: ['done'] }), [])
  assert.equal(await findJob(store.query, mine, 'bert'), undefined)
})
