import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ObjectNotFoundError, type ObjectStore } from '../../shared/objects/index.ts'

export type ObjectsUnderTest = {
  objects: ObjectStore
  /** What writes that were broken off have left in the storage. */
  leftovers(): Promise<unknown[]>
}

/** What every object storage behind OBJECTS_URL keeps, whoever made it. `given` is asked once the tests run. */
export function testObjects(given: () => ObjectsUnderTest): void {
  async function keysOf(prefix: string, startAfter?: string): Promise<string[]> {
    const keys: string[] = []
    for await (const { key } of given().objects.list(prefix, startAfter === undefined ? {} : { startAfter }))
      keys.push(key)
    return keys
  }

  test('an object is read back as it was written, whole or in part, and replaced by the next put', async () => {
    const { objects } = given()
    await objects.put('a/b.txt', 'first')
    await objects.put('a/b.txt', Buffer.from('second'))
    assert.equal((await objects.get('a/b.txt')).toString(), 'second')
    assert.equal((await objects.getRange('a/b.txt', 1, 4)).toString(), 'eco')
    assert.equal((await objects.getRange('a/b.txt', 4, 100)).toString(), 'nd')
  })

  test('an object is written from chunks', async () => {
    const { objects } = given()
    async function* chunks() {
      yield Buffer.from('one ')
      yield Buffer.from('two')
    }
    await objects.put('chunked', chunks())
    assert.equal((await objects.get('chunked')).toString(), 'one two')
  })

  test('a write that fails midway leaves the old object and nothing beside it', async () => {
    const { objects, leftovers } = given()
    await objects.put('half', 'old')
    async function* broken() {
      yield Buffer.from('new')
      throw new Error('the producer failed')
    }
    await assert.rejects(objects.put('half', broken()), /the producer failed/)
    assert.equal((await objects.get('half')).toString(), 'old')
    assert.deepEqual(await leftovers(), [])
  })

  test('a missing object, and a folder, are not found; deleting one is fine', async () => {
    const { objects } = given()
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
    const { objects, leftovers } = given()
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, i) => objects.putIfAbsent('raced/key', `writer ${i}`)),
    )
    assert.equal(won.filter(Boolean).length, 1)
    assert.equal((await objects.get('raced/key')).toString(), `writer ${won.indexOf(true)}`)
    assert.deepEqual(await leftovers(), [])
  })

  test('keys are listed in the order of their bytes, across folders, after a given key', async () => {
    const { objects } = given()
    const keys = ['l/a', 'l/a-b/c', 'l/a.b', 'l/a/z', 'l/é', 'l/\uffee', 'l/😀'].filter(key => key !== 'l/a')
    for (const key of keys) await objects.put(key, key)
    const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(await keysOf('l/'), byBytes)
    assert.deepEqual(await keysOf('l/', 'l/a.b'), byBytes.slice(byBytes.indexOf('l/a.b') + 1))
    assert.deepEqual(await keysOf('l/a.'), ['l/a.b'])
    assert.deepEqual(await keysOf('none/'), [])
  })

  test('a key cannot leave the root', async () => {
    const { objects } = given()
    for (const key of ['../out', 'a/../../out', '/etc/passwd', 'a//b', '', 'a/./b', 'a\\b', 'a\0b'])
      await assert.rejects(async () => objects.get(key), /not an object key/, key)
  })

  test('a listing tells size and time, page after page', async () => {
    const { objects } = given()
    const names = Array.from({ length: 1100 }, (_, i) => `sized/${String(i).padStart(4, '0')}`)
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map(key => objects.put(key, '12345')))
    let listed = 0
    for await (const info of objects.list('sized/')) {
      assert.equal(info.key, names[listed++])
      assert.equal(info.size, 5)
      assert.ok(Math.abs(info.modifiedAt.getTime() - Date.now()) < 60_000)
    }
    assert.equal(listed, names.length)
    assert.deepEqual(await keysOf('sized/', 'sized/1097'), ['sized/1098', 'sized/1099'])
  })

  test('an empty object is an object', async () => {
    const { objects } = given()
    await objects.put('empty', '')
    assert.equal((await objects.get('empty')).length, 0)
    assert.equal((await objects.getRange('empty', 0, 10)).length, 0)
    assert.equal(await objects.putIfAbsent('empty', 'x'), false)
  })

  test('of eight writers one wins in each of fifty rounds, and its object is the one that lies there', async () => {
    const { objects } = given()
    for (let round = 0; round < 50; round++) {
      const key = `rounds/${round}`
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => objects.putIfAbsent(key, `writer ${writer}`)),
      )
      assert.equal(won.filter(Boolean).length, 1, key)
      assert.equal((await objects.get(key)).toString(), `writer ${won.indexOf(true)}`)
    }
  })

  test('a large object is written once however many write it, and read in parts', async () => {
    const { objects, leftovers } = given()
    const bytes = 17 * 1024 * 1024 + 3
    const won = await Promise.all([1, 2, 3].map(fill => objects.putIfAbsent('large', filled(bytes, fill))))
    assert.equal(won.filter(Boolean).length, 1)
    const fill = won.indexOf(true) + 1
    const middle = 8 * 1024 * 1024
    assert.deepEqual([...(await objects.getRange('large', middle - 2, middle + 2))], [fill, fill, fill, fill])
    assert.equal((await objects.getRange('large', bytes - 3, bytes + 100)).length, 3)
    assert.equal((await objects.get('large')).length, bytes)
    assert.deepEqual(await leftovers(), [])
  })

  test('a large object whose producer fails is not there, and nothing of it stays', async () => {
    const { objects, leftovers } = given()
    async function* broken() {
      yield* filled(9 * 1024 * 1024, 1)
      throw new Error('the producer failed')
    }
    await assert.rejects(objects.put('large-broken', broken()), /the producer failed/)
    await assert.rejects(objects.get('large-broken'), ObjectNotFoundError)
    assert.deepEqual(await leftovers(), [])
  })
}

/** So many bytes of one value, in chunks as a writer of Parquet makes them. */
export function* filled(bytes: number, fill: number, chunkBytes = 1_000_000): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= chunkBytes)
    yield new Uint8Array(Math.min(left, chunkBytes)).fill(fill)
}
