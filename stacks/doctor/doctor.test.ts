import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { openTable, schemaActions } from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { startTestPostgres, type TestPostgres } from '../../tests/support/postgres.ts'
import { runProgram } from '../../tests/support/run.ts'

const SOURCE = `connection: shop
capture: postgres
timeZone: UTC
tables:
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      Email: { type: string, as: email_hash, policy: hash }
`

let postgres: TestPostgres
let home: string
let url: string
before(async () => {
  postgres = await startTestPostgres()
  url = (await postgres.createDatabase('shop')).reveal()
})
after(() => postgres.stop())
beforeEach(context => {
  home = mkdtempSync(join(tmpdir(), 'cordage-doctor-'))
  mkdirSync(join(home, 'sources'))
  writeFileSync(join(home, 'sources', 'shop.yml'), SOURCE)
  if ('after' in context) context.after(() => rmSync(home, { recursive: true, force: true }))
})

async function atSource(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`drop table if exists "Client"; ${sql}`)
  await client.end()
}

const GOOD_TABLE =
  'create table "Client" ("ClientID" integer primary key, "Email" text); alter table "Client" replica identity full'

/** What doctor says that is not ok, and its exit code. */
async function examine(settings: Record<string, string> = {}, args: string[] = []) {
  const { code, stdout } = await runProgram(['stacks/doctor/main.ts', ...args], {
    CORDAGE_HOME: join(home, 'state'),
    SOURCES: join(home, 'sources'),
    PORT: '0',
    SHOP_URL: url,
    ...settings,
  })
  const lines = stdout.trim().split('\n')
  return { code, lines, wrong: lines.filter(line => !line.startsWith('ok')) }
}

test('a machine and settings that have all that is needed get one line a check and exit 0', async () => {
  await atSource(GOOD_TABLE)
  const { code, lines, wrong } = await examine({ STORE_URL: url })
  assert.deepEqual(wrong, [])
  assert.equal(code, 0)
  assert.ok(lines.some(line => /^ok +store .*Postgres 18, pgvector/.test(line)))
  assert.ok(lines.some(line => /^ok +objects .*50 races of 8 writers with one winner each/.test(line)))
  assert.ok(!lines.join().includes(new URL(url).password))
})

test('for the demo no database is asked for, since it brings its own', async () => {
  const { code, wrong } = await examine({ SHOP_URL: 'postgres://nobody@127.0.0.1:1/none' }, ['--demo'])
  assert.deepEqual(wrong, [])
  assert.equal(code, 0)
})

test('what is wrong with a source is said once for each table and column, and a start would fail', async () => {
  await atSource('create table "Client" ("ClientID" text, "Phone" text)')
  const { code, wrong } = await examine()
  assert.equal(code, 1)
  for (const said of [
    /table Client has no key/,
    /Client\.ClientID is text, declared as int/,
    /Client\.Email does not exist/,
    /Client\.Phone is not listed in a table with personal data/,
  ])
    assert.ok(
      wrong.some(line => said.test(line) && line.includes('shop.yml')),
      `${said} in ${wrong.join('\n')}`,
    )
})

test('a source whose rows are logged by key alone is a warning, which fails nothing', async () => {
  await atSource('create table "Client" ("ClientID" integer primary key, "Email" text)')
  const { code, wrong } = await examine()
  assert.equal(code, 0)
  assert.match(
    wrong.join('\n'),
    /^warn +shop +table Client: an update that does not change a large value does not send it/,
  )
})

test('a declared type that does not fit the lake fails, by its column and both types; a wider one does not', async () => {
  await atSource(GOOD_TABLE)
  const objects = openObjects(pathToFileURL(join(home, 'state', 'objects')).href)
  const table = await openTable(objects, 'lake/cdc_shop/Client')
  const { actions } = schemaActions(table.snapshot, [{ name: 'ClientID', type: { kind: 'bigint' } }])
  await table.commit('WRITE', actions)
  const { code, wrong } = await examine()
  assert.equal(code, 1)
  assert.match(
    wrong.join('\n'),
    /^FAIL +lake +cdc_shop\/Client\.ClientID is long, the source file says integer/,
  )
  writeFileSync(join(home, 'sources', 'shop.yml'), SOURCE.replace('type: int', 'type: bigint'))
  assert.ok(!(await examine()).wrong.some(line => /lake/.test(line)))
})

test('two systems whose ids clash are refused by the names of both files', async () => {
  writeFileSync(join(home, 'sources', 'branch.yml'), SOURCE)
  const { code, wrong } = await examine()
  assert.equal(code, 1)
  assert.match(wrong.join('\n'), /branch\.yml and .*shop\.yml both have client ids with the prefix ""/)
})

test('a source, store or issuer that does not answer is named with what to set', async () => {
  const nowhere = 'postgres://nobody:hidden@127.0.0.1:1/none'
  const { code, wrong } = await examine({
    SHOP_URL: nowhere,
    STORE_URL: nowhere,
    AUTH_URL: 'http://127.0.0.1:1/',
  })
  assert.equal(code, 1)
  assert.equal(wrong.length, 3)
  for (const said of [
    /^FAIL +access .*set AUTH_URL to the issuer/,
    /^FAIL +store .*ECONNREFUSED/,
    /^FAIL +shop .*cannot connect/,
  ])
    assert.ok(
      wrong.some(line => said.test(line)),
      `${said} in ${wrong.join('\n')}`,
    )
  assert.ok(!wrong.join().includes('hidden'))
})

test('a port that is taken is named with who has it', async context => {
  const server = createServer((_, response) => response.end('{"status":"ready","starting":[]}'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const { code, wrong } = await examine({ PORT: String(port) }, ['--demo'])
  assert.equal(code, 1)
  assert.match(
    wrong.join('\n'),
    new RegExp(`^FAIL +port +${port} is taken by a Cordage stack that runs already`),
  )
})

test('a secret that others may read is refused with the command that mends it', async () => {
  mkdirSync(join(home, 'state', 'secrets'), { recursive: true })
  writeFileSync(join(home, 'state', 'secrets', 'master.key'), 'x')
  chmodSync(join(home, 'state', 'secrets', 'master.key'), 0o644)
  const { code, wrong } = await examine({}, ['--demo'])
  assert.equal(code, 1)
  assert.match(wrong.join('\n'), /^FAIL +secrets .*master\.key can be read by others: chmod 600 it/)
})

test('listening beyond this machine without an issuer, or a malformed setting, is refused', async () => {
  assert.match(
    (await examine({ HOST: '0.0.0.0' }, ['--demo'])).wrong.join('\n'),
    /^FAIL +access .*set AUTH_URL/,
  )
  assert.match((await examine({ PORT: 'eighty' }, ['--demo'])).wrong.join('\n'), /^FAIL +settings +PORT: /)
})

test('a file of rules is read: what is wrong is said by its line and field, and a start would fail', async () => {
  const file = join(home, 'rules.yml')
  const examineRules = async (text?: string) => {
    if (text !== undefined) writeFileSync(file, text)
    const { code, lines } = await examine({ PROPOSITION_RULES: file }, ['--demo'])
    return { code, said: lines.filter(line => /^\S+ +rules /.test(line)).join('\n') }
  }
  const missing = await examineRules()
  assert.equal(missing.code, 1)
  assert.match(missing.said, /^FAIL +rules +.*rules\.yml cannot be read: ENOENT/)
  const wrong = await examineRules('inStock: yes\nmaxPerBrnd: 3\n')
  assert.equal(wrong.code, 1)
  assert.match(wrong.said, /^FAIL +rules +.*rules\.yml: line 1, inStock: /)
  assert.match(wrong.said, /\nFAIL +rules +.*line 2, maxPerBrnd: unknown key: did you mean maxPerBrand\?$/)
  const good = await examineRules('pinned: [{ productId: 477 }]\n')
  assert.equal(good.code, 0)
  assert.match(good.said, /^ok +rules +.*rules\.yml, 1 pinned, 0 excluded$/)
})

test('a file of deliveries is read in the same way', async () => {
  const file = join(home, 'who-gets-what.yml')
  const recipient = '{ name: Anna, email: anna@shop.example }'
  const examineDeliveries = async (when: string) => {
    writeFileSync(
      file,
      `deliveries:\n  - { name: sales, report: sales-overview, period: yesterday, when: ${when}, recipients: [${recipient}] }\n`,
    )
    const { code, lines } = await examine({ REPORT_DELIVERIES: file }, ['--demo'])
    return { code, said: lines.filter(line => /^\S+ +deliveries /.test(line)).join('\n') }
  }
  const wrong = await examineDeliveries('often')
  assert.equal(wrong.code, 1)
  assert.match(wrong.said, /^FAIL +deliveries +.*\.yml: line 2, deliveries\.0\.when: must be such as/)
  const good = await examineDeliveries('daily 07:30')
  assert.equal(good.code, 0)
  assert.match(good.said, /^ok +deliveries +.*\.yml, 1 to 1 recipients$/)
})

test('check-source prints what would be captured, with treatment, and what would not', async () => {
  writeFileSync(
    join(home, 'sources', 'shop.yml'),
    SOURCE.replace(
      'tables:\n',
      'tables:\n  Order:\n    entity: order\n    key: [ID]\n    columns:\n      ID: { type: int, as: order_id }\n',
    ),
  )
  await atSource(
    `${GOOD_TABLE}; drop table if exists "Order"; create table "Order" ("ID" integer primary key, "Note" text); alter table "Order" replica identity full`,
  )
  const { code, stdout } = await runProgram(['stacks/doctor/check-source.ts', 'shop', url], {
    SOURCES: join(home, 'sources'),
  })
  assert.equal(code, 0)
  assert.match(
    stdout,
    /public\.Client -> cdc\.shop\.Client \(client, key ClientID, 4 partitions, personal data of ClientID\)/,
  )
  assert.match(stdout, /Email +string +email_hash +hash/)
  assert.match(stdout, /not captured: Note/)
})

test('check-source says every wrong line of a file by its number and field', async () => {
  writeFileSync(
    join(home, 'sources', 'shop.yml'),
    SOURCE.replace('type: string', 'type: text').replace('key: [ClientID]', 'key: []'),
  )
  const { code, stdout } = await runProgram(['stacks/doctor/check-source.ts', 'shop'], {
    SOURCES: join(home, 'sources'),
  })
  assert.equal(code, 1)
  assert.match(stdout, /line 7, tables\.Client\.key: a table needs a key/)
  assert.match(stdout, /line 11, tables\.Client\.columns\.Email\.type: unknown type "text"/)
})
