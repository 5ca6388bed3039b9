import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Admin, Kafka, type Message } from 'kafkajs'
import { makePosition, openBus } from '../../shared/bus/index.ts'
import { readKafkaUrl } from '../../shared/bus/kafka-client.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { CHANGE } from '../../shared/events/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Store } from '../../shared/store/index.ts'
import { type KafkaServer, startKafka } from '../../stacks/infra/kafka.ts'
import { startProgram, waitFor } from '../support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { makeCertificate } from './certificate.ts'

/**
 * What is wrong with the settings ends a start with one line that says what and where, and doctor says it before. A Kafka
 * with encryption and passwords, whose user may do nothing until a test lets it; `open` is its other door.
 */
const PROGRAMS = ['stacks/local/main.ts', 'stacks/connector/main.ts']
const DOCTOR = 'stacks/doctor/main.ts'
const PASSWORD = 'p@ss/word'
const [EXIT_UNAVAILABLE, EXIT_CONFIG] = [69, 78]

const SOURCE = `connection: shop
capture: debezium
timeZone: UTC
tables:
  Client:
    entity: client
    key: [ClientID]
    columns:
      ClientID: { type: int, as: client_id }
      Name: { type: string, as: name }
`

const home = mkdtempSync(join(tmpdir(), 'cordage-settings-'))
let postgres: TestPostgres
let kafka: KafkaServer
let open: string
let admin: Admin
let stores = 0
before(async () => {
  postgres = await startTestPostgres()
  const { key, cert, authority } = await makeCertificate(home)
  const keyAndCertificate = join(home, 'server-both.pem')
  writeFileSync(keyAndCertificate, key + cert)
  const guard = { user: 'cordage', password: PASSWORD, mayAll: false, tls: { keyAndCertificate, authority } }
  kafka = await startKafka({ home: join(home, 'kafka'), guard })
  open = `kafka://${kafka.broker}`
  admin = clientOf(open).admin()
  await admin.connect()
})
after(async () => {
  await admin?.disconnect()
  await kafka?.stop()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

const clientOf = (url: string) => new Kafka(readKafkaUrl(new SecretUrl(url)).client)

/** The settings of a start on a store of its own, with a system `system` whose changes Debezium brings. */
async function makeSettings(system: string, BUS_URL?: string) {
  const own = mkdtempSync(join(home, `${system}-`))
  for (const folder of ['sources', 'objects']) mkdirSync(join(own, folder))
  writeFileSync(join(own, 'sources', `${system}.yml`), SOURCE)
  const database = `store_${stores++}`
  await postgres.createDatabase(database)
  return {
    database,
    env: {
      CORDAGE_HOME: join(own, 'state'),
      SOURCES: join(own, 'sources'),
      STORE_URL: postgres.url(database).reveal(),
      OBJECTS_URL: pathToFileURL(join(own, 'objects')).href,
      PORT: '0',
      LOG_LEVEL: 'error',
      ...(BUS_URL !== undefined && { BUS_URL }),
    },
  }
}

/** Doctor says it, and each start ends with it and nothing else. */
async function assertRefused(env: Record<string, string>, says: RegExp, code = EXIT_CONFIG): Promise<void> {
  const doctor = await runProgram([DOCTOR], env)
  const [line = ''] = doctor.stdout.split('\n').filter(one => /^FAIL +bus /.test(one))
  assert.match(line, says, doctor.stdout)
  assert.equal(doctor.code, 1)
  assert.equal(doctor.stderr, '')
  for (const program of PROGRAMS) {
    const outcome = await runProgram([program], env)
    assert.match(outcome.stderr, says)
    assert.equal(outcome.stderr.trim().split('\n').length, 1, outcome.stderr)
    assert.equal(outcome.code, code, outcome.stderr)
    assert.ok(!`${outcome.stderr}${outcome.stdout}${doctor.stdout}`.includes(PASSWORD))
  }
}

test('a Kafka that is not there', async () => {
  const { env } = await makeSettings('nowhere', `kafka://127.0.0.1:${await takeFreePort()}`)
  await assertRefused(env, /kafka:\/\/127\.0\.0\.1:\d+ does not answer.*ECONNREFUSED/, EXIT_UNAVAILABLE)
})

test('a wrong password', async () => {
  const { env } = await makeSettings('password', kafka.url.replace(/:[^:@]*@/, ':wrong@'))
  await assertRefused(env, /BUS_URL: kafka:\/\/cordage:\*\*\*@\S+ refuses the user or the password/)
})

test('brokers that are signed by an authority that nobody named', async () => {
  const { env } = await makeSettings('authority', kafka.url.replace(/&ca=.*/, ''))
  await assertRefused(env, /BUS_URL: no TLS with kafka:\/\/\S+: its certificate is not trusted.*certificate/)
})

test('a user without rights', async () => {
  const { env } = await makeSettings('rights', kafka.url)
  await assertRefused(env, /the user lacks a right|may not create topics/)
})

test('changes that Debezium brings, without the Kafka that they come through', async () => {
  const { env } = await makeSettings('without')
  await assertRefused(
    env,
    /without\.yml: its changes come by Debezium, through Kafka: set BUS_URL to that Kafka/,
  )
})

test('topics that others made with another partition count, with compaction, or a raw one with several partitions', async () => {
  const make = (topic: string, numPartitions: number, cleanup = 'delete') =>
    admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions, configEntries: [{ name: 'cleanup.policy', value: cleanup }] }],
    })
  await make('cdc.many.Client', 7)
  await make('cdc.compact.Client', 4, 'compact')
  await make('raw.several.changes', 3)
  const says = {
    many: /topic cdc\.many\.Client has 7 partitions in Kafka and must have 4: keys would move to other partitions/,
    compact: /topic cdc\.compact\.Client has cleanup\.policy=compact in Kafka, which drops changes/,
    several: /topic raw\.several\.changes has 3 partitions in Kafka and must have 1: the order of its/,
  }
  for (const [system, line] of Object.entries(says)) {
    const { env } = await makeSettings(system, open)
    await assertRefused(env, line)
  }
})

test('a store that a newer version of Cordage has been on', async () => {
  const { env, database } = await makeSettings('newer', open)
  const store = await postgres.createStore(database)
  await store.query(`insert into ops.migration (number, name) values (9999, '9999-later.sql')`)
  for (const program of PROGRAMS) {
    const { code, stderr } = await runProgram([program], env)
    assert.match(
      stderr,
      /^the store's schema is at 9999, this version knows it up to \d+: .*start that one.*\n$/,
    )
    assert.equal(code, EXIT_CONFIG)
  }
})

test('doctor says what it has found of a Kafka that is as it must be, and what large rows need', async () => {
  await admin.createAcls({
    acl: [
      { resourceType: 2, resourceName: 'cdc.', resourcePatternType: 4 },
      { resourceType: 2, resourceName: 'raw.', resourcePatternType: 4 },
      { resourceType: 4, resourceName: 'kafka-cluster', resourcePatternType: 3 },
      { resourceType: 3, resourceName: 'cordage.', resourcePatternType: 4 },
    ].map(resource => ({
      ...resource,
      principal: 'User:cordage',
      host: '*',
      operation: 2,
      permissionType: 3,
    })),
  })
  const { env } = await makeSettings('good', kafka.url)
  const before = await runProgram([DOCTOR], env)
  assert.match(before.stdout, /^ok +bus +kafka:\/\/cordage:\*\*\*@\S+, Kafka with 1 broker$/m)
  assert.ok(!(await admin.listTopics()).includes('cdc.good.Client'), 'it has made nothing')
  await admin.createTopics({
    waitForLeaders: false,
    topics: [
      {
        topic: 'cdc.good.Client',
        numPartitions: 4,
        configEntries: [{ name: 'max.message.bytes', value: '1000000' }],
      },
    ],
  })
  const { stdout } = await runProgram([DOCTOR], env)
  assert.match(
    stdout,
    /^warn +bus +.*topic cdc\.good\.Client takes messages of up to 1000000 bytes.*set its max\.message\.bytes to 67108864$/m,
  )
})

test('what others write to our topics is parked with a reason, and the rest lands', async () => {
  const { env, database } = await makeSettings('foreign', kafka.url)
  const store = await postgres.createStore(database)
  const program = startProgram('stacks/local/main.ts', env)
  try {
    await waitFor('the start', async () => program.printed().includes('Cordage is at'), 60_000)
    await sendForeign(store, env.BUS_URL ?? '')
    const lines = await waitFor(
      'all of it to be settled',
      async () => {
        const parked = await store.query<{ function: string; topic: string; reason: string }>(
          'select function, topic, reason from ops.parked order by 1, 2, 3',
        )
        return parked.length >= 9 && parked
      },
      30_000,
    )
    assert.deepEqual(
      lines.map(line => `${line.function} ${line.topic}: ${line.reason}`),
      [
        'admit-changes raw.foreign.changes: malformed_event',
        // Each that reads the topic sets them aside for itself.
        ...Array.from({ length: 4 }, () => 'follow-clients cdc.foreign.Client: malformed_event'),
        'land-changes cdc.foreign.Client: malformed_event',
        'land-changes cdc.foreign.Client: malformed_event',
        'land-changes cdc.foreign.Client: unknown_type',
        'land-changes cdc.foreign.Client: unknown_type',
      ],
    )
    await waitFor('the rest to land', async () => {
      const [row] = await store.query<{ behind: string }>(
        `select sum(events_behind) as behind from bus.coverage where "group" = 'land-changes'`,
      )
      return row?.behind === '0'
    })
  } finally {
    assert.equal(await program.stop(), 0, program.printed())
  }
  assert.doesNotMatch(program.printed(), /Warning/)
})

/** One change of ours among messages of others. */
async function sendForeign(store: Store, url: string): Promise<void> {
  const bus = await openBus(new SecretUrl(url), store)
  const topic = 'cdc.foreign.Client'
  await bus.ensureTopics([{ name: topic, partitions: 4 }])
  const record = { topic, partition: 0, type: CHANGE, key: '1', changedAt: new Date().toISOString() }
  const data = {
    op: 'c',
    before: null,
    after: { ClientID: 1, Name: 'Ana' },
    source: { name: 'foreign', schema: 'dbo', table: 'Client' },
  }
  const producer = clientOf(open).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const send = (topic: string, ...messages: Message[]) => producer.send({ topic, messages })
  await send(topic, { value: 'not json {', partition: 0 }, { value: '{"op":"c"}', partition: 0 })
  await store.transaction(transaction =>
    bus.append(transaction, [
      { ...record, position: makePosition(1, 1n, 0), value: '{"op":"x"}' },
      { ...record, position: makePosition(1, 1n, 1), value: 'no json either {' },
      { ...record, position: makePosition(1, 2n, 0), value: JSON.stringify(data) },
    ]),
  )
  await send('raw.foreign.changes', { value: 'hello', partition: 0 })
  await producer.disconnect()
  await bus.close()
}
