import { runJobKills } from '../faults/job-kills.ts'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { quantile, report } from './report.ts'

/** Jobs: one that is killed thirty times; a thousand at once beside searches; one that is cancelled. */
const JOBS = 1000
const SEARCHES = 500
const SEED = 20260106

const { job, together } = await runJobKills({ seed: SEED, kills: 30 })
report('jobs_killed_attempts', job.attempts, 'attempts')
report('jobs_killed_ended', job.state === 'done' ? 1 : 0, 'times', { atLeast: 1 })
report('jobs_killed_together', together, 'attempts', { atMost: 0 })

const demo = await startDemo({ env: { DEMO_SHOP: 'still' } })
const post = async (path: string, body: object = {}) => {
  const response = await fetch(`${demo.gateway}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as { jobId: string }
}
const stateOf = async (id: string) =>
  ((await (await fetch(`${demo.gateway}/jobs/${id}`)).json()) as { state: string }).state
try {
  await waitUntilCaughtUp(demo)
  await waitFor('the first forecast', async () => demo.printed().includes('forecast: '), 240_000)
  const search = async (i: number) => {
    const startedAt = performance.now()
    await post('/function/search-products', { query: `warm gloves ${i}` })
    return performance.now() - startedAt
  }
  for (let i = 0; i < 50; i++) await search(i)
  const alone: number[] = []
  for (let i = 0; i < SEARCHES; i++) alone.push(await search(i))
  const startedAt = performance.now()
  const ids: string[] = []
  const starting = (async () => {
    for (let i = 0; i < JOBS; i += 50)
      ids.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => post('/async-function/show-status'))).then(
          all => all.map(({ jobId }) => jobId),
        )),
      )
  })()
  const beside: number[] = []
  let open = true
  const done = starting.then(async () => {
    await waitFor('the jobs to end', async () => (await stateOf(ids.at(-1) ?? '')) === 'done', 300_000)
    open = false
  })
  for (let i = 0; open || i < SEARCHES; i++) beside.push(await search(i))
  await done
  report('jobs_thousand', (performance.now() - startedAt) / 1000, 's')
  report('jobs_search_alone_p99', quantile(alone, 0.99), 'ms')
  report('jobs_search_beside_p99', quantile(beside, 0.99), 'ms', { atMost: 25 })

  const { jobId } = await post('/async-function/build-warehouse')
  await waitFor('the build to run', async () => (await stateOf(jobId)) === 'running')
  const cancelledAt = performance.now()
  await fetch(`${demo.gateway}/jobs/${jobId}`, { method: 'DELETE' })
  await waitFor('the build to stop', async () => (await stateOf(jobId)) === 'cancelled')
  report('jobs_cancelled_after', (performance.now() - cancelledAt) / 1000, 's', { atMost: 2 })
} finally {
  await demo.stop()
}
