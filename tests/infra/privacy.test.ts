import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { untilSnapshotIsThrough, untilThrough } from '../faults/kills.ts'
import { ROOT } from '../support/postgres.ts'
import { type DataCentre, makeDataCentre } from './data-centre.ts'

const run = promisify(execFile)

let fleet: DataCentre
let source: pg.Client
before(async () => {
  fleet = await makeDataCentre({ days: 5 })
  source = new pg.Client({ connectionString: fleet.source.reveal() })
  await source.connect()
})
after(async () => {
  await source.end()
  await fleet.stop()
})

/** Texts that are nowhere but in these clients' rows. */
const tokens: string[] = []
const token = () => {
  const made = `canary${randomBytes(8).toString('hex')}`
  tokens.push(made)
  return made
}

/** The ones in a column that is dropped: Debezium is not even asked for it. */
const dropped: string[] = []
const droppedToken = () => {
  const made = token()
  dropped.push(made)
  return made
}

const addCanary = (id: number, children = '2') =>
  source.query(
    `insert into dbo."Client" ("ClientID", "Prefix", "FirstName", "LastName", "BirthDate", "Email", "TotalChildren") values ($1, $2, $3, $4, '1907-03-29', $5, $6::numeric)`,
    [id, droppedToken(), token(), token(), `${token()}@example.invalid`, children],
  )

test('canary clients are in the clear in the raw topic and nowhere behind it: topics, lake, store, logs', {
  timeout: 240_000,
}, async () => {
  await source.query('alter table dbo."Client" alter column "TotalChildren" type numeric')
  for (const id of [900_001, 900_002]) await addCanary(id)
  for (const member of fleet.members) fleet.start(member)
  await untilSnapshotIsThrough(fleet)
  for (const id of [900_003, 900_004]) await addCanary(id)
  // A value that admission refuses: only its place is kept.
  await addCanary(900_005, '1.5')
  await source.query('update dbo."Client" set "LastName" = $1 where "ClientID" = 900001', [token()])
  await source.query('delete from dbo."Client" where "ClientID" = 900002')
  await untilThrough(fleet)

  const refused = await fleet.store.query('select event, detail from ops.parked')
  assert.deepEqual(refused, [{ event: null, detail: 'TotalChildren' }])
  const messages = await readTopics()
  const places = new Map(messages)
  for (const [name, text] of await readStore()) places.set(name, text)
  for (const [name, text] of readLogs()) places.set(name, text)
  const dump = join(ROOT, 'tests', 'support', 'dump_lake.py')
  const { stdout } = await run(join(ROOT, '.venvs/test/bin/python'), [dump, fleet.lake], {
    maxBuffer: 512 * 1024 * 1024,
  })
  places.set('lake', stdout)

  const raw = places.get('raw.adventureworks.changes') ?? ''
  places.delete('raw.adventureworks.changes')
  assert.deepEqual(
    tokens.filter(secret => !raw.includes(secret)),
    dropped,
    'the search itself can find something, and what is dropped is not even there',
  )
  assert.match(places.get('cdc.adventureworks.Client') ?? '', /"ClientID":900004/)
  const found = [...places].flatMap(([place, text]) =>
    [...tokens, '1907-03-29'].filter(secret => text.includes(secret)).map(secret => `${secret} in ${place}`),
  )
  assert.deepEqual(found, [])
})

/** Every message of every topic, as text. */
async function readTopics(): Promise<Map<string, string>> {
  const kafka = new Kafka({ brokers: [fleet.kafka.broker], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter(name => /^(cdc|raw)\./.test(name))
  let left = 0
  for (const topic of topics)
    for (const { low, high } of await admin.fetchTopicOffsets(topic)) left += Number(high) - Number(low)
  await admin.disconnect()
  const texts = new Map<string, string[]>(topics.map(topic => [topic, []]))
  const consumer = kafka.consumer({ groupId: `privacy.${randomUUID()}` })
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  await consumer.run({
    autoCommit: false,
    async eachMessage({ topic, message }) {
      texts.get(topic)?.push(`${message.key} ${message.value}`)
      left -= 1
      if (left <= 0) resolve()
    },
  })
  await promise
  await consumer.disconnect()
  return new Map([...texts].map(([topic, lines]) => [topic, lines.join('\n')]))
}

async function readStore(): Promise<[string, string][]> {
  const tables = await fleet.store.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('bus', 'ingest', 'search', 'privacy', 'ops', 'mart')`,
  )
  return Promise.all(
    tables.map(async ({ name }): Promise<[string, string]> => {
      const rows = await fleet.store.query<{ text: string }>(`select t::text as text from ${name} t`)
      return [name, rows.map(row => row.text).join('\n')]
    }),
  )
}

function readLogs(): [string, string][] {
  const logs = join(fleet.home, 'logs')
  return readdirSync(logs).map(name => [name, readFileSync(join(logs, name), 'utf8')])
}
