import assert from 'node:assert/strict'
import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../shared/errors/index.ts'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { waitFor } from '../../tests/support/demo.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { listenForNotifications } from './notifications.ts'
import { makeWaker, type Waker } from './wake.ts'
import { watchObjects } from './watch.ts'

let postgres: TestPostgres
let root: string
let objects: ObjectStore
let store: Store
let count = 0
before(async () => {
  postgres = await startTestPostgres()
  root = await mkdtemp(join(tmpdir(), 'cordage-watch-'))
})
after(async () => {
  await postgres.stop()
  await rm(root, { recursive: true })
})
beforeEach(async () => {
  store = await postgres.createStore(`watch_${count++}`)
  objects = openObjects(pathToFileURL(join(root, String(count))).href)
})

/** Watches `inbox/`; the function answers with `statuses` in turn, then with 200. */
function watch(options: { waker?: Waker; statuses?: number[] } = {}) {
  const { waker, statuses = [] } = options
  const abort = new AbortController()
  const given: string[] = []
  let looks = 0
  const ended = watchObjects({
    name: 'take-in',
    prefixes: ['inbox/'],
    objects: {
      ...objects,
      list(prefix, options) {
        looks += 1
        return objects.list(prefix, options)
      },
    },
    store,
    caller: {
      deliver: async () => ({ status: 500, results: [] }),
      async call(_name, { data }) {
        given.push((data as { key: string }).key)
        return { status: statuses.shift() ?? 200, body: { title: 'Broken', detail: 'no such column' } }
      },
    },
    log: makeLogger({ level: 'silent' }),
    signal: abort.signal,
    waker,
  })
  const stop = () => {
    abort.abort()
    return ended
  }
  return { given, looks: () => looks, stop }
}

test('each object is handed over once, by whoever watches, and again where it is written again', async () => {
  await objects.put('inbox/a', 'one')
  const first = watch()
  await waitFor('the first', async () => first.given.length === 1, 10_000)
  await first.stop()
  const second = watch()
  await objects.put('inbox/b', 'two')
  await waitFor('the second', async () => second.given.length === 1, 10_000)
  await objects.put('inbox/a', 'three')
  await waitFor('the first again', async () => second.given.length === 2, 10_000)
  await second.stop()
  assert.deepEqual([...first.given, ...second.given], ['inbox/a', 'inbox/b', 'inbox/a'])
})

test('a function that is away is asked again; an object that it refuses is not', async () => {
  await objects.put('inbox/a', 'one')
  const { given, looks, stop } = watch({ waker: makeWaker(), statuses: [503, 400] })
  await waitFor('two calls', async () => given.length === 2, 10_000)
  await stop()
  assert.equal(looks(), 2)
})

const standing = () =>
  store.query<{ key: string; status: string; attempts: number; detail: string | null }>(
    'select key, status, attempts, detail from ops.seen_object order by key',
  )

test('an object whose function breaks is handed over again, later each time, and says so meanwhile', {
  timeout: 30_000,
}, async () => {
  await objects.put('inbox/a', 'one')
  const { given, stop } = watch({ statuses: [500, 504] })
  await waitFor('the first call', async () => (await standing()).length > 0, 10_000)
  assert.deepEqual(await standing(), [
    { key: 'inbox/a', status: 'waiting', attempts: 1, detail: '500: Broken: no such column' },
  ])
  await waitFor('three calls', async () => given.length === 3, 20_000)
  await waitFor('the end', async () => (await standing())[0]?.status === 'done', 10_000)
  await stop()
})

test('an object that is refused is remembered with the reason; one that is taken away is waited for no more', async () => {
  await objects.put('inbox/a', 'one')
  await objects.put('inbox/b', 'two')
  const { stop } = watch({ statuses: [422, 500] })
  await waitFor('both', async () => (await standing()).length === 2, 10_000)
  await objects.delete('inbox/b')
  await waitFor('one', async () => (await standing()).length === 1, 10_000)
  await stop()
  assert.deepEqual(await standing(), [
    { key: 'inbox/a', status: 'refused', attempts: 1, detail: '422: Broken: no such column' },
  ])
})

test('another file under the same name is noticed, though its time is older', async () => {
  await objects.put('inbox/a', 'one')
  const { given, stop } = watch()
  await waitFor('the first', async () => given.length === 1, 10_000)
  await objects.put('inbox/a', 'another')
  await utimes(join(root, String(count), 'inbox', 'a'), 1, 1)
  await waitFor('the second', async () => given.length >= 2, 10_000)
  await waitFor('that it is remembered', async () => (await standing())[0]?.status === 'done', 10_000)
  const calls = given.length
  await stop()
  const again = watch()
  await waitFor('a look', async () => again.looks() > 1, 10_000)
  await again.stop()
  assert.deepEqual(again.given, [], `${calls} calls before`)
})

test('a notification, whatever it says, causes a listing at once; between notifications nothing is listed', async () => {
  const waker = makeWaker()
  const port = await takeFreePort()
  const notifications = await listenForNotifications({ host: '127.0.0.1', port, wake: waker.wake })
  await assert.rejects(listenForNotifications({ host: '127.0.0.1', port, wake() {} }), (error: Error) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /OBJECT_EVENTS_PORT: cannot listen on 127\.0\.0\.1, port \d+: EADDRINUSE/)
    return true
  })
  const { given, looks, stop } = watch({ waker })
  await waitFor('the first look', async () => looks() === 1, 10_000)
  await objects.put('inbox/a', 'one')
  const url = `http://127.0.0.1:${port}/any/path`
  assert.equal((await fetch(url)).status, 405)
  assert.equal((await fetch(url, { method: 'POST', body: 'no json {' })).status, 200)
  await waitFor('the object', async () => given.length === 1, 10_000)
  await stop()
  notifications.close()
  assert.equal(looks(), 2)
})
