import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'

/** Wrong sources keep the local stack and a connector of its own from starting: one line that names the place, exit 78. */
const PROGRAMS = ['stacks/local/main.ts', 'stacks/connector/main.ts']

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
let source: string
before(async () => {
  postgres = await startTestPostgres()
  source = (await postgres.createDatabase('shop')).reveal()
  await postgres.createDatabase('cordage')
})
after(() => postgres.stop())

type Given = {
  table: string
  afterwards?: string
  files?: Record<string, string>
  settings?: Record<string, string>
}

async function start(
  program: string,
  { table, afterwards = '', files = { 'shop.yml': SOURCE }, settings = {} }: Given,
) {
  const home = mkdtempSync(join(tmpdir(), 'cordage-wrong-'))
  try {
    for (const folder of ['sources', 'objects']) mkdirSync(join(home, folder))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, 'sources', name), text)
    const client = new pg.Client({ connectionString: source })
    await client.connect()
    await client.query(
      `drop publication if exists cordage_shop; drop table if exists person cascade; drop table if exists "Client"; create table "Client" ${table}; ${afterwards}`,
    )
    await client.end()
    return await runProgram([program], {
      CORDAGE_HOME: join(home, 'state'),
      SOURCES: join(home, 'sources'),
      STORE_URL: postgres.url('cordage').reveal(),
      OBJECTS_URL: pathToFileURL(join(home, 'objects')).href,
      SHOP_URL: source,
      PORT: '0',
      LOG_LEVEL: 'error',
      ...settings,
    })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const KEYED = '("ClientID" integer primary key, "Email" text)'

const REFUSALS: { what: string; given: Given; says: RegExp }[] = [
  {
    what: 'a table without a key',
    given: { table: '("ClientID" integer, "Email" text)' },
    says: /shop\.yml: table Client has no key/,
  },
  {
    what: 'a view in the place of a table',
    given: {
      table: '("ClientID" integer primary key, "Email" text)',
      afterwards: 'alter table "Client" rename to person; create view "Client" as select * from person',
    },
    says: /shop\.yml: table Client is a view, which has no changes of its own to follow: list the tables that its rows come from/,
  },
  {
    what: 'a personal column that is not listed',
    given: { table: '("ClientID" integer primary key, "Email" text, "Phone" text)' },
    says: /shop\.yml: column Client\.Phone is not listed in a table with personal data/,
  },
  {
    what: 'two systems whose ids clash',
    given: { table: KEYED, files: { 'shop.yml': SOURCE, 'branch.yml': SOURCE } },
    says: /branch\.yml and .*shop\.yml both have client ids/,
  },
  {
    what: 'a column of another type than declared',
    given: { table: '("ClientID" uuid primary key, "Email" text)' },
    says: /shop\.yml: column Client\.ClientID is uuid, declared as int/,
  },
  {
    what: 'a key of which changes do not tell',
    given: { table: '("ClientID" integer not null unique, "Email" text primary key)' },
    says: /shop\.yml: table Client: its replica identity covers only Email, not its key ClientID/,
  },
  {
    what: 'a partitioned table whose changes come under the names of its partitions',
    given: {
      table: `${KEYED} partition by range ("ClientID")`,
      afterwards: 'create publication cordage_shop for table "Client"',
    },
    says: /shop\.yml: table Client is partitioned: alter publication cordage_shop set \(publish_via_partition_root = true\)/,
  },
  {
    what: 'a file that is no YAML',
    given: { table: KEYED, files: { 'shop.yml': SOURCE.replace('key: [ClientID]', 'key: [ClientID') } },
    says: /shop\.yml: line \d+/,
  },
  {
    what: 'an unknown key',
    given: { table: KEYED, files: { 'shop.yml': SOURCE.replace('entity:', 'entities:') } },
    says: /line 6, tables\.Client\.entities: unknown key/,
  },
]

for (const program of PROGRAMS)
  for (const { what, given, says } of REFUSALS)
    test(`${program} refuses ${what} in one line`, async () => {
      const { code, stderr, stdout } = await start(program, given)
      assert.match(stderr, says)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
      assert.equal(stdout, '')
      assert.equal(code, 78)
    })
