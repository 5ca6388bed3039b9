import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { type Server, startServer, TOOLS } from './server.ts'

const run = promisify(execFile)

/** Kafka's and Connect's jars. */
export const KAFKA_JARS = join(TOOLS, 'kafka', '*')

export type KafkaServer = Server & {
  /** host:port */
  broker: string
  /** What BUS_URL is set to. */
  url: string
}

/** A broker that is its own controller (KRaft). Its data lies in `home`; started again there, it goes on with it. */
export async function startKafka({ home, port }: { home: string; port?: number }): Promise<KafkaServer> {
  const [own, controller] = [port ?? (await takeFreePort()), await takeFreePort()]
  const broker = `127.0.0.1:${own}`
  const properties = join(home, 'kafka.properties')
  const data = join(home, 'kafka')
  mkdirSync(home, { recursive: true })
  writeFileSync(
    properties,
    toProperties({
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://${broker},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `PLAINTEXT://${broker}`,
      'log.dirs': data,
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      'auto.create.topics.enable': 'false',
      'message.max.bytes': String(64 * 1024 * 1024),
      'socket.request.max.bytes': String(128 * 1024 * 1024),
    }),
  )
  const java = (...args: string[]) => ['-XX:TieredStopAtLevel=1', '-cp', KAFKA_JARS, ...args]
  if (!existsSync(data))
    await run(
      'java',
      java('kafka.tools.StorageTool', 'format', '-t', 'Y29yZGFnZS1pbmZyYS0xMQ', '-c', properties),
    )
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin()
  const server = await startServer({
    name: 'kafka',
    command: 'java',
    args: ['-Xmx512m', '-XX:+UseSerialGC', '-cp', KAFKA_JARS, 'kafka.Kafka', properties],
    home,
    async isReady() {
      await admin.connect()
      await admin.describeCluster()
    },
  })
  await admin.disconnect()
  return { ...server, broker, url: `kafka://${broker}` }
}

export function toProperties(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
