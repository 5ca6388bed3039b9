import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openStoreBus } from '../../shared/bus/store-bus.ts'
import {
  type CaptureKinds,
  KINDS,
  openCapture,
  readSources,
  readSourceText,
} from '../../shared/capture/index.ts'
import { SecretUrl, type Source } from '../../shared/config/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { makeLocalCaller } from '../../stacks/connector/caller.ts'
import { startConnector } from '../../stacks/connector/index.ts'
import { requireSources } from '../../stacks/connector/sources.ts'
import { waitFor } from '../support/demo.ts'
import { NOBODY } from '../support/function.ts'
import { journal } from '../support/journal/kind.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

// A kind of capture that the project does not have: its folder is tests/support/journal, and this is the line.
const kinds: CaptureKinds = { ...KINDS, journal }

const FILE = `connection: notes
capture: journal
pollMs: 10
timeZone: UTC
tables:
  client:
    called: people
    entity: client
    key: [id]
    client: id
    columns:
      id: { type: int, as: client_id, policy: keep }
      name: { type: string, as: last_name, policy: encrypt }
`

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

const problemsOf = (text: string) => {
  const read = readSourceText('notes.yml', text, kinds)
  return 'problems' in read
    ? read.problems.map(({ line, path, says }) => `${line} ${path.join('.')}: ${says}`)
    : []
}

test('its files have its own keys, for the source and for a table, and no others', () => {
  assert.deepEqual(problemsOf(FILE), [])
  assert.match(problemsOf(FILE.replace('10', '0')).join(), /^3 pollMs: /)
  assert.match(problemsOf(FILE.replace('    called: people\n', '')).join(), /^6 tables.client.called: /)
  assert.deepEqual(problemsOf(`${FILE}debezium: { decimals: base64 }\n`), [
    '14 debezium: a key of capture: debezium; this source has capture: journal',
  ])
  assert.deepEqual(problemsOf(FILE.replace('capture: journal', 'capture: postgres')), [
    '3 pollMs: a key of capture: journal; this source has capture: postgres',
    '7 tables.client.called: a key of capture: journal; this source has capture: postgres',
  ])
})

test('the connector follows it, treats personal data, and goes on where it was', {
  timeout: 60_000,
}, async context => {
  const folder = join(postgres.home, 'sources')
  mkdirSync(folder)
  writeFileSync(join(folder, 'notes.yml'), FILE)
  const [source] = readSources(folder, kinds) as [Source]
  const file = join(postgres.home, 'journal.jsonl')
  const url = new SecretUrl(pathToFileURL(file).href)
  const common = { sources: [source], connectionOf: () => url, log: makeLogger({ level: 'silent' }), kinds }
  await assert.rejects(requireSources({ ...common, busUrl: undefined }), /notes.yml: there is no journal/)

  const note = (op: string, id: number) =>
    appendFileSync(
      file,
      `${JSON.stringify({ table: 'people', op, row: { id: String(id), name: 'Ng' }, at: new Date().toISOString() })}\n`,
    )
  note('c', 1)
  await requireSources({ ...common, busUrl: undefined })
  const store = await postgres.createStore()
  const follow = async (owner: string) => {
    const connector = await startConnector({
      ...common,
      owner,
      duties: ['capture'],
      triggers: [],
      store,
      bus: openStoreBus(store),
      objects: openObjects(pathToFileURL(join(postgres.home, 'objects')).href),
      alerts: NOBODY,
      caller: makeLocalCaller(new Map()),
      masterKey: Buffer.alloc(32, 7),
    })
    context.after(connector.close)
    return connector
  }
  const keys = async () =>
    (
      await store.query<{ key: string; op: string }>(
        `select key, value::json ->> 'op' as op from bus.event order by position`,
      )
    ).map(({ key, op }) => `${op}${key}`)

  const first = await follow('first')
  await waitFor('the first line', async () => (await keys()).length === 1)
  await first.close()
  note('c', 2)
  note('d', 1)
  const second = await follow('second')
  await waitFor('the others', async () => (await keys()).length === 3)
  await second.close()
  assert.deepEqual(await keys(), ['c1', 'c2', 'd1'])
  const values = await store.query<{ value: string }>('select value from bus.event')
  assert.ok(values.every(({ value }) => !value.includes('Ng')))

  const capture = await openCapture(source, kinds)
  assert.deepEqual(await capture?.forget(url, source), ['the journal'])
  assert.ok(!existsSync(file))
})
