import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { ROOT, startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { readSettings, SecretUrl, type Settings } from '../config/index.ts'
import type { Store } from '../store/index.ts'
import { makeLogger, registry } from '../telemetry/index.ts'
import type { RunEvent } from './events.ts'
import { type Flow, loadGraph, startLineage } from './index.ts'

let postgres: TestPostgres
let store: Store
const home = mkdtempSync(join(tmpdir(), 'cordage-lineage-'))
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(async () => {
  await postgres.stop()
  rmSync(home, { recursive: true })
})

const folderOf = (name: string) => join(home, name, 'lineage')
function start(name: string, settings: Partial<Settings> = {}, onLog: (line: string) => void = () => {}) {
  return startLineage({
    settings: { ...readSettings({}), CORDAGE_HOME: join(home, name), ...settings },
    log: makeLogger({ level: 'warn', destination: { write: onLog } }),
    query: store.query,
  })
}
const call = (name: string, flows: Flow[], problem?: string) => ({
  function: name,
  startedAt: new Date('2026-01-02T03:04:05Z'),
  endedAt: new Date(),
  ...{ flows, problem },
})
const eventsOf = (name: string) =>
  readFileSync(join(folderOf(name), 'events.ndjson'), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as RunEvent)

const LANDING: Flow = {
  part: 'shop.Sale',
  reads: [{ dataset: 'cdc.shop.Sale' }],
  writes: [
    {
      ...{ dataset: 'lake.shop.Sale', version: '7', rows: 3 },
      columns: {
        Amount: [{ dataset: 'cdc.shop.Sale', column: 'Amount' }],
        Email: [{ dataset: 'cdc.shop.Sale', column: 'Email', masked: true }],
        Note: [],
      },
    },
  ],
}

test('every kind of event is what the schemas of OpenLineage ask for', async () => {
  const lineage = start('valid')
  lineage.note(call('land-changes', [LANDING]))
  lineage.note(call('read-mart', [{ reads: [{ dataset: 'mart.fct_sale' }] }]))
  lineage.note(call('read-mart', [{ reads: [{ dataset: 'mart.fct_sale' }] }], 'the store does not answer'))
  lineage.begin('build-warehouse').end(call('build-warehouse', [{ ...LANDING, part: 'stg_sale' }]))
  lineage.begin('build-warehouse').end(call('build-warehouse', [], 'a test failed'))
  await lineage.close()
  const file = join(folderOf('valid'), 'events.ndjson')
  const { stdout } = await promisify(execFile)(join(ROOT, '.venvs/test/bin/python'), [
    join(ROOT, 'tests/openlineage/validate.py'),
    file,
  ])
  assert.match(stdout, /^12 events/)
  const types = eventsOf('valid').map(({ eventType, job }) => `${eventType} ${job.name}`)
  assert.deepEqual(types.sort(), [
    'COMPLETE build-warehouse',
    'COMPLETE build-warehouse.stg_sale',
    'COMPLETE land-changes.shop.Sale',
    'COMPLETE read-mart',
    'FAIL build-warehouse',
    'FAIL read-mart',
    'START build-warehouse',
    'START build-warehouse',
    'START build-warehouse.stg_sale',
    'START land-changes.shop.Sale',
    'START read-mart',
    'START read-mart',
  ])
})

test('calls that are alike are one run, with how many they were and the rows of all', async () => {
  const lineage = start('alike')
  for (let i = 1; i <= 1000; i++) {
    lineage.note(call('read-mart', [{ reads: [{ dataset: `mart.${i % 2 ? 'a' : 'b'}` }] }]))
    const [use] = LANDING.writes ?? []
    assert.ok(use)
    lineage.note(call('land-changes', [{ ...LANDING, writes: [{ ...use, version: String(i) }] }]))
  }
  await lineage.close()
  const ends = eventsOf('alike').filter(({ eventType }) => eventType === 'COMPLETE')
  const told = ends.map(({ job, run, inputs, outputs }) => [
    job.name,
    inputs[0]?.name.split('.').at(-1),
    run.facets.cordage_calls?.calls,
    outputs[0]?.facets.version?.datasetVersion,
    outputs[0]?.outputFacets?.outputStatistics?.rowCount,
  ])
  assert.deepEqual(told.sort(), [
    ['land-changes.shop.Sale', 'Sale', 1000, '1000', 3000],
    ['read-mart', 'a', 500, undefined, undefined],
    ['read-mart', 'b', 500, undefined, undefined],
  ])
})

test('the graph has what each job last read and wrote, and forgets parts that are gone', async () => {
  const lineage = start('graph')
  const part = (name: string, from: string): Flow => ({
    part: name,
    reads: [{ dataset: from, version: '4' }],
    writes: [{ dataset: `warehouse.${name}`, columns: { id: [{ dataset: from, column: 'ID' }], n: [] } }],
  })
  const build = (...flows: Flow[]) => lineage.begin('build').end(call('build', flows))
  build(part('one', 'lake.shop.A'), part('two', 'lake.shop.A'))
  build(part('one', 'lake.shop.B'))
  lineage.begin('build').end(call('build', [], 'a test failed'))
  lineage.note(call('read', [{ reads: [{ dataset: 'mart.a' }] }]))
  lineage.note(call('read', [{ reads: [{ dataset: 'mart.b' }] }]))
  await lineage.close()
  const graph = (await loadGraph(store.query)).filter(({ function: of }) => ['build', 'read'].includes(of))
  const seen = graph.map(({ job, state, calls, problem, reads, writes }) => ({
    ...{ job, state, calls, problem, reads, writes },
  }))
  assert.deepEqual(seen, [
    { job: 'build', state: 'failed', calls: 3, problem: 'a test failed', reads: [], writes: [] },
    {
      ...{ job: 'build.one', state: 'done', calls: 2, problem: null },
      reads: [{ dataset: 'lake.shop.B', version: '4' }],
      writes: [
        {
          dataset: 'warehouse.one',
          columns: { id: [{ dataset: 'lake.shop.B', column: 'ID' }], n: [] },
        },
      ],
    },
    {
      ...{ job: 'read', state: 'done', calls: 2, problem: null, writes: [] },
      reads: [{ dataset: 'mart.a' }, { dataset: 'mart.b' }],
    },
  ])
})

const countDropped = async () => {
  const text = await registry.getSingleMetricAsString('cordage_lineage_events_dropped_total')
  return Number(/_total (\d+)/.exec(text)?.[1] ?? 0)
}

test('an OpenLineage server gets each event, with the token of its URL', async () => {
  const got: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += String(chunk)))
    request.on('end', () => {
      const { job, eventType } = JSON.parse(body) as RunEvent
      got.push(`${request.method} ${request.url} ${request.headers.authorization} ${eventType} ${job.name}`)
      response.writeHead(201).end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const lineage = start('served', { LINEAGE_URL: new SecretUrl(`http://:to%40ken@127.0.0.1:${port}/ol/`) })
  lineage.note(call('land-changes', [LANDING]))
  await lineage.close()
  server.closeAllConnections()
  server.close()
  assert.deepEqual(
    got,
    ['START', 'COMPLETE'].map(type => `POST /ol/api/v1/lineage Bearer to@ken ${type} land-changes.shop.Sale`),
  )
})

test('a server that is away costs nobody anything: its events are counted, and it is reported once', async () => {
  const lines: string[] = []
  const before = await countDropped()
  const away = { LINEAGE_URL: new SecretUrl('http://:secret@127.0.0.1:9/') }
  const lineage = start('away', away, line => lines.push(line))
  for (let i = 0; i < 20; i++) lineage.note(call('read-mart', [{ reads: [{ dataset: `mart.m${i}` }] }]))
  await lineage.close()
  assert.equal((await countDropped()) - before, 40)
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /lineage is not sent/)
  assert.doesNotMatch(lines[0] ?? '', /secret/)
})

test('a long file is put aside, and four of these are kept', async () => {
  const folder = folderOf('long')
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 6; i++) {
    writeFileSync(join(folder, 'events.ndjson'), '')
    truncateSync(join(folder, 'events.ndjson'), 5 * 1024 * 1024)
    const lineage = start('long')
    lineage.note(call('land-changes', [LANDING]))
    await lineage.close()
    assert.equal(eventsOf('long').length, 2)
  }
  const files = ['', '.1', '.2', '.3', '.4'].map(number => `events.ndjson${number}`)
  assert.deepEqual(readdirSync(folder).sort(), files)
})
