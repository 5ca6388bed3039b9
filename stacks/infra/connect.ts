import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { KAFKA_JARS, toProperties } from './kafka.ts'
import { type Server, startServer, TOOLS } from './server.ts'

export type ConnectServer = Server & {
  /** Its REST interface. */
  url: string
  /** Makes a connector, or gives it another configuration. @throws Error with what Connect says of it */
  configure(name: string, config: Record<string, string>): Promise<void>
}

/** A worker of Kafka Connect with Debezium. Its connectors' offsets are in Kafka. */
export async function startConnect({
  home,
  broker,
  port,
}: {
  home: string
  broker: string
  port?: number
}): Promise<ConnectServer> {
  const url = `http://127.0.0.1:${port ?? (await takeFreePort())}`
  const properties = join(home, 'connect.properties')
  const converter = 'org.apache.kafka.connect.json.JsonConverter'
  mkdirSync(home, { recursive: true })
  writeFileSync(
    properties,
    toProperties({
      'bootstrap.servers': broker,
      'group.id': 'connect',
      'key.converter': converter,
      'value.converter': converter,
      'config.storage.topic': 'connect-configs',
      'offset.storage.topic': 'connect-offsets',
      'status.storage.topic': 'connect-status',
      'config.storage.replication.factor': '1',
      'offset.storage.replication.factor': '1',
      'offset.storage.partitions': '1',
      'status.storage.replication.factor': '1',
      'status.storage.partitions': '1',
      'offset.flush.interval.ms': '1000',
      // A worker that was killed is not waited for long.
      'session.timeout.ms': '6000',
      'heartbeat.interval.ms': '2000',
      'scheduled.rebalance.max.delay.ms': '0',
      'plugin.path': join(TOOLS, 'plugins'),
      'plugin.discovery': 'service_load',
      listeners: url,
    }),
  )
  const server = await startServer({
    name: 'connect',
    command: 'java',
    args: [
      '-Xmx768m',
      '-XX:+UseSerialGC',
      '-cp',
      KAFKA_JARS,
      'org.apache.kafka.connect.cli.ConnectDistributed',
      properties,
    ],
    home,
    async isReady() {
      const response = await fetch(`${url}/connectors`)
      if (!response.ok) throw new Error(await response.text())
    },
    readyWithinMs: 90_000,
  })
  return {
    ...server,
    url,
    async configure(name, config) {
      for (let tries = 1; ; tries++) {
        const response = await fetch(`${url}/connectors/${name}/config`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(config),
        })
        if (response.ok) return
        // While its workers agree on who does what, and while it gets to its topics.
        if (tries === 60 || (response.status !== 409 && response.status < 500))
          throw new Error(`Connect refuses ${name}: ${await response.text()}`)
        await sleep(1000)
      }
    },
  }
}
