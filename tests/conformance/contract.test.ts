import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import {
  answersGet,
  type FunctionDefinition,
  MAX_BATCH_BYTES,
  MAX_BODY_BYTES,
} from '../../shared/contract/index.ts'
import type { BusEvent } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { bundleFunctions } from '../../stacks/bundle/bundle.ts'
import { type FunctionFolder, listFunctions, loadFunction } from '../../stacks/project.ts'
import { waitFor } from '../support/demo.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { writeDebeziumSources } from '../support/sources.ts'
import { makeEvent, makeInput } from './examples.ts'
import { type FunctionServer, type HttpReply, startBundle } from './server.ts'

/** Each function, bundled and started alone on a real store and an empty lake, held to the contract over HTTP. */
const CANARY = 'canary-5f1d7c'
const EVENT = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'

let postgres: TestPostgres
let store: Store
let env: Record<string, string>
const functions = listFunctions(ROOT)
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore('contract')
  const objects = join(postgres.home, 'objects')
  mkdirSync(join(objects, 'lake'), { recursive: true })
  env = {
    CORDAGE_HOME: postgres.home,
    STORE_URL: postgres.url('contract').reveal(),
    OBJECTS_URL: pathToFileURL(objects).href,
    WAREHOUSE_URL: `duckdb:${join(postgres.home, 'warehouse')}`,
    SOURCES: join(ROOT, 'sources'),
  }
  await bundleFunctions(functions, ROOT, join(postgres.home, 'dist'))
})
after(() => postgres.stop())

/** RFC 9457, with a reason, and without a stack or a value that was sent. */
function assertProblem(reply: HttpReply, status: number): Record<string, unknown> {
  assert.equal(reply.status, status, reply.body)
  assert.match(reply.type, /^application\/problem\+json/)
  const problem = reply.json()
  assert.equal(problem.status, status)
  assert.ok(!reply.body.includes(CANARY), `a value came back: ${reply.body}`)
  assert.doesNotMatch(reply.body, /\bat .*[:(]\d+|node_modules|\.ts\b/)
  return problem
}

const fieldsOf = (problem: Record<string, unknown>) =>
  (problem.errors as { field: string }[]).map(({ field }) => field)

for (const folder of functions) {
  const definition = await loadFunction(folder)
  describe(folder.name, { timeout: 60_000 }, () => {
    let server: FunctionServer
    before(async () => {
      // The one function for sources that somebody else captures needs such a source.
      const isAdmission = folder.name === 'admit-changes'
      server = await startBundle(join(postgres.home, 'dist', folder.name), {
        ...env,
        ...(isAdmission && { SOURCES: writeDebeziumSources(postgres.home) }),
      })
    })
    after(() => server.kill())
    describeServer(() => server)
    if (definition.kind === 'events')
      describeEvents(
        () => server,
        offset => makeEvent(definition.name, offset),
      )
    else describeRequests(() => server, definition)
    describeDrain(() => server, folder, definition)
  })

  function describeServer(server: () => FunctionServer): void {
    test('tells health, readiness and its own metrics', async () => {
      assert.equal((await server().send({ path: '/_/health' })).status, 200)
      assert.equal((await server().send({ path: '/_/ready' })).status, 200)
      await server().post({})
      const metrics = await server().send({ path: '/metrics' })
      assert.equal(metrics.status, 200)
      for (const name of ['cordage_function_calls_total', 'process_resident_memory_bytes'])
        assert.match(metrics.body, new RegExp(`^${name}`, 'm'))
    })

    test('has nothing at other paths', async () => {
      assertProblem(await server().send({ path: '/elsewhere' }), 404)
    })

    test('takes JSON and CloudEvents only', async () => {
      assert.equal(
        assertProblem(await server().post('{}', 'text/plain'), 415).reason,
        'unsupported_media_type',
      )
      assertProblem(await server().send({ method: 'POST', body: '{}' }), 415)
    })

    test('refuses what is no JSON, or no UTF-8, without saying it back', async () => {
      for (const type of ['application/json', EVENT, BATCH])
        assert.equal(
          assertProblem(await server().post(`{"name": "${CANARY}`, type), 400).reason,
          'malformed_json',
        )
    })

    test('answers GET only where it changes nothing', async () => {
      const { status } = await server().send({ path: '/' })
      assert.equal(status === 405, !answersGet(definition))
      assertProblem(await server().send({ method: 'DELETE' }), 405)
      assertProblem(await server().send({ method: 'PUT', body: '{}' }), 405)
    })

    test('answers HEAD where it answers GET, and says which methods there are', async () => {
      for (const path of ['/', '/_/health', '/_/ready', '/metrics']) {
        const [get, head] = [await server().send({ path }), await server().send({ path, method: 'HEAD' })]
        assert.deepEqual([head.status, head.type, head.body], [get.status, get.type, ''])
        const { status, headers } = await server().send({ path, method: 'DELETE' })
        const reads = answersGet(definition) ? 'GET, HEAD, POST' : 'POST'
        assert.deepEqual([status, headers.allow], [405, path === '/' ? reads : 'GET, HEAD'])
      }
    })

    test('is probed under any Host, and measured by its address', async () => {
      for (const host of ['10.1.2.3:8080', '[fd00::1]:8080', 'pod.example']) {
        for (const path of ['/_/health', '/_/ready'])
          assert.equal((await server().send({ path, headers: { host } })).status, 200, `${path} ${host}`)
        const measured = await server().send({ path: '/metrics', headers: { host } })
        assert.equal(measured.status, host === 'pod.example' ? 403 : 200, host)
        assertProblem(await server().send({ headers: { host } }), 403)
      }
    })

    test('takes a packed body within its limit, and refuses what it cannot unpack', async () => {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
      const post = (body: Buffer | string, more: object = {}) =>
        server().send({ method: 'POST', headers: { ...headers, ...more }, body })
      const plain = await server().post('{"noSuchField": 1}')
      assert.equal((await post(gzipSync('{"noSuchField": 1}'))).status, plain.status)
      assert.equal(assertProblem(await post('{}'), 400).reason, 'malformed_gzip')
      assert.equal(assertProblem(await post(gzipSync('{}').subarray(0, 12)), 400).reason, 'malformed_gzip')
      const limit = definition.access === 'internal' ? MAX_BATCH_BYTES : MAX_BODY_BYTES
      assertProblem(await post(gzipSync(Buffer.alloc(limit + 1, ' '))), 413)
      for (const encoding of ['br', 'deflate', 'zstd', 'gzip, gzip', 'aws-chunked'])
        assert.equal(
          assertProblem(await post('{}', { 'content-encoding': encoding }), 415).reason,
          'unsupported_encoding',
        )
      assert.equal((await server().send({ path: '/_/ready' })).status, 200)
    })

    test('is out of reach of web pages of other sites', async () => {
      assertProblem(await server().send({ headers: { host: 'evil.example' } }), 403)
      assertProblem(await server().post({}, 'application/json', { origin: 'http://evil.example' }), 403)
      assertProblem(await server().post({}, 'application/json', { origin: 'null' }), 403)
      assertProblem(await server().post({}, 'application/json', { origin: 'http://127.0.0.1:1' }), 403)
    })

    test('refuses a body over its limit, declared or not, and goes on', async () => {
      const limit = definition.access === 'internal' ? MAX_BATCH_BYTES : MAX_BODY_BYTES
      const body = `"${'x'.repeat(limit)}"`
      assertProblem(await server().post(body), 413)
      assertProblem(await server().post(body, 'application/json', { 'transfer-encoding': 'chunked' }), 413)
      assert.equal((await server().send({ path: '/_/ready' })).status, 200)
    })
  }

  function describeEvents(server: () => FunctionServer, makeEvent: (offset: number) => BusEvent): void {
    test('takes an event in each of the three ways, and a repeat of it', async () => {
      const event = makeEvent(1)
      const { data, ...attributes } = event
      const headers = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]),
      )
      const replies = [
        await server().post([event], BATCH),
        await server().post(event, EVENT),
        await server().post(data, 'application/json', headers),
      ]
      for (const reply of replies) {
        assert.equal(reply.status, 200, reply.body)
        const [result] = reply.json().results as { id: string; status: string }[]
        assert.equal(result?.id, event.id)
        assert.ok(['done', 'skipped'].includes(result?.status ?? ''), reply.body)
      }
    })

    test('answers for each event of a batch by its id, and parks what is no event', async () => {
      const reply = await server().post([makeEvent(2), { id: 'no-event', note: CANARY }, makeEvent(3)], BATCH)
      assert.equal(reply.status, 200, reply.body)
      const results = reply.json().results as { id: string; status: string; reason?: string }[]
      assert.deepEqual(results.map(({ id }) => id).sort(), [makeEvent(2).id, makeEvent(3).id, 'no-event'])
      assert.deepEqual(
        results.find(({ id }) => id === 'no-event'),
        { id: 'no-event', status: 'parked', reason: 'malformed_event' },
      )
      assert.ok(!reply.body.includes(CANARY))
    })

    test('parks an event whose data are no change', async () => {
      const reply = await server().post([{ ...makeEvent(4), data: { op: 'x', note: CANARY } }], BATCH)
      assert.equal(reply.status, 200, reply.body)
      const [result] = reply.json().results as { status: string }[]
      assert.equal(result?.status, 'parked')
    })

    test('refuses plain JSON', async () => {
      assert.equal(assertProblem(await server().post({}), 400).reason, 'malformed_event')
    })
  }

  function describeRequests(
    server: () => FunctionServer,
    request: FunctionDefinition & { kind: 'request' },
  ): void {
    test('refuses unknown fields by their names', async () => {
      const input = { ...makeInput(request), noSuchField: CANARY }
      assert.deepEqual(fieldsOf(assertProblem(await server().post(input), 400)), ['noSuchField'])
      const event = { specversion: '1.0', id: '1', source: '/test', type: 'test', data: input }
      assert.deepEqual(fieldsOf(assertProblem(await server().post(event, EVENT), 400)), ['noSuchField'])
      assert.deepEqual(
        fieldsOf(
          assertProblem(
            await server().post(input, 'application/json', { 'ce-specversion': '1.0', 'ce-id': '1' }),
            400,
          ),
        ),
        ['noSuchField'],
      )
    })

    test('refuses what is no object', async () => {
      for (const value of ['[]', '"text"', '1', 'null', 'true'])
        assertProblem(await server().post(value), 400)
    })

    test('answers for each event of a batch, and parks those whose data it refuses', async () => {
      const event = {
        specversion: '1.0',
        id: 'refused',
        source: '/test',
        type: 'test',
        data: { noSuchField: CANARY },
      }
      const reply = await server().post([event], BATCH)
      assert.equal(reply.status, 200, reply.body)
      assert.deepEqual(reply.json(), { results: [{ id: 'refused', status: 'parked', reason: 'bad_input' }] })
    })
  }

  function describeDrain(
    server: () => FunctionServer,
    { name }: FunctionFolder,
    function_: FunctionDefinition,
  ): void {
    test('on SIGTERM answers the call in flight, takes no other, and exits 0', async () => {
      const call = () =>
        function_.kind === 'events'
          ? server().post(
              Array.from({ length: 100 }, (_, i) => makeEvent(function_.name, 100 + i)),
              BATCH,
            )
          : server().post(makeInput(function_))
      const { held, release } = await holdTables(store)
      const reply = call()
      await sleep(300)
      const ended = server().terminate()
      const refuses = () =>
        server()
          .send({ path: '/_/ready' })
          .then(
            () => false,
            () => true,
          )
      await waitFor('new calls to be refused', refuses, 10_000)
      await release()
      await held
      // What it answers depends on an empty lake; that it answers does not.
      assert.ok((await reply).body.length > 0, name)
      assert.equal(await ended, 0, server().log())
    })
  }
}

/** Locks every table of the store, so that whoever asks it has to wait. */
async function holdTables(store: Store): Promise<{ held: Promise<void>; release(): Promise<void> }> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const held = store.transaction(async ({ query }) => {
    const tables = await query<{ name: string }>(
      `select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
       where relkind in ('r', 'p') and nspname in ('bus', 'ops', 'search', 'ingest', 'privacy')`,
    )
    await query(`lock table ${tables.map(({ name }) => name).join(', ')} in access exclusive mode`)
    lock()
    await released
  })
  await locked
  return {
    held,
    async release() {
      release()
      await held
    },
  }
}
