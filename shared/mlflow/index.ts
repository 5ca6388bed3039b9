import type { SecretUrl } from '../config/index.ts'
import { describeError } from '../errors/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { makeRequests } from './requests.ts'
import { makeTracking, type Tracking } from './tracking.ts'

export { MlflowRefusal } from './requests.ts'
export type { Run, Tracking } from './tracking.ts'

/** A server that takes longer for an answer is as good as gone. */
const ANSWER_MS = 5000

/** An MLflow server that is told of what happens here. Nothing depends on it. */
export type Mlflow = {
  /**
   * Does something there within a time. Whatever goes wrong is no error: it is logged as a warning, once until something works again.
   * @returns undefined where it did not work
   */
  attempt<T>(
    options: { withinMs: number; signal: AbortSignal; log: Logger },
    work: (tracking: Tracking) => Promise<T>,
  ): Promise<T | undefined>
}

/** Connects to nothing yet. @throws ConfigError where it is no URL */
export function openMlflow(url: SecretUrl, { answerMs = ANSWER_MS } = {}): Mlflow {
  let isFailing = false
  makeRequests(url, AbortSignal.abort(), answerMs)
  return {
    async attempt({ withinMs, signal: given, log }, work) {
      const signal = AbortSignal.any([given, AbortSignal.timeout(withinMs)])
      try {
        const done = await work(makeTracking(makeRequests(url, signal, answerMs)))
        isFailing = false
        return done
      } catch (error) {
        // Who aborts knows it.
        if (given.aborted) return undefined
        if (!isFailing)
          log.warn(
            { url: String(url), problem: describeError(error) },
            'MLflow is not told: what it lacks is logged with the next training or promotion',
          )
        isFailing = true
        return undefined
      }
    },
  }
}
