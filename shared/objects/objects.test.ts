import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ConfigError, OutageError } from '../errors/index.ts'
import { ObjectNotFoundError, type ObjectStore, openObjects } from './index.ts'

let root: string
let objects: ObjectStore

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-objects-'))
  objects = openObjects(pathToFileURL(root).href)
})
after(() => rm(root, { recursive: true }))

async function keysOf(prefix: string, startAfter?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of objects.list(prefix, startAfter === undefined ? {} : { startAfter }))
    keys.push(key)
  return keys
}

test('an object is read back as it was written, whole or in part, and replaced by the next put', async () => {
  await objects.put('a/b.txt', 'first')
  await objects.put('a/b.txt', Buffer.from('second'))
  assert.equal((await objects.get('a/b.txt')).toString(), 'second')
  assert.equal((await objects.getRange('a/b.txt', 1, 4)).toString(), 'eco')
  assert.equal((await objects.getRange('a/b.txt', 4, 100)).toString(), 'nd')
})

test('an object is written from chunks', async () => {
  async function* chunks() {
    yield Buffer.from('one ')
    yield Buffer.from('two')
  }
  await objects.put('chunked', chunks())
  assert.equal((await objects.get('chunked')).toString(), 'one two')
})

test('a write that fails midway leaves the old object and nothing beside it', async () => {
  await objects.put('half', 'old')
  async function* broken() {
    yield Buffer.from('new')
    throw new Error('the producer failed')
  }
  await assert.rejects(objects.put('half', broken()), /the producer failed/)
  assert.equal((await objects.get('half')).toString(), 'old')
  assert.deepEqual(await readdir(join(root, '.unfinished')), [])
})

test('a missing object, and a folder, are not found; deleting one is fine', async () => {
  await objects.put('folder/object', 'x')
  await assert.rejects(objects.get('nothing'), ObjectNotFoundError)
  await assert.rejects(objects.get('folder'), ObjectNotFoundError)
  await assert.rejects(objects.get('folder/object/below'), ObjectNotFoundError)
  await assert.rejects(objects.getRange('nothing', 0, 1), ObjectNotFoundError)
  await objects.delete('nothing')
  await objects.delete('folder/object')
  await assert.rejects(objects.get('folder/object'), ObjectNotFoundError)
})

test('of twenty writers of one key one wins, and its object stays', async () => {
  const won = await Promise.all(
    Array.from({ length: 20 }, (_, i) => objects.putIfAbsent('raced/key', `writer ${i}`)),
  )
  assert.equal(won.filter(Boolean).length, 1)
  assert.equal((await objects.get('raced/key')).toString(), `writer ${won.indexOf(true)}`)
  assert.deepEqual(await readdir(join(root, '.unfinished')), [])
})

test('keys are listed in the order of their bytes, across folders, after a given key', async () => {
  const keys = ['l/a', 'l/a-b/c', 'l/a.b', 'l/a/z', 'l/é', 'l/\uffee', 'l/😀'].filter(key => key !== 'l/a')
  for (const key of keys) await objects.put(key, key)
  const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  assert.deepEqual(await keysOf('l/'), byBytes)
  assert.deepEqual(await keysOf('l/', 'l/a.b'), byBytes.slice(byBytes.indexOf('l/a.b') + 1))
  assert.deepEqual(await keysOf('l/a.'), ['l/a.b'])
  assert.deepEqual(await keysOf('none/'), [])
})

test('a listing tells size and time, and shows no unfinished write', async () => {
  await objects.put('sized/one', '12345')
  await writeFile(join(root, '.unfinished', 'left'), 'x')
  for await (const info of objects.list('sized/')) {
    assert.equal(info.size, 5)
    assert.ok(Math.abs(info.modifiedAt.getTime() - Date.now()) < 60_000)
  }
  assert.ok(!(await keysOf('')).some(key => key.includes('left')))
})

test('an unfinished write of a process that died is swept by the next process; a fresh one is left', async () => {
  const abandoned = join(root, '.unfinished', 'abandoned')
  const running = join(root, '.unfinished', 'running')
  await writeFile(abandoned, 'x')
  await writeFile(running, 'x')
  const twoHoursAgo = Date.now() / 1000 - 7200
  await utimes(abandoned, twoHoursAgo, twoHoursAgo)
  await openObjects(pathToFileURL(root).href).put('sweeping', 'x')
  const left = await readdir(join(root, '.unfinished'))
  assert.ok(!left.includes('abandoned'))
  assert.ok(left.includes('running'))
})

test('a key cannot leave the root', async () => {
  for (const key of ['../out', 'a/../../out', '/etc/passwd', 'a//b', '', 'a/./b', 'a\\b', 'a\0b'])
    await assert.rejects(async () => objects.get(key), /not an object key/, key)
})

test('what the file system refuses is an outage, not a missing object', async t => {
  if (process.getuid?.() === 0) return t.skip('root may write anywhere')
  await objects.put('locked/object', 'x')
  await chmod(join(root, 'locked'), 0o500)
  await assert.rejects(objects.put('locked/other', 'x'), OutageError)
  await chmod(join(root, 'locked'), 0o700)
})

test('a file in the place of a folder is an outage for a writer', async () => {
  await objects.put('plain', 'x')
  await assert.rejects(objects.put('plain/below', 'x'), OutageError)
})

test('an unknown scheme is refused', () => {
  assert.throws(() => openObjects('gopher://x'), ConfigError)
})
