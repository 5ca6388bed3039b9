/** What checks found, in words. */
import { ageMs } from './clock.js'
import { durationInWords, plural, timeOfDay } from './format.js'

/** @import { CheckRun, Finding } from './answers.ts' */

/** How many failing rows are named. */
const SHOWN_KEYS = 3

/** @type {Record<ReturnType<typeof weightOf>, string>} */
const WEIGHTS = {
  stops: 'it stops the build',
  warns: 'a warning',
  silenced: 'set aside for a time',
}

/** @param {Finding} finding */
export function weightOf({ severity, state }) {
  if (state === 'silenced') return 'silenced'
  return severity === 'critical' ? 'stops' : 'warns'
}

/** What is wrong, in which table, in which rows, and since when. @param {Finding} finding */
export function describeFinding(finding) {
  const { check, model, description, observed, expected, since } = finding
  const wanted = expected ? `, expected: ${expected}` : ''
  const rows = keysOf(finding)
  return {
    text: `${model}: ${check.replaceAll('_', ' ')}`,
    detail: `${description} Found: ${observed}${wanted}.${rows && ` Such as ${rows}.`} Since ${timeOfDay(since)}, for ${durationInWords(ageMs(since))}; ${WEIGHTS[weightOf(finding)]}.`,
  }
}

/** The first rows that fail, by their keys. @param {Finding} finding */
function keysOf({ keys }) {
  return keys
    .slice(0, SHOWN_KEYS)
    .map(key =>
      Object.entries(key)
        .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
        .join(', '),
    )
    .join('; ')
}

/** @param {CheckRun} run */
export function describeRun({ builtAt, state, failed, warned, problem }) {
  const how = {
    passed: 'passed every check',
    warned: `published with ${plural(warned, 'warning')}`,
    failed: problem ? 'could not be checked' : `not published: ${plural(failed, 'check')} failed`,
  }
  return `Built at ${timeOfDay(builtAt)}, ${how[state]}`
}

/** @param {CheckRun} run */
export function summaryOf(run) {
  return `${describeRun(run)}; ${plural(run.checks, 'check')}`
}
