import type { SecretUrl } from '../config/index.ts'
import type { Store } from '../store/index.ts'
import type { Bus, WantedTopic } from './bus.ts'
import type { KafkaReport } from './kafka-check.ts'
import { openStoreBus } from './store-bus.ts'

export * from './bus.ts'
export * from './coverage.ts'
export { dataBytesOf, toJsonBatch } from './encoded.ts'
export * from './position.ts'
export { attributesOf, type BusRecord, type NewRecord } from './record.ts'
export { isSnapshotComplete, rememberCleared } from './sinks.ts'
export * from './topics.ts'
export { openStoreBus }

/** The bus at a URL: Kafka, or without one the log in the store. @throws ConfigError where the cluster cannot be used */
export async function openBus(url: SecretUrl | undefined, store: Store): Promise<Bus> {
  if (!url) return openStoreBus(store)
  // Loaded only where it is used: a function's start counts.
  const { openKafkaBus } = await import('./kafka-bus.ts')
  return openKafkaBus(url, store)
}

/** Checks the Kafka at a URL before anything starts on it. */
export async function checkBusUrl(url: SecretUrl, wanted: WantedTopic[]): Promise<KafkaReport> {
  const { checkKafka } = await import('./kafka-check.ts')
  return checkKafka(url, wanted)
}
