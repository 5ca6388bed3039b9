import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SecretUrl } from '../../shared/config/index.ts'
import { makeDebeziumConfig } from '../../stacks/debezium/config.ts'
import { type ConnectServer, startConnect } from '../../stacks/infra/connect.ts'
import { type KafkaServer, startKafka } from '../../stacks/infra/kafka.ts'
import { startMinio } from '../../stacks/infra/minio.ts'
import type { S3Server } from '../../stacks/infra/s3-server.ts'
import { startVersity } from '../../stacks/infra/versity.ts'
import { parseDebeziumSource } from '../support/debezium-source.ts'
import { type Fleet, type FleetOptions, makeFleet } from '../support/fleet.ts'
import { writeDebeziumSources } from '../support/sources.ts'

/** What a data centre's fleet can have killed besides our own processes. */
const DEBEZIUM = 'debezium'
const STORAGE = 'storage'

const STORAGES = { minio: startMinio, versity: startVersity }

/** What shares the work. They capture too: Cordage's own system, the one that Debezium does not read. */
export const CONNECTORS = ['connector-1', 'connector-2', 'connector-3']

export type DataCentre = Fleet & { kafka: KafkaServer }

export type DataCentreOptions = FleetOptions & {
  /** The object storage that the lake is in; files without it. It is a member too. */
  objects?: keyof typeof STORAGES | undefined
}

/**
 * The pipeline as a data centre runs it: Debezium reads the source, Kafka is the bus, connectors share the work, the lake
 * may be in a bucket. Debezium and the object storage are members like the others: they can be started and killed.
 */
export async function makeDataCentre({ objects, ...options }: DataCentreOptions = {}): Promise<DataCentre> {
  let kafka: KafkaServer | undefined
  let connect: ConnectServer | undefined
  let storage: S3Server | undefined
  const fleet = await makeFleet({
    connectors: Object.fromEntries(CONNECTORS.map(name => [name, ['capture', 'consume']])),
    functions: ['admit-changes', 'land-changes', 'index-products', 'follow-clients'],
    ...options,
    env: async ({ home, source }) => {
      storage = objects && (await STORAGES[objects]({ home: join(home, STORAGE) }))
      return {
        BUS_URL_FILE: join(home, 'secrets', 'bus.url'),
        SOURCES: writeDebeziumSources(home),
        ...(storage && { OBJECTS_URL: await storage.bucket('cordage') }),
        ...(await options.env?.({ home, source })),
      }
    },
  })
  kafka = await startKafka({ home: join(fleet.home, 'kafka') })
  const { broker } = kafka
  writeFileSync(join(fleet.home, 'secrets', 'bus.url'), kafka.url)
  const config = makeDebeziumConfig(readSource(fleet.home), new SecretUrl(fleet.source.reveal()))
  let isStored = true
  const startStorage = async () => {
    if (!storage || !objects || isStored) return
    const { endpoint, accessKeyId, secretAccessKey } = storage
    const port = Number(new URL(endpoint).port)
    storage = await STORAGES[objects]({ home: join(fleet.home, STORAGE), port, accessKeyId, secretAccessKey })
    isStored = true
  }
  const startDebezium = async () => {
    connect = await startConnect({ home: join(fleet.home, 'connect'), broker })
    await connect.configure('adventureworks', config)
  }
  /** What takes a while to start: each is killed only once it has. */
  const starting: Record<string, Promise<void>> = {}
  const begin = (member: string, work: () => Promise<void>) => {
    starting[member] = work()
    starting[member].catch(() => {})
  }
  return {
    ...fleet,
    kafka,
    ...(storage && { lake: 's3://cordage/lake', lakeEnv: deltaEnv(storage) }),
    members: [...fleet.members, DEBEZIUM, ...(storage ? [STORAGE] : [])],
    start(member) {
      if (member === STORAGE) begin(member, startStorage)
      else if (member === DEBEZIUM) begin(member, startDebezium)
      else fleet.start(member)
    },
    async kill(member) {
      await starting[member]
      if (member === STORAGE) {
        await storage?.kill()
        isStored = false
      } else if (member === DEBEZIUM) {
        await connect?.kill()
        connect = undefined
      } else await fleet.kill(member)
    },
    async stop() {
      await Promise.allSettled(Object.values(starting))
      await connect?.kill()
      await storage?.kill()
      for (const member of fleet.members) await fleet.kill(member)
      await kafka?.kill()
      await fleet.stop()
    },
  }
}

/** What delta-rs takes from the environment to read a bucket of this server. */
export function deltaEnv({ endpoint, accessKeyId, secretAccessKey }: S3Server): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ALLOW_HTTP: 'true',
  }
}

function readSource(home: string) {
  const file = join(writeDebeziumSources(home), 'adventureworks.yml')
  return parseDebeziumSource(file, readFileSync(file, 'utf8'))
}
