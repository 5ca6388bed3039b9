/** When the server runs what. It is read again once a run that was told has come. */
import { ageMs } from './clock.js'

/** @typedef {{ function: string, nextAt: string | null }} Schedule */

/** @type {Schedule[]} */
let scheduled = []
/** @type {Promise<void> | undefined} */
let reading

async function readSchedules() {
  const isOver =
    scheduled.length === 0 || scheduled.some(({ nextAt }) => nextAt !== null && ageMs(nextAt) > 0)
  if (isOver)
    reading ??= fetch('/schedules.json')
      .then(response => response.json())
      .then(
        known => {
          scheduled = known
        },
        () => {},
      )
      .finally(() => {
        reading = undefined
      })
  await reading
}

/**
 * Each scheduled function with when it is due next.
 *
 * @returns {Promise<Map<string, string | undefined>>}
 */
export async function nextRuns() {
  await readSchedules()
  const names = new Set(scheduled.map(schedule => schedule.function))
  return new Map(
    [...names].map(name => [
      name,
      scheduled
        .flatMap(schedule => (schedule.function === name && schedule.nextAt ? schedule.nextAt : []))
        .sort()[0],
    ]),
  )
}
