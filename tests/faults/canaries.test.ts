import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import replayParked from '../../functions/operate/replay-parked/handler.ts'
import type { BusEvent } from '../../shared/events/index.ts'
import { decryptValue, openVault, readMasterKey } from '../../shared/privacy/index.ts'
import { waitFor } from '../support/demo.ts'
import { type Fleet, makeFleet } from '../support/fleet.ts'
import { startFunction } from '../support/function.ts'
import { ROOT } from '../support/postgres.ts'
import { untilThrough } from './kills.ts'

const run = promisify(execFile)

/** Texts that are nowhere but in these clients' rows: whoever finds one has found a clear personal value. */
const tokens: string[] = []
const token = () => {
  const made = `canary${randomBytes(8).toString('hex')}`
  tokens.push(made)
  return made
}
/** A birthday that no published client has. */
const BIRTHDAY = '1907-03-29'

let fleet: Fleet
let source: pg.Client
before(async () => {
  fleet = await makeFleet()
  source = new pg.Client({ connectionString: fleet.source.reveal() })
  await source.connect()
})
after(async () => {
  await source.end()
  await fleet.stop()
})

async function addCanary(id: number, children = '2'): Promise<void> {
  const values = [id, token(), token(), token(), BIRTHDAY, `${token()}@example.invalid`, children]
  await source.query(
    `insert into dbo."Client" ("ClientID", "Prefix", "FirstName", "LastName", "BirthDate", "Email", "TotalChildren") values ($1, $2, $3, $4, $5, $6, $7::numeric)`,
    values,
  )
}

/** Stands in for land-changes and parks the canaries: what is parked must hold no clear value either. */
async function startParker() {
  const server = createServer((request, response) => {
    // Another test may ask at a port that was its own a moment ago.
    if (request.method !== 'POST') return void response.writeHead(404).end()
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const events = JSON.parse(Buffer.concat(chunks).toString()) as BusEvent[]
      const answer = ({ id, topic, partitionkey }: BusEvent) =>
        topic.endsWith('.Client') && !partitionkey.startsWith('90000')
          ? { id, status: 'done' }
          : { id, status: topic.endsWith('.Client') ? 'parked' : 'retry', reason: 'outage' }
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ results: events.map(answer) }))
    })
  })
  server.unref()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

test('canary clients are found nowhere in the clear: lake, bus, store, parked, logs', {
  timeout: 240_000,
}, async () => {
  await source.query('alter table dbo."Client" alter column "TotalChildren" type numeric')
  for (const id of [900_001, 900_002, 900_003]) await addCanary(id)
  const parker = await startParker()
  fleet.redirect('land-changes', parker.url)
  for (const member of ['capture', 'consume', 'index-products', 'follow-clients', 'land-changes'] as const)
    fleet.start(member)
  await waitFor(
    'the snapshot',
    async () =>
      (
        await fleet.store.query(
          `select 1 from ingest.capture where system = 'adventureworks' and state = 'streaming'`,
        )
      ).length > 0,
    120_000,
  )

  for (const id of [900_004, 900_005]) await addCanary(id)
  // A value that admission refuses: only its place is kept.
  await addCanary(900_006, '1.5')
  for (const id of [900_001, 900_004])
    await source.query('update dbo."Client" set "LastName" = $2, "Email" = $3 where "ClientID" = $1', [
      id,
      token(),
      token(),
    ])
  await source.query('delete from dbo."Client" where "ClientID" = 900002')

  const countParked = async (where: string) =>
    Number(
      (await fleet.store.query<{ n: string }>(`select count(*) as n from ops.parked where ${where}`))[0]?.n,
    )
  await waitFor(
    'the canaries to be parked',
    async () => (await countParked(`event->>'partitionkey' like '90000%'`)) >= 8,
    60_000,
  )
  assert.equal(
    await countParked(`function = 'admit-changes' and event is null and detail = 'TotalChildren'`),
    1,
  )
  await assertNowhere('parked')

  await fleet.kill('consume')
  fleet.redirect('land-changes', undefined)
  parker.close()
  fleet.start('consume')
  const replay = await startFunction(replayParked, { resources: { store: fleet.store } })
  const { body } = await replay.call({ function: 'land-changes' })
  assert.ok(Number((body as { requested: number }).requested) >= 8)
  await waitFor(
    'the parked canaries to land',
    async () =>
      (await countParked(`function = 'land-changes' and event->>'partitionkey' like '90000%'`)) === 0,
    120_000,
  )
  await untilThrough(fleet)
  const lake = await assertNowhere('landed')

  const rows = lake
    .split('\n')
    .filter(line => line.includes('"table": "Client"') && line.includes('"ClientID": 900001,'))
    .map(line => (JSON.parse(line) as { row: Record<string, string | number | null> }).row)
  const latest = rows.toSorted((a, b) => String(a._position).localeCompare(String(b._position))).at(-1)
  assert.equal(rows.length, 2, 'the snapshot row and its correction have landed')
  assert.equal(latest?.BirthDate, 1907)
  assert.equal('Prefix' in (latest ?? {}), false)
  const key = (
    await openVault('adventureworks', readMasterKey(fleet.home)).keysOf(fleet.store.query, ['900001'])
  ).get('900001')
  assert.ok(key)
  assert.ok(
    tokens.includes(decryptValue(key, 'LastName', String(latest?.LastName))),
    'who has the key can read it',
  )
})

/** @returns the lake's rows as text */
async function assertNowhere(stage: string): Promise<string> {
  const places: [place: string, text: string][] = []
  const tables = await fleet.store.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('bus', 'ingest', 'search', 'privacy', 'ops', 'mart')`,
  )
  for (const { name } of tables) {
    const rows = await fleet.store.query<{ text: string }>(`select t::text as text from ${name} t`)
    places.push([name, rows.map(row => row.text).join('\n')])
  }
  const logs = join(fleet.home, 'logs')
  for (const name of readdirSync(logs)) places.push([name, readFileSync(join(logs, name), 'utf8')])
  const { stdout: lake } = await run(
    join(ROOT, '.venvs/test/bin/python'),
    [join(ROOT, 'tests', 'support', 'dump_lake.py'), fleet.lake],
    {
      maxBuffer: 512 * 1024 * 1024,
    },
  )
  places.push(['lake', lake])
  const found = places.flatMap(([place, text]) =>
    [...tokens, BIRTHDAY].filter(secret => text.includes(secret)).map(secret => `${secret} in ${place}`),
  )
  assert.deepEqual(found, [], stage)
  // The search itself must be able to find something.
  const { rows } = await source.query<{ text: string }>(
    'select t::text as text from dbo."Client" t where "ClientID" = 900001',
  )
  assert.ok(tokens.some(secret => rows[0]?.text.includes(secret)))
  return lake
}
