import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert, AlertKey } from '../../shared/alerts/index.ts'
import type { Trigger } from '../../shared/config/index.ts'
import type { Query } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { shortestIntervalMs, watchBuilds } from './late-builds.ts'

const every = (cron: string): Trigger => ({
  function: 'build-warehouse',
  schedules: [{ cron, timeZone: 'UTC', input: {} }],
})
const MINUTE_MS = 60_000

test('the interval is that of the schedule; what builds by hand only is never late', () => {
  assert.equal(shortestIntervalMs([every('*/15 * * * *')]), 15 * MINUTE_MS)
  assert.equal(shortestIntervalMs([every('0 3 * * *')]), 24 * 60 * MINUTE_MS)
  assert.equal(shortestIntervalMs([{ function: 'build-warehouse' }]), undefined)
})

test('a build is late two intervals after the last one or the start, and told to be over with the next', async context => {
  context.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.parse('2026-01-01T00:00:00Z') })
  const told: [string, string][] = []
  const note = (what: string) => async (alerts: (Alert | AlertKey)[]) => {
    for (const { name } of alerts) told.push([what, name])
  }
  let finished: Date | null = new Date('2025-12-31T12:00:00Z')
  const abort = new AbortController()
  const watching = watchBuilds({
    triggers: [every('*/15 * * * *')],
    store: { query: (async () => [{ finished_at: finished }]) as unknown as Query },
    alerts: { send: note('sent'), resolve: note('resolved') },
    log: makeLogger({ level: 'silent' }),
    signal: abort.signal,
  })
  const pass = async (minutes: number) => {
    for (let at = 0; at < minutes; at++) {
      await new Promise(setImmediate)
      context.mock.timers.tick(MINUTE_MS)
    }
    await new Promise(setImmediate)
  }
  await pass(29)
  assert.deepEqual(told, [['resolved', 'build_late']])
  await pass(3)
  assert.deepEqual(told.at(-1), ['sent', 'build_late'])
  finished = new Date()
  await pass(1)
  assert.deepEqual(told.at(-1), ['resolved', 'build_late'])
  const count = told.length
  await pass(3)
  assert.equal(told.length, count)
  abort.abort()
  await pass(1)
  await watching
})
