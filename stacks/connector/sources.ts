import { type CaptureKinds, KINDS, kindOf, openCapture, requireSource } from '../../shared/capture/index.ts'
import type { SecretUrl, Source } from '../../shared/config/index.ts'
import { ConfigError, describeError, isOutage } from '../../shared/errors/index.ts'
import type { Logger } from '../../shared/telemetry/index.ts'

/**
 * Checks every source file against its database before anything is captured. A source that is down does not prevent a
 * start: its capture waits for it, and checks it again.
 * @throws ConfigError where a file and its database do not fit, in one line that names file, table and column
 */
export async function requireSources(options: {
  sources: Source[]
  busUrl: SecretUrl | undefined
  connectionOf(source: Source): SecretUrl
  log: Logger
  kinds?: CaptureKinds
}): Promise<void> {
  const { sources, busUrl, connectionOf, log, kinds = KINDS } = options
  const foreign = sources.find(source => kindOf(source, kinds).needsKafka)
  if (foreign && !busUrl)
    throw new ConfigError(
      `${foreign.file}: its changes come ${kindOf(foreign, kinds).summary}: set BUS_URL to that Kafka`,
    )
  await Promise.all(
    sources.map(async source => {
      const capture = await openCapture(source, kinds)
      if (!capture) return
      try {
        await requireSource(capture, connectionOf(source), source)
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
