import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findJob, type Job, startJob } from '../../shared/jobs/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { waitFor } from '../support/demo.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'

export type JobKills = { job: Job; kills: number; together: number }

/**
 * Lets two processes run a job, and kills (-9) whichever has it again and again before they are left to end it.
 * @returns the job as it ended, and how many of its attempts ran while another did
 */
export async function runJobKills({ seed, kills }: { seed: number; kills: number }): Promise<JobKills> {
  const postgres = await startTestPostgres()
  const processes = new Map<string, ChildProcess>()
  try {
    const store = await postgres.createStore('store')
    await store.query(
      'create table beats (job uuid, attempt int, process text, at timestamptz default clock_timestamp())',
    )
    const start = (owner: string) =>
      processes.set(
        owner,
        spawn(
          process.execPath,
          [join(ROOT, 'tests/support/job-process.ts'), postgres.url('store').reveal(), owner],
          { stdio: 'inherit' },
        ),
      )
    const random = makeRandom(seed)
    for (const owner of ['a', 'b']) start(owner)
    const id = await startJob(store.query, { function: 'count-slowly', input: { ms: 2500 } })
    for (let killed = 0; killed < kills; killed++) {
      let owner = ''
      await waitFor('an attempt', async () => {
        const [row] = await store.query<{ process: string }>(
          `select process from beats where attempt = $1 limit 1`,
          [killed + 1],
        )
        owner = row?.process ?? ''
        return row !== undefined
      })
      await sleep(random() * 1500)
      processes.get(owner)?.kill('SIGKILL')
      await sleep(random() * 100)
      start(owner)
    }
    await waitFor('the job to end', async () => (await findJob(store.query, id))?.state === 'done')
    const job = await findJob(store.query, id)
    if (!job) throw new Error('the job is gone')
    const [row] = await store.query<{ together: number }>(
      `select count(*)::int as together from (select attempt, min(at) as begun, max(at) as ended from beats group by 1) a
       join (select attempt, min(at) as begun, max(at) as ended from beats group by 1) b on a.attempt < b.attempt and a.ended > b.begun`,
    )
    return { job, kills, together: row?.together ?? -1 }
  } finally {
    for (const child of processes.values()) child.kill('SIGKILL')
    await postgres.stop()
  }
}
