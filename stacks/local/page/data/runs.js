/** What runs now, and what runs next, by function. */
import { ageMs } from './clock.js'
import { duration, timeOfDay } from './format.js'

/** @import { JobStatus, Status } from './answers.ts' */

/**
 * @param {Status} status
 * @param {Map<string, string | undefined>} next when each scheduled function is due
 */
export function runsOf({ running, failed, waiting, jobs }, next) {
  const open = jobs.filter(({ state }) => state === 'waiting' || state === 'running')
  const names = new Set([
    ...next.keys(),
    ...running.map(({ schedule }) => functionOf(schedule)),
    ...open.map(job => job.function),
  ])
  return [...names].map(name => {
    /** @param {{ schedule: string }} run */
    const isOwn = ({ schedule }) => functionOf(schedule) === name
    const run = running.find(isOwn)
    const waits = waiting.find(isOwn)
    const nextAt = next.get(name)
    const texts = run
      ? [`runs for ${duration(ageMs(run.startedAt))}`]
      : [
          ...open.filter(job => job.function === name).map(describeJob),
          failed.some(isOwn) && 'failed last time',
          waits && `waits: ${waits.detail ?? 'starting'}`,
          nextAt && `next at ${timeOfDay(nextAt)}`,
        ].filter(Boolean)
    return { name, text: texts.join('; ') }
  })
}

/** @param {string} schedule such as `build-warehouse/0` */
const functionOf = schedule => schedule.split('/')[0] ?? schedule

/** What is to be said of a job in its state. @param {JobStatus} job */
export function describeJob({ state, progress, createdAt, detail }) {
  if (state === 'waiting') return `waits for ${duration(ageMs(createdAt))}${detail ? `: ${detail}` : ''}`
  if (state !== 'running') return detail ? `${state}: ${detail}` : state
  return `runs: ${progress ? `${Math.round(progress.share * 100)} %, ${progress.text}` : 'started'}`
}
