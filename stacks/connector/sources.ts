import { requireSource } from '../../shared/capture/index.ts'
import type { SecretUrl, Source } from '../../shared/config/index.ts'
import { describeError, isOutage } from '../../shared/errors/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'

/**
 * Holds every source file against its database before anything is captured. A source that is down is no reason not to
 * start: its capture waits for it, and checks it again.
 * @throws ConfigError where a file and its database do not fit, in one line that names file, table and column
 */
export async function requireSources(options: {
  sources: Source[]
  connectionOf(source: Source): SecretUrl
  log: Logger
}): Promise<void> {
  const { sources, connectionOf, log } = options
  await Promise.all(
    sources.map(async source => {
      try {
        await requireSource(connectionOf(source), source)
      } catch (error) {
        if (!isOutage(error)) throw error
        log.warn(
          { system: source.system, problem: describeError(error) },
          'a source does not answer: starting without it',
        )
      }
    }),
  )
}
