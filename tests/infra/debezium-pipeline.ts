import { pathToFileURL } from 'node:url'
import admitChanges from '../../functions/ingest/admit-changes/handler.ts'
import landChanges from '../../functions/land/land-changes/handler.ts'
import { type NewRecord, openBus, rawTopicOf } from '../../shared/bus/index.ts'
import type { DebeziumSource } from '../../shared/capture/index.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import type { Resources } from '../../shared/contract/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { openVault } from '../../shared/privacy/index.ts'
import { makeLeases, type Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { makeLocalCaller } from '../../stacks/connector/caller.ts'
import { consume } from '../../stacks/connector/consume.ts'
import { makeWaker } from '../../stacks/connector/wake.ts'
import { startFunction } from '../support/function.ts'

const TRIGGER = {
  ...{ pattern: undefined, entities: undefined, maxEvents: 2000, maxBytes: 8_000_000 },
  ...{ lingerMs: 0, busyLingerMs: undefined },
}

/**
 * From the raw topic to the lake, in this process: admit-changes and land-changes with their consumers.
 * @param written is told what admit-changes hands to the bus, however often
 */
export async function startPipeline(options: {
  source: DebeziumSource
  store: Store
  kafkaUrl: string
  objects: string
  written(records: NewRecord[]): void
}) {
  const { source, store } = options
  const bus = await openBus(new SecretUrl(options.kafkaUrl), store)
  const raw = rawTopicOf(source.system)
  const topics = await bus.ensureTopics([
    { name: raw, partitions: 1 },
    ...source.tables.map(({ topic: name, partitions }) => ({ name, partitions })),
  ])
  const resources: Partial<Resources> = {
    store,
    bus: {
      ...bus,
      append: async (transaction, records) => {
        options.written(records)
        await bus.append(transaction, records)
      },
    },
    sources: [source],
    objects: openObjects(pathToFileURL(options.objects).href),
    privacy: { vaultOf: system => openVault(system, Buffer.alloc(32, 7)) } as Resources['privacy'],
  }
  const hosts = new Map(
    await Promise.all(
      [admitChanges, landChanges].map(
        async definition => [definition.name, (await startFunction(definition, { resources })).host] as const,
      ),
    ),
  )
  const leases = makeLeases(store, 'test')
  const abort = new AbortController()
  const follow = async (name: string, topic: string) => {
    const found = topics.get(topic)
    const lease = await leases.tryAcquire(`consume/${name}/${topic}`)
    if (!found || !lease) throw new Error(`${topic} cannot be followed`)
    const log = makeLogger({ level: 'silent' })
    const caller = makeLocalCaller(hosts)
    const trigger = { ...TRIGGER, lingerMs: topic === raw ? 0 : 500 }
    const common = { name, topic: found, trigger, store, bus, caller, lease, log, waker: makeWaker() }
    await consume({ ...common, signal: abort.signal })
  }
  const running = [
    follow('admit-changes', raw),
    ...source.tables.map(({ topic }) => follow('land-changes', topic)),
  ]
  const failed = Promise.all(running)
  failed.catch(() => {})
  return {
    /** Rejects where a consumer ends by an error. */
    failed,
    async stop(): Promise<void> {
      abort.abort()
      await Promise.allSettled(running)
      for (const host of hosts.values()) await host.drain()
      await leases.close()
      await bus.close()
    },
  }
}
