/** What checks found, in words. */
import { ageMs } from './clock.js'
import { count, durationInWords, plural, timeOfDay } from './format.js'

/** @import { CheckRun, Finding } from './answers.ts' */

/** How many failing rows are named. */
const SHOWN_KEYS = 3

/** @param {Finding} finding */
export function describeFinding({ description, observed, expected, severity, state }) {
  const weight =
    state === 'silenced' ? 'Set aside' : severity === 'critical' ? 'Stops the build' : 'Warns only'
  const wanted = expected ? ` Expected: ${expected}.` : ''
  return `${description} Found: ${observed}.${wanted} ${weight}.`
}

/** The first rows that fail, by their keys. @param {Finding} finding */
export function keysOf({ keys, failing }) {
  const shown = keys.slice(0, SHOWN_KEYS).map(key =>
    Object.entries(key)
      .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
      .join(', '),
  )
  const more = failing > shown.length ? [`${count(failing)} in all`] : []
  return [...shown, ...more].join('; ')
}

/** @param {Finding} finding */
export const sinceOf = ({ since }) => `${timeOfDay(since)}, for ${durationInWords(ageMs(since))}`

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
