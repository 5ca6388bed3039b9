import { readFileSync } from 'node:fs'
import './kafkajs-fixes.ts'
import { type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs'
import type { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'

export type KafkaSettings = {
  client: KafkaConfig
  /** Replicas of each partition of new topics; -1 leaves it to the brokers. */
  replication: number
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
const PARAMETERS = ['tls', 'ca', 'cert', 'key', 'sasl', 'replication']

/**
 * Reads `kafka://[user:password@]host:port[,host:port…][?tls=true&ca=file&cert=file&key=file&sasl=mechanism&replication=n]`.
 * @throws ConfigError that names the parameter which is wrong
 */
export function readKafkaUrl(url: SecretUrl): KafkaSettings {
  const [, user, brokers = '', query = ''] =
    /^kafka:\/\/(?:(.*)@)?([^@/?]+)\/?(?:\?(.*))?$/.exec(url.reveal()) ?? []
  const refuse = (detail: string): never => {
    throw new ConfigError(`BUS_URL: ${detail}`)
  }
  const hosts = brokers.split(',').map(broker => (/:\d+$/.test(broker) ? broker : `${broker}:9092`))
  if (brokers === '' || hosts.some(host => host.startsWith(':')))
    refuse('kafka:// must be followed by brokers, as in kafka://broker1:9092,broker2:9092')
  const parameters = new URLSearchParams(query)
  for (const name of parameters.keys())
    if (!PARAMETERS.includes(name)) refuse(`unknown parameter ${name}: there are ${PARAMETERS.join(', ')}`)
  const replication = Number(parameters.get('replication') ?? -1)
  if (!Number.isInteger(replication) || replication === 0 || replication < -1)
    refuse('replication must be a number of replicas')
  return {
    replication,
    client: {
      clientId: 'cordage',
      brokers: hosts,
      ssl: readTls(parameters, refuse),
      ...readSasl(user, parameters.get('sasl'), refuse),
      // Errors are thrown; the caller logs them.
      logLevel: logLevel.NOTHING,
      connectionTimeout: 3000,
      retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 },
    },
  }
}

type Refuse = (detail: string) => never

function readTls(parameters: URLSearchParams, refuse: Refuse): NonNullable<KafkaConfig['ssl']> {
  const files = ['ca', 'cert', 'key'].filter(name => parameters.has(name))
  if (parameters.get('tls') !== 'true') {
    if (files.length > 0) refuse(`${files.join(', ')} is given without tls=true`)
    return false
  }
  if (parameters.has('cert') !== parameters.has('key')) refuse('cert and key belong together')
  const read = (name: string) => {
    const file = parameters.get(name) ?? ''
    try {
      return readFileSync(file)
    } catch {
      return refuse(`${name}: cannot read ${file}`)
    }
  }
  return files.length === 0 ? true : Object.fromEntries(files.map(name => [name, read(name)]))
}

function readSasl(user: string | undefined, given: string | null, refuse: Refuse): { sasl?: SASLOptions } {
  if (!user) return given ? refuse('sasl needs a user and a password before the brokers') : {}
  const mechanism = MECHANISMS.find(known => known === (given ?? 'plain'))
  if (!mechanism) return refuse(`sasl must be one of ${MECHANISMS.join(', ')}`)
  const colon = user.indexOf(':')
  if (colon < 0) return refuse('the user has no password')
  const [username, password] = [user.slice(0, colon), user.slice(colon + 1)].map(decodeURIComponent)
  return { sasl: { mechanism, username, password } as SASLOptions }
}

/** Encryption and sign-in as a Java client of the same Kafka configures them, with certificates as text, for it runs elsewhere. */
export function toJavaSettings({ ssl, sasl }: KafkaConfig): Record<string, string> {
  if (!ssl && !sasl) return {}
  const settings: Record<string, string> = {
    'security.protocol': `${sasl ? 'SASL_' : ''}${ssl ? 'SSL' : 'PLAINTEXT'}`,
  }
  const { ca, cert, key } = typeof ssl === 'object' ? ssl : {}
  if (ca) Object.assign(settings, { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': String(ca) })
  if (cert && key)
    Object.assign(settings, {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.certificate.chain': String(cert),
      'ssl.keystore.key': String(key),
    })
  if (sasl && 'username' in sasl) {
    const module = sasl.mechanism === 'plain' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
    const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
    settings['sasl.mechanism'] = sasl.mechanism.toUpperCase()
    settings['sasl.jaas.config'] =
      `org.apache.kafka.common.security.${module} required username=${quoted(sasl.username)} password=${quoted(sasl.password)};`
  }
  return settings
}
