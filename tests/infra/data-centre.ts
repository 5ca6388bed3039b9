import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSource, SecretUrl } from '../../shared/config/index.ts'
import { makeDebeziumConfig } from '../../stacks/debezium/config.ts'
import { type ConnectServer, startConnect } from '../../stacks/infra/connect.ts'
import { type KafkaServer, startKafka } from '../../stacks/infra/kafka.ts'
import { type Fleet, type FleetOptions, makeFleet } from '../support/fleet.ts'
import { writeDebeziumSources } from '../support/sources.ts'

/** What a data centre's fleet can have killed besides our own processes. */
const DEBEZIUM = 'debezium'

export type DataCentre = Fleet & { kafka: KafkaServer }

/**
 * The pipeline as a data centre runs it: Debezium reads the source, Kafka is the bus, connectors share the work. Debezium is
 * a member like the others: it can be started and killed.
 */
export async function makeDataCentre(options: FleetOptions = {}): Promise<DataCentre> {
  let kafka: KafkaServer | undefined
  let connect: ConnectServer | undefined
  const port = { kafka: '' }
  const fleet = await makeFleet({
    connectors: { 'connector-1': ['consume'], 'connector-2': ['consume'], 'connector-3': ['consume'] },
    functions: ['admit-changes', 'land-changes', 'index-products'],
    ...options,
    env: ({ home, source }) => ({
      BUS_URL_FILE: join(home, 'secrets', 'bus.url'),
      SOURCES: writeDebeziumSources(home),
      ...options.env?.({ home, source }),
    }),
  })
  kafka = await startKafka({ home: join(fleet.home, 'kafka') })
  port.kafka = kafka.broker
  writeFileSync(join(fleet.home, 'secrets', 'bus.url'), kafka.url)
  const config = makeDebeziumConfig(readSource(fleet.home), new SecretUrl(fleet.source.reveal()))
  let starting: Promise<void> = Promise.resolve()
  return {
    ...fleet,
    kafka,
    members: [...fleet.members, DEBEZIUM],
    start(member) {
      if (member !== DEBEZIUM) return fleet.start(member)
      starting = starting.then(async () => {
        connect = await startConnect({ home: join(fleet.home, 'connect'), broker: port.kafka })
        await connect.configure('adventureworks', config)
      })
      starting.catch(() => {})
    },
    async kill(member) {
      if (member !== DEBEZIUM) return fleet.kill(member)
      await starting
      await connect?.kill()
      connect = undefined
    },
    async stop() {
      await starting.catch(() => {})
      await connect?.kill()
      for (const member of fleet.members) await fleet.kill(member)
      await kafka?.kill()
      await fleet.stop()
    },
  }
}

function readSource(home: string) {
  const file = join(writeDebeziumSources(home), 'adventureworks.yml')
  return parseSource(file, readFileSync(file, 'utf8'))
}
