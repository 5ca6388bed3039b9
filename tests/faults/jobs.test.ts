import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runJobKills } from './job-kills.ts'

/** `make bench ONLY=jobs` kills thirty times. */
test('a job whose process is killed again and again ends once, and never runs twice at a time (SEED=20260106)', {
  timeout: 60_000,
}, async () => {
  const { job, kills, together } = await runJobKills({ seed: 20260106, kills: 4 })
  assert.deepEqual([job.state, job.attempts, job.result], ['done', kills + 1, kills + 1])
  assert.equal(together, 0)
})
