import assert from 'node:assert/strict'
import { chmod, type FileHandle, mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { testObjects } from '../../tests/support/objects.ts'
import { ConfigError, OutageError } from '../errors/index.ts'
import { type ObjectStore, openObjects } from './index.ts'

let root: string
let objects: ObjectStore
const leftovers = () => readdir(join(root, '.unfinished'))

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordage-objects-'))
  objects = openObjects(pathToFileURL(root).href)
})
after(() => rm(root, { recursive: true }))

describe('files', () => testObjects(() => ({ objects, leftovers })))

test('no listing shows an unfinished write', async () => {
  await writeFile(join(root, '.unfinished', 'left'), 'x')
  for await (const { key } of objects.list('')) assert.ok(!key.includes('left'))
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

test('what the file system refuses is an outage, not a missing object', async t => {
  if (process.getuid?.() === 0) return t.skip('root may write anywhere')
  await objects.put('locked/object', 'x')
  await chmod(join(root, 'locked'), 0o500)
  await assert.rejects(objects.put('locked/other', 'x'), OutageError)
  await chmod(join(root, 'locked'), 0o700)
})

test('an object is on the disk, with its folders, before the write returns', async t => {
  const probe = await open(join(root, 'probe'), 'w')
  const file = Object.getPrototypeOf(probe) as FileHandle
  await probe.close()
  const synced = t.mock.method(file, 'sync')
  await objects.put('new/folder/object', 'x')
  // Itself, its folder, and those that its new folders were made in.
  assert.ok(synced.mock.callCount() >= 4, `${synced.mock.callCount()} times`)
  synced.mock.resetCalls()
  await objects.put('new/folder/other', 'x')
  assert.ok(synced.mock.callCount() >= 2, `${synced.mock.callCount()} times`)
})

test('a file in the place of a folder is an outage for a writer', async () => {
  await objects.put('plain', 'x')
  await assert.rejects(objects.put('plain/below', 'x'), OutageError)
})

test('an unknown scheme is refused', () => {
  assert.throws(() => openObjects('gopher://x'), ConfigError)
})
