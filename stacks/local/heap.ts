import { setFlagsFromString } from 'node:v8'

const CHECK_MS = 5000
/** Share of one core below which the process is taken to be at rest. */
const RESTING_SHARE = 0.4

/**
 * Has the heap favour speed while the process is busy, and size while it rests. Catching up with a source fills it once,
 * and V8's defaults would keep those pages for good (650 MB where 300 MB serve), on a laptop that has other work for
 * them; favouring size all the time would make the catching up half as fast.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--max-semi-space-size=16')
  let isResting = false
  let last = process.cpuUsage()
  setInterval(() => {
    const { user, system } = process.cpuUsage(last)
    last = process.cpuUsage()
    const rests = (user + system) / 1000 / CHECK_MS < RESTING_SHARE
    if (rests === isResting) return
    isResting = rests
    setFlagsFromString(rests ? '--optimize-for-size' : '--no-optimize-for-size')
  }, CHECK_MS).unref()
}
