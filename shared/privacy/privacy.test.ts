import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { parseSource } from '../capture/sources.ts'
import type { SourceTable } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { Store } from '../store/index.ts'
import { decryptValue, makePrivacy, openMasterKey, openVault, readMasterKey } from './index.ts'

const [CLIENT, OPEN] = parseSource(
  'sources/shop.yml',
  `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      Prefix: { type: string, as: prefix, policy: drop }
      Name: { type: string, as: name, policy: encrypt }
      City: { type: string, as: city, policy: encrypt }
      BirthDate: { type: date, as: birth_year, policy: generalise }
      Phone: { type: string, as: phone_hash, policy: hash }
      Email: { type: string, as: email_hash, policy: hash, joinable: true }
  Product:
    entity: product
    key: [ProductID]
    columns:
      ProductID: { type: int, as: product_id }
`,
).tables as [SourceTable, SourceTable]

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())

const MASTER = Buffer.alloc(32, 1)
const ADA = {
  ClientID: 1,
  Prefix: 'Dr. h. c.',
  Name: 'Ada Lovelace',
  City: 'Ada Lovelace',
  BirthDate: '1815-12-10',
  Phone: '+44 20 5550 1815',
  Email: 'ada@example.invalid',
}

async function treat(row: object, client = '1', vault = openVault('shop', MASTER)) {
  const keys = await vault.keysOf(store.query, [client])
  return vault.treat(CLIENT, row as typeof ADA, keys.get(client))
}

test('each column gets its treatment, and nothing that is not listed comes through', async () => {
  const treated = await treat({ ...ADA, Unlisted: 'secret' })
  assert.deepEqual(Object.keys(treated), ['ClientID', 'Name', 'City', 'BirthDate', 'Phone', 'Email'])
  assert.equal(treated.ClientID, 1)
  assert.equal(treated.BirthDate, 1815)
  assert.match(String(treated.Phone), /^[0-9a-f]{64}$/)
  assert.doesNotMatch(JSON.stringify(treated), /Lovelace|5550 1815|@example|h\. c\.|secret/)
})

test('equal values of one client stay equal; other columns, clients and values do not', async () => {
  const [first, again, other, bob] = [
    await treat(ADA),
    await treat(ADA),
    await treat({ ...ADA, Name: 'Eve' }),
    await treat({ ...ADA, ClientID: 2 }, '2'),
  ]
  assert.deepEqual(first, again)
  assert.notEqual(first.Name, first.City)
  assert.notEqual(first.Name, other.Name)
  assert.notEqual(first.Name, bob.Name)
  assert.notEqual(first.Phone, bob.Phone)
})

test('no nonce seals two different things: another column, value or client has another', async () => {
  const rows = [
    await treat(ADA),
    await treat({ ...ADA, City: 'London' }),
    await treat({ ...ADA, ClientID: 2 }, '2'),
  ]
  const nonceOf = (sealed: unknown) => String(sealed).slice(0, 16) // 12 bytes in base64
  const nonces = rows.flatMap(({ Name, City }) => [nonceOf(Name), nonceOf(City)])
  // Name is equal in the first two.
  assert.equal(new Set(nonces).size, nonces.length - 1)
})

test('only a joinable hash is the same for different clients, and in another system it is not', async () => {
  const [ada, bob] = [await treat(ADA), await treat({ ...ADA, ClientID: 2 }, '2')]
  assert.equal(ada.Email, bob.Email)
  const elsewhere = openVault('branch', MASTER)
  assert.notEqual((await treat(ADA, '1', elsewhere)).Email, ada.Email)
})

test('a system has one vault, and each system its own', async () => {
  const privacy = makePrivacy(MASTER)
  assert.equal(privacy.vaultOf('shop'), privacy.vaultOf('shop'))
  assert.deepEqual(await treat(ADA, '1', privacy.vaultOf('shop')), await treat(ADA))
  assert.notDeepEqual(await treat(ADA, '1', privacy.vaultOf('branch')), await treat(ADA))
})

test('null stays null, and a table without personal data passes unchanged', async () => {
  const nothing = {
    ClientID: 1,
    Prefix: null,
    Name: null,
    City: null,
    BirthDate: null,
    Phone: null,
    Email: null,
  }
  assert.deepEqual(await treat(nothing), {
    ClientID: 1,
    Name: null,
    City: null,
    BirthDate: null,
    Phone: null,
    Email: null,
  })
  const row = { ProductID: 1, Extra: 'x' }
  assert.deepEqual(openVault('shop', MASTER).treat(OPEN, row, undefined), row)
})

test("an encrypted value opens with the client's key and its column, and with no other", async () => {
  const treated = await treat(ADA)
  const keys = await openVault('shop', MASTER).keysOf(store.query, ['1', '2'])
  const [one, two] = [keys.get('1') as KeyObject, keys.get('2') as KeyObject]
  assert.equal(decryptValue(one, 'Name', String(treated.Name)), 'Ada Lovelace')
  assert.throws(() => decryptValue(two, 'Name', String(treated.Name)))
  assert.throws(() => decryptValue(one, 'City', String(treated.Name)))
  const forged = Buffer.from(String(treated.Name), 'base64')
  forged[14] = (forged[14] ?? 0) ^ 1
  assert.throws(() => decryptValue(one, 'Name', forged.toString('base64')))
})

test('of writers who meet a client at once all get one key, and it is stored wrapped', async () => {
  const keys = await Promise.all(
    Array.from({ length: 8 }, async () =>
      (await openVault('shop', MASTER).keysOf(store.query, ['77'])).get('77'),
    ),
  )
  const [first] = keys as [KeyObject]
  for (const key of keys) assert.ok(key?.equals(first))
  const [row] = await store.query<{ wrapped: Buffer }>(
    `select wrapped from privacy.client_key where client_id = '77'`,
  )
  assert.ok(!row?.wrapped.includes(first.export()))
})

test('a key whose transaction was rolled back is not used again', async () => {
  const vault = openVault('shop', MASTER)
  const rolledBack = store.transaction(async ({ query }) => {
    await vault.keysOf(query, ['78'])
    throw new Error('rolled back')
  })
  await assert.rejects(rolledBack, /rolled back/)
  const key = (await vault.keysOf(store.query, ['78'])).get('78')
  const stored = (await openVault('shop', MASTER).keysOf(store.query, ['78'])).get('78')
  assert.ok(stored && key?.equals(stored))
})

test('a key that was read is remembered: only whether its client was erased is asked each time', async () => {
  await openVault('shop', MASTER).keysOf(store.query, ['80', '81'])
  const vault = openVault('shop', MASTER)
  let asked = 0
  const query: typeof store.query = (...given) => {
    asked += 1
    return store.query(...given)
  }
  const keysOf = async (...ids: string[]) => [...(await vault.keysOf(query, ids)).keys()].toSorted()
  assert.deepEqual(await keysOf('80', '81', '80'), ['80', '81'])
  assert.equal(asked, 2)
  assert.deepEqual(await keysOf('81', '80'), ['80', '81'])
  assert.equal(asked, 3)
  assert.deepEqual(await keysOf(), [])
  assert.equal(asked, 3)
})

test('with another master key the keys do not open, and the error says which file is wrong', async () => {
  await openVault('shop', MASTER).keysOf(store.query, ['5'])
  await assert.rejects(
    openVault('shop', Buffer.alloc(32, 2)).keysOf(store.query, ['5']),
    (error: Error) => error instanceof ConfigError && /master\.key is not the one/.test(error.message),
  )
})

test('an erased client gets no key, not even from memory', async () => {
  const vault = openVault('shop', MASTER)
  assert.ok((await vault.keysOf(store.query, ['9'])).has('9'))
  await store.query(`insert into privacy.erased (system, client_id) values ('shop', '9')`)
  assert.equal((await vault.keysOf(store.query, ['9', '1'])).has('9'), false)
  assert.ok(
    (await openVault('branch', MASTER).keysOf(store.query, ['9'])).has('9'),
    'in another system it is another client',
  )
})

/** A home of its own, and the file of its key. */
function makeHome(context: TestContext): { home: string; file: string } {
  const home = mkdtempSync(join(tmpdir(), 'cordage-keys-'))
  context.after(() => rmSync(home, { recursive: true }))
  return { home, file: join(home, 'secrets', 'master.key') }
}

test('the master key is made once, for its owner alone', async context => {
  const { query } = await postgres.createStore('keys_made')
  const { home, file } = makeHome(context)
  const [key, same] = await Promise.all([
    openMasterKey({ CORDAGE_HOME: home }, query),
    openMasterKey({ CORDAGE_HOME: home }, query),
  ])
  assert.equal(key.length, 32)
  assert.deepEqual(same, key)
  assert.deepEqual(await openMasterKey({ CORDAGE_HOME: home }, query), key)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(home, 'secrets')), ['master.key'])
})

/** Puts another in the place of a function of node:fs, for one test. */
function replaceFs<K extends 'existsSync' | 'fsyncSync'>(
  context: TestContext,
  name: K,
  by: (typeof fs)[K],
): void {
  const { mock } = context.mock.method(fs, name, by as never)
  syncBuiltinESMExports()
  context.after(() => {
    mock.restore()
    syncBuiltinESMExports()
  })
}

test('the master key is on the disk before it has its name', async context => {
  const { query } = await postgres.createStore('keys_synced')
  const { home, file } = makeHome(context)
  const synced: { text: string; isNamed: boolean }[] = []
  replaceFs(context, 'fsyncSync', () => {
    synced.push({ text: readFileSync(`${file}.${process.pid}`, 'utf8'), isNamed: existsSync(file) })
  })
  const key = await openMasterKey({ CORDAGE_HOME: home }, query)
  assert.deepEqual(synced, [{ text: key.toString('hex'), isNamed: false }])
})

test('of two who make the master key at once the second takes what the first has made', async context => {
  const { query } = await postgres.createStore('keys_raced')
  const { home, file } = makeHome(context)
  mkdirSync(join(home, 'secrets'), { mode: 0o700 })
  writeFileSync(file, 'cd'.repeat(32), { mode: 0o600 })
  replaceFs(context, 'existsSync', () => false)
  assert.deepEqual(await openMasterKey({ CORDAGE_HOME: home }, query), Buffer.alloc(32, 0xcd))
  assert.deepEqual(readdirSync(join(home, 'secrets')), ['master.key'])
})

test('a missing or different master key is refused where the store holds what it wraps', async context => {
  for (const [name, begin] of [
    ['keys_checked', async () => {}],
    // As a store is that was begun before there was a check.
    ['keys_older', ({ query }: Store) => query('delete from privacy.master_key')],
  ] as const) {
    const own = await postgres.createStore(name)
    const { home, file } = makeHome(context)
    const key = await openMasterKey({ CORDAGE_HOME: home }, own.query)
    await openVault('shop', key).keysOf(own.query, ['1'])
    await begin(own)
    const right = readFileSync(file, 'utf8')
    rmSync(file)
    await assert.rejects(
      openMasterKey({ CORDAGE_HOME: home }, own.query),
      /master\.key is missing, and the store holds keys that it wraps: put it back from the back-up of secrets \(docs\/playbooks\/restore\.md\)/,
    )
    assert.equal(existsSync(file), false, 'none is made')
    writeFileSync(file, 'ab'.repeat(32), { mode: 0o600 })
    await assert.rejects(
      openMasterKey({ CORDAGE_HOME: home }, own.query),
      /is not the key that this store was created with: put it back/,
    )
    writeFileSync(file, right)
    assert.deepEqual(await openMasterKey({ CORDAGE_HOME: home }, own.query), key)
  }
})

test('a master key that is given as a setting needs no file, and is held to its store all the same', async context => {
  const { query } = await postgres.createStore('keys_given')
  const { home, file } = makeHome(context)
  const given = { CORDAGE_HOME: home, MASTER_KEY: Buffer.alloc(32, 1) }
  assert.deepEqual(await openMasterKey(given, query), given.MASTER_KEY)
  assert.equal(existsSync(file), false)
  await assert.rejects(
    openMasterKey({ ...given, MASTER_KEY: Buffer.alloc(32, 2) }, query),
    /^ConfigError: MASTER_KEY is not the key that this store was created with/,
  )
})

test('a master key that is malformed, or that others may read, is refused without saying it', context => {
  const { home, file } = makeHome(context)
  assert.throws(() => readMasterKey(home), /cannot be read/)
  mkdirSync(file, { recursive: true, mode: 0o700 })
  assert.throws(() => readMasterKey(home), ConfigError)
  rmdirSync(file)
  for (const [text, says] of [
    ['', /must hold 64 hex digits, and is empty: put it back/],
    ['ab'.repeat(31), /must hold 64 hex digits, and holds 62 characters/],
    ['ab'.repeat(33), /holds 66 characters/],
    ['xy'.repeat(32), /must hold 64 hex digits/],
  ] as const) {
    writeFileSync(file, text, { mode: 0o600 })
    assert.throws(
      () => readMasterKey(home),
      (error: Error) =>
        error instanceof ConfigError && says.test(error.message) && !(text && error.message.includes(text)),
    )
  }
  writeFileSync(file, 'ab'.repeat(32))
  chmodSync(file, 0o640)
  assert.throws(() => readMasterKey(home), /can be read by others: chmod 600/)
})
