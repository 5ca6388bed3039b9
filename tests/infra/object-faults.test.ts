import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ConfigError, OutageError } from '../../shared/errors/index.ts'
import { type ObjectStore, openObjects, requireObjects } from '../../shared/objects/index.ts'
import { openS3Objects } from '../../shared/objects/s3.ts'
import { filled } from '../support/objects.ts'
import { type Fate, startFront } from './front.ts'
import { onEachStore } from './stores.ts'

const run = promisify(execFile)
const LARGE = 9 * 1024 * 1024

const isPut = ({ method }: IncomingMessage) => method === 'PUT'
const isCompletion = ({ method, url = '' }: IncomingMessage) => method === 'POST' && url.includes('uploadId=')

onEachStore(store => {
  let front: Awaited<ReturnType<typeof startFront>>
  let url: string
  let objects: ObjectStore
  let direct: ObjectStore
  /** What the network does to each request, in turn; afterwards all pass. */
  let fates: ((request: IncomingMessage) => Fate | undefined)[] = []

  before(async () => {
    direct = openObjects(await store.server.bucket('faults'))
    front = await startFront(store.server.endpoint, request => {
      for (const [i, fate] of fates.entries()) {
        const decided = fate(request)
        if (decided === undefined) continue
        fates.splice(i, 1)
        return decided
      }
      return 'pass'
    })
    url = await store.server.bucket('faults', front.endpoint)
    objects = openS3Objects(url, { requestTimeoutMs: 500 })
  })
  beforeEach(() => {
    fates = []
  })
  after(() => front?.close())

  const next = (matches: (request: IncomingMessage) => boolean, fate: Fate, times = 1) => {
    for (let i = 0; i < times; i++) fates.push(request => (matches(request) ? fate : undefined))
  }
  const always = (matches: (request: IncomingMessage) => boolean, fate: Fate) => next(matches, fate, 100)
  const textOf = async (key: string) => (await direct.get(key)).toString()

  for (const fate of ['cut', 'hang'] as const)
    test(`a new object whose answer is lost (${fate}) was written by us, also where every answer is lost`, async () => {
      next(isPut, fate)
      assert.equal(await objects.putIfAbsent(`once-${fate}`, 'ours'), true)
      fates = []
      always(isPut, fate)
      assert.equal(await objects.putIfAbsent(`always-${fate}`, 'ours'), true)
      assert.equal(await textOf(`always-${fate}`), 'ours')
    })

  test("where the answer is lost and the object is another writer's, it is not ours", async () => {
    await direct.putIfAbsent('theirs', 'theirs')
    always(isPut, 'cut')
    assert.equal(await objects.putIfAbsent('theirs', 'ours'), false)
    assert.equal(await textOf('theirs'), 'theirs')
  })

  test('the same body of another writer is not taken for ours', async () => {
    await direct.putIfAbsent('same', 'same')
    always(isPut, 'cut')
    assert.equal(await objects.putIfAbsent('same', 'same'), false)
  })

  test('where nothing answers at all it is an outage, and no write succeeds', async () => {
    always(() => true, 'cut')
    await assert.rejects(objects.putIfAbsent('unknown', 'x'), OutageError)
    await assert.rejects(objects.put('unknown', 'x'), OutageError)
    await assert.rejects(objects.get('unknown'), OutageError)
    await assert.rejects(objects.delete('unknown'), OutageError)
  })

  test('a conflict with another writer (409) is tried again until it is decided', async () => {
    next(isPut, { status: 409, code: 'ConditionalRequestConflict' }, 4)
    assert.equal(await objects.putIfAbsent('conflict', 'ours'), true)
    next(isPut, { status: 409, code: 'ConditionalRequestConflict' }, 4)
    assert.equal(await objects.putIfAbsent('conflict', 'late'), false)
    assert.equal(await textOf('conflict'), 'ours')
  })

  test('a storage that is busy (503) is asked again, and one that stays so is an outage', async () => {
    next(isPut, { status: 503, code: 'SlowDown' }, 2)
    assert.equal(await objects.putIfAbsent('busy', 'x'), true)
    always(isPut, { status: 503, code: 'SlowDown' })
    await assert.rejects(objects.putIfAbsent('too-busy', 'x'), OutageError)
    fates = []
    assert.equal(await objects.putIfAbsent('too-busy', 'x'), true)
  })

  test('a refusal (403), a missing bucket and an unknown access key are outages, never a missing object', async () => {
    for (const [status, code] of [
      [403, 'AccessDenied'],
      [404, 'NoSuchBucket'],
      [404, 'XAdminUserNotFound'],
    ] as const) {
      always(() => true, { status, code })
      await assert.rejects(objects.get('refused'), OutageError)
      await assert.rejects(objects.putIfAbsent('refused', 'x'), OutageError)
      await assert.rejects(Array.fromAsync(objects.list('')), OutageError)
    }
  })

  test('an answer that ends in its middle is asked for again', async () => {
    const text = 'whole '.repeat(10_000)
    await direct.put('halved', text)
    next(({ method }) => method === 'GET', 'halve', 2)
    assert.equal((await objects.get('halved')).toString(), text)
    always(({ method }) => method === 'GET', 'halve')
    await assert.rejects(objects.get('halved'), OutageError)
  })

  test('a large object whose completion is done and not answered was written by us', async () => {
    // Its parts are larger than what a busy machine takes in within the others' half second.
    const patient = openS3Objects(url, { requestTimeoutMs: 2000 })
    next(isCompletion, 'cut')
    assert.equal(await patient.putIfAbsent('large', filled(LARGE, 1)), true)
    always(isCompletion, 'hang')
    assert.equal(await patient.putIfAbsent('large', filled(LARGE, 2)), false)
    fates = []
    always(isCompletion, 'cut')
    await patient.put('large', filled(LARGE, 3))
    assert.deepEqual([...(await direct.getRange('large', LARGE - 1, LARGE))], [3])
  })

  test('a storage that ignores If-None-Match is refused in one line before anything is written to it', async () => {
    let puts = 0
    const ignoring = await startFront(store.server.endpoint, request =>
      isPut(request) && ++puts % 2 === 0 ? { status: 200 } : 'pass',
    )
    try {
      const through = await store.server.bucket('faults', ignoring.endpoint)
      await assert.rejects(requireObjects(through), error => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, /^OBJECTS_URL: bucket faults at .* does not honour If-None-Match: /)
        return true
      })
    } finally {
      await ignoring.close()
    }
  })

  test('what is wrong with a bucket is said in one line that says what to do', async () => {
    const good = await store.server.bucket('faults')
    await requireObjects(good)
    const wrong = {
      'there is no bucket none': good.replace('@faults', '@none'),
      'does not know this access key': good.replace(/\/\/[^:]+/, '//nobody'),
      'refuses the secret of this access key': good.replace(/:[^:@]+@/, ':wrong@'),
    }
    for (const [says, bad] of Object.entries(wrong))
      await assert.rejects(requireObjects(bad), error => {
        assert.ok(error instanceof ConfigError)
        assert.ok(error.message.includes(says), error.message)
        assert.ok(!error.message.includes('\n'))
        return true
      })
    always(isPut, { status: 403, code: 'AccessDenied' })
    await assert.rejects(requireObjects(url), /this access key lacks s3:PutObject on bucket faults/)
    await assert.rejects(requireObjects(good.replace(/127\.0\.0\.1%3A\d+/, '127.0.0.1%3A1')), OutageError)
  })

  test('an object of 400 MB is written in bounded memory', async () => {
    const script = join(import.meta.dirname, 'write-large.ts')
    const { stdout } = await run(process.execPath, [script, await store.server.bucket('faults'), '400'])
    const { idleMb, peakMb } = JSON.parse(stdout) as { idleMb: number; peakMb: number }
    assert.ok(peakMb - idleMb < 200, `${idleMb} MB before, ${peakMb} MB at most`)
    assert.equal((await direct.getRange('huge', 400e6 - 1, 400e6 + 10)).length, 1)
  })

  test('after the storage was killed in the middle of writes all that was acknowledged is there, and all that is there is whole', async () => {
    const { server, home, start } = store
    const { accessKeyId, secretAccessKey } = server
    const port = Number(new URL(server.endpoint).port)
    const size = 1_000_000
    const acknowledged = new Map<string, number>()
    const write = async (key: string, bytes: number) => {
      if (await direct.putIfAbsent(key, filled(bytes, 7))) acknowledged.set(key, bytes)
    }
    let cut = 0
    for (let kill = 0; kill < 3; kill++) {
      const before = acknowledged.size
      const writing = [
        ...Array.from({ length: 40 }, (_, i) => write(`killed/${kill}/${i}`, size)),
        ...[1, 2].map(i => write(`killed/${kill}/large-${i}`, LARGE)),
      ].map(written =>
        written.catch(error => {
          assert.ok(error instanceof OutageError, String(error))
          cut++
        }),
      )
      while (acknowledged.size < before + 5 * kill + 1) await sleep(1)
      await store.server.kill()
      await Promise.all(writing)
      store.server = await start({ home: join(home, 'server'), port, accessKeyId, secretAccessKey })
      const listed = new Map<string, number>()
      for await (const info of direct.list('killed/')) listed.set(info.key, info.size)
      for (const [key, bytes] of acknowledged) assert.equal(listed.get(key), bytes, key)
      for (const [key, bytes] of listed) {
        const body = await direct.get(key)
        assert.equal(bytes, key.includes('large') ? LARGE : size, key)
        assert.ok(body.length === bytes && body.every(byte => byte === 7), key)
      }
    }
    assert.ok(cut > 0, 'no write was in the air')
  })
})
