import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretUrl } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { parseDebeziumSource } from '../../tests/support/debezium-source.ts'
import { makeDebeziumConfig } from './config.ts'

const SOURCE = parseDebeziumSource(
  'shop.yml',
  `
connection: shop
capture: debezium
namespace: dbo
timeZone: UTC
tables:
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      Photo: { policy: drop }
`,
)
const BUS = new SecretUrl('kafka://broker1:9092,broker2:9093')
const configOf = (url: string, bus: SecretUrl | undefined = BUS) =>
  makeDebeziumConfig(SOURCE, new SecretUrl(url), bus)
const SERVER = 'sqlserver://sa:pass%40word@db.example/shop'

test('of SQL Server the history of its columns has a topic and brokers, without which Debezium does not start', () => {
  const config = configOf(SERVER)
  assert.equal(config['schema.history.internal.kafka.topic'], 'raw.shop.schema-history')
  assert.equal(config['schema.history.internal.kafka.bootstrap.servers'], 'broker1:9092,broker2:9093')
  assert.ok(!Object.keys(config).some(name => name.startsWith('schema.history.internal.producer')))
  assert.throws(() => makeDebeziumConfig(SOURCE, new SecretUrl(SERVER)), ConfigError)
})

test('the history has the same sign-in to Kafka as we', () => {
  const bus = new SecretUrl('kafka://us%22er:se%5Ccret@broker:9093?tls=true&sasl=scram-sha-512')
  const config = configOf(SERVER, bus)
  for (const side of ['producer', 'consumer']) {
    const prefix = `schema.history.internal.${side}`
    assert.equal(config[`${prefix}.security.protocol`], 'SASL_SSL')
    assert.equal(config[`${prefix}.sasl.mechanism`], 'SCRAM-SHA-512')
    assert.equal(
      config[`${prefix}.sasl.jaas.config`],
      String.raw`org.apache.kafka.common.security.scram.ScramLoginModule required username="us\"er" password="se\\cret";`,
    )
  }
})

test('of SQL Server transactions are not counted: after their borders a killed connector leaves a change out', () => {
  assert.equal(configOf(SERVER)['provide.transaction.metadata'], 'false')
  assert.equal(configOf(SERVER)['data.query.mode'], 'direct')
  assert.equal(configOf('postgres://me:x@db.example/shop')['provide.transaction.metadata'], 'true')
})

test('whom an encrypted connection trusts is said in its URL', () => {
  assert.equal(configOf(SERVER)['database.encrypt'], 'true')
  assert.equal(configOf(SERVER)['database.trustServerCertificate'], undefined)
  const trusting = configOf(`${SERVER}?encrypt=true&trustServerCertificate=true`)
  assert.equal(trusting['database.trustServerCertificate'], 'true')
  const stored = configOf(`${SERVER}?trustStore=/etc/kafka/trust.jks&trustStorePassword=secret`)
  assert.equal(stored['database.trustStore'], '/etc/kafka/trust.jks')
  assert.equal(stored['database.trustStorePassword'], 'secret')
  assert.throws(() => configOf(`${SERVER}?trustservercert=true`), /unknown parameter trustservercert/)
})

test('a dropped column does not leave the source', () => {
  for (const url of [SERVER, 'postgres://me:x@db.example/shop'])
    assert.doesNotMatch(String(configOf(url)['column.include.list']), /Photo/)
})
