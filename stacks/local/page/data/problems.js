/** What needs somebody's attention, in words. */
import { ageMs } from './clock.js'
import { durationInWords, plural, timeOfDay } from './format.js'
import { nameOf } from './tables.js'

/** @import { ParkedGroup, Status } from './answers.ts' */
/** @typedef {{ key: string, text: string, detail: string, group?: ParkedGroup }} Problem */

/** Why a change was set aside. The word itself is shown beside it, because metrics and calls use it. @type {Record<string, string>} */
const REASONS = {
  malformed_event: 'it could not be read',
  type_mismatch: 'a value is not of the type that the source file declares',
  missing_key: 'its key is missing',
  key_missing: 'its key is missing',
  unknown_table: 'its table is in no source file',
  unknown_type: 'its type is unknown',
  incompatible_schema: 'its columns do not fit the files in the lake',
  unchanged_value_unknown: 'the source left out a large value that had not changed',
  too_large: 'its function takes no body of this size',
  unknown_error: 'it failed three times for an unknown reason; see the log',
}

/** Only the change's position is kept, because its personal values were not treated yet: it cannot be sent again. */
const ADMISSION = 'admit-changes'

/** Tries after which an object that was not taken needs attention. */
const PATIENCE = 5

/** @param {ParkedGroup} group */
export const canBeSentAgain = group => group.function !== ADMISSION

/** @param {Status} status @returns {Problem[]} */
export function problemsOf(status) {
  return [
    ...status.sources.flatMap(({ system, problem }) =>
      problem ? { key: `source ${system}`, text: `Source ${system}`, detail: problem } : [],
    ),
    ...status.tables.flatMap(({ consumer, topic, problem }) =>
      problem
        ? { key: `table ${consumer} ${topic}`, text: `${consumer} waits at ${topic}`, detail: problem }
        : [],
    ),
    ...failuresOf(status),
    ...checkProblems(status),
    ...status.marts.flatMap(({ mart, rows }) =>
      mart === 'set_aside' && rows > 0
        ? {
            key: 'set aside',
            text: `${plural(rows, 'value')} of the source set aside by the last build`,
            detail:
              'missing, beyond any range, or pointing to nothing; the mart set_aside names each by table, key and column',
          }
        : [],
    ),
    ...status.parked.map(parkedProblem),
  ]
}

/** Checks that stopped the last build, or warned. @param {Status} status @returns {Problem[]} */
function checkProblems({ quality: { lastRun, findings } }) {
  if (lastRun?.problem)
    return [
      {
        key: 'checks',
        text: 'The last build could not be checked, and is not published',
        detail: lastRun.problem,
      },
    ]
  return findings
    .filter(({ state }) => state === 'failed')
    .map(({ check, model, severity, observed }) => ({
      key: `check ${check}`,
      text: `${model}: ${check.replaceAll('_', ' ')}${severity === 'critical' ? ' (the build is not published)' : ''}`,
      detail: observed,
    }))
}

/** Runs, jobs and files that failed. @param {Status} status @returns {Problem[]} */
export function failuresOf({ failed, jobs, objects }) {
  return [
    ...failed.map(({ schedule, dueAt, detail }) => ({
      key: `run ${schedule}`,
      text: `${schedule.split('/')[0]} failed at ${timeOfDay(dueAt)}`,
      detail: detail ?? '',
    })),
    ...jobs.flatMap(({ jobId, function: name, state, attempts, finishedAt, detail }) =>
      state === 'failed' && finishedAt
        ? {
            key: `job ${jobId}`,
            text: `Job ${name} failed at ${timeOfDay(finishedAt)} after ${plural(attempts, 'attempt')}`,
            detail: detail ?? '',
          }
        : [],
    ),
    ...objects
      .filter(({ status, attempts }) => status === 'refused' || attempts >= PATIENCE)
      .map(({ function: name, key, status, detail }) => ({
        key: `object ${name} ${key}`,
        text: `${name} ${status === 'refused' ? 'refused' : 'has not taken'} ${key}`,
        detail: detail ?? '',
      })),
  ]
}

/** @param {ParkedGroup} group @returns {Problem} */
export function parkedProblem(group) {
  const { function: name, topic, reason, count, oldestAt } = group
  const why = `${REASONS[reason] ?? 'see its reason'} (${reason}); the oldest for ${durationInWords(ageMs(oldestAt))}`
  return {
    key: `parked ${name} ${topic} ${reason}`,
    text: `${plural(count, 'change')} of ${nameOf(topic)} set aside by ${name}`,
    detail: canBeSentAgain(group)
      ? why
      : `${why}. Only the position of such a change is kept: correct the source file, then take a new snapshot`,
    group,
  }
}
