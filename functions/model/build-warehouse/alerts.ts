import type { AlertKey, Alerts } from '../../../shared/alerts/index.ts'
import { describeError, FailedError } from '../../../shared/errors/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'

const FAILED: AlertKey = { name: 'build_failed', severity: 'critical', labels: {} }

/** Tells that a build failed by what it found, or that one has succeeded. Somebody who does not listen stops no build. */
export async function tellingOf<T>(alerts: Alerts, log: Logger, build: Promise<T>): Promise<T> {
  const tell = (told: Promise<void>) =>
    told.catch(error => log.warn({ problem: describeError(error) }, 'how the build ended cannot be told'))
  try {
    const built = await build
    await tell(alerts.resolve([FAILED]))
    return built
  } catch (error) {
    // An outage is retried; if it lasts, the build is late.
    if (error instanceof FailedError)
      await tell(
        alerts.send([
          { ...FAILED, summary: 'The warehouse could not be built', description: describeError(error) },
        ]),
      )
    throw error
  }
}
