import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka } from 'kafkajs'
import { readKafkaUrl } from '../../shared/bus/kafka-client.ts'
import { SecretUrl } from '../../shared/config/index.ts'
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

export type KafkaOptions = {
  home: string
  port?: number
  /** Who may connect at `url`; without it everybody. */
  guard?: {
    user: string
    password: string
    /** Files in PEM: our key and certificate for encryption, and who signed it. */
    tls?: { keyAndCertificate: string; authority: string }
    /** Whether the user may do anything; otherwise nothing. */
    mayAll?: boolean
  }
}

/**
 * A broker that is its own controller (KRaft). Its data is in `home`; restarted there, it continues with it. A secured
 * one has a second listener at `broker`, without authentication, for itself and for tests.
 */
export async function startKafka({ home, port, guard }: KafkaOptions): Promise<KafkaServer> {
  const [own, controller] = [port ?? (await takeFreePort()), await takeFreePort()]
  const broker = `127.0.0.1:${own}`
  const guarded = `127.0.0.1:${await takeFreePort()}`
  const door = guard && `${guard.tls ? 'SASL_SSL' : 'SASL_PLAINTEXT'}://${guarded}`
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
      listeners: [`PLAINTEXT://${broker}`, `CONTROLLER://127.0.0.1:${controller}`, door]
        .filter(Boolean)
        .join(),
      'advertised.listeners': [`PLAINTEXT://${broker}`, door].filter(Boolean).join(),
      ...(guard && guardProperties(guard)),
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
  const { client } = readKafkaUrl(new SecretUrl(`kafka://${broker}`))
  const admin = new Kafka({ ...client, retry: { retries: 0 } }).admin()
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
  return { ...server, broker, url: guard ? urlOf(guarded, guard) : `kafka://${broker}` }
}

type Guard = NonNullable<KafkaOptions['guard']>

function guardProperties({ user, password, tls, mayAll = true }: Guard): Record<string, string> {
  const listener = `listener.name.${tls ? 'sasl_ssl' : 'sasl_plaintext'}`
  return {
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    [`${listener}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`,
    ...(tls && {
      [`${listener}.ssl.keystore.type`]: 'PEM',
      [`${listener}.ssl.keystore.location`]: tls.keyAndCertificate,
    }),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // ANONYMOUS is any client of the unauthenticated listener, the broker included.
    'super.users': ['User:ANONYMOUS', ...(mayAll ? [`User:${user}`] : [])].join(';'),
  }
}

function urlOf(broker: string, { user, password, tls }: Guard): string {
  const query = tls ? `?tls=true&ca=${encodeURIComponent(tls.authority)}` : ''
  return `kafka://${user}:${encodeURIComponent(password)}@${broker}${query}`
}

export function toProperties(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
