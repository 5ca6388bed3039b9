import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import readMart from '../../functions/report/read-mart/handler.ts'
import { makePosition } from '../../shared/bus/index.ts'
import { type Identity, OPERATOR } from '../../shared/contract/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { type BuiltMart, writeBuild } from '../support/build.ts'
import { passChecks } from '../support/checks.ts'
import { type Answer, type StartedFunction, startFunction } from '../support/function.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const SALES = `select 'a' as sale_id, 1 as territory_id, 'EU' as region
  union all select 'b', 2, 'EU' union all select 'c', 2, 'US' union all select 'd', null, 'EU'`
const MARTS: Record<string, BuiltMart> = {
  fct_sale: { sql: SALES, key: ['sale_id'], rowRules: { territory_id: 'territory' } },
  fct_region: { sql: SALES, key: ['sale_id'], rowRules: { territory_id: 'territory', region: 'region' } },
  dim_margin: { sql: 'select 1 as id', key: ['id'], access: 'finance' },
  set_aside: { sql: 'select 1 as id', key: ['id'], access: 'operator' },
  agg_open: { sql: 'select 1 as id', key: ['id'] },
}
const ANNA: Identity = {
  subject: 'anna',
  isOperator: false,
  roles: ['finance'],
  claims: { territory: ['2'], region: ['US', 'EU'] },
}
const BERT: Identity = { subject: 'bert', isOperator: false, roles: [], claims: {} }

const home = mkdtempSync(join(tmpdir(), 'cordage-access-'))
let postgres: TestPostgres
let store: Store
let warehouse: Warehouse
let publish: StartedFunction
async function build(marts: Record<string, BuiltMart>) {
  await writeBuild(warehouse, marts, { position: makePosition(1, 1n, 0) })
  await passChecks(store, warehouse)
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  publish = await startFunction(publishMarts, { resources: { store, warehouse } })
  await build(MARTS)
  assert.equal((await publish.call({})).status, 200)
})
after(async () => {
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

const readAs = async (caller: Identity, mart: string, more: object = {}): Promise<Answer> =>
  (await startFunction(readMart, { resources: { store }, caller })).call({
    mart,
    orderBy: 'sale_id',
    ...more,
  })
const idsOf = ({ body }: Answer) => (body.rows as { sale_id: string }[]).map(row => row.sale_id).join('')

test('a caller sees only the rows of its claims, an operator all, and a caller without the claim none', async () => {
  assert.equal(idsOf(await readAs(ANNA, 'fct_sale')), 'bc')
  assert.equal(idsOf(await readAs(ANNA, 'fct_region')), 'bc')
  assert.equal(
    idsOf(await readAs({ ...ANNA, claims: { territory: ['1', '2'], region: ['EU'] } }, 'fct_region')),
    'ab',
  )
  assert.equal(idsOf(await readAs(BERT, 'fct_sale')), '')
  assert.equal(idsOf(await readAs(OPERATOR, 'fct_sale')), 'abcd')
  // A filter takes away, and never adds.
  assert.equal(
    idsOf(await readAs(ANNA, 'fct_sale', { filters: { territory_id: [1, 2], region: 'US' } })),
    'c',
  )
})

test('a mart needs the role that it names; others get its name, and those that they may read', async () => {
  const plain = { orderBy: undefined }
  assert.equal((await readAs(ANNA, 'dim_margin', plain)).status, 200)
  assert.equal((await readAs(OPERATOR, 'dim_margin', plain)).status, 200)
  const refused = await readAs(BERT, 'dim_margin', plain)
  assert.deepEqual(
    [refused.status, refused.body.reason, refused.body.detail],
    [403, 'forbidden', 'the role finance is needed to read dim_margin'],
  )
  assert.equal((await readAs(ANNA, 'set_aside', plain)).status, 403)
  assert.match(
    String((await readAs(BERT, 'none', plain)).body.detail),
    /there are agg_open, fct_region, fct_sale$/,
  )
  assert.match(String((await readAs(ANNA, 'none', plain)).body.detail), /agg_open, dim_margin, fct_region/)
})

test('a job reads as the caller who requested it', async () => {
  const { host } = await startFunction(readMart, { resources: { store }, caller: BERT })
  const started = await host.later({
    method: 'POST',
    path: '/',
    query: '',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"mart":"fct_sale"}'),
  })
  assert.equal(started.status, 202)
  const [job] = await store.query<{ id: string; input: unknown; requestedAs: unknown }>(
    'select id, input, requested_as as "requestedAs" from ops.job_record',
  )
  assert.ok(job)
  const outcome = await host.perform(
    { ...job, function: 'read-mart', attempts: 1, failures: 0 },
    { signal: new AbortController().signal, report() {} },
  )
  assert.ok(outcome.isDone)
  assert.deepEqual((outcome.result as { rows: unknown[] }).rows, [])
})

test('a role of the store reads the same by SQL: the marts of its levels, and the rows of its claims', async () => {
  await store.query(
    `create role north login password 'n'; create role dashboards login password 'd'; create role team`,
  )
  await store.query('grant team to north')
  await store.query(
    `insert into ops.mart_reader values ('team', '{user,finance}', '{"territory": ["2"], "region": ["EU"]}'),
       ('dashboards', default, default), ('gone', '{user}', '{}')`,
  )
  await publish.call({})
  const askAs = async (role: string, sql: string) => {
    const url = new URL(postgres.url('store_0').reveal())
    url.username = role
    url.password = role[0] ?? ''
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    try {
      return (await client.query(sql)).rows.map(row => row.x).join('')
    } finally {
      await client.end()
    }
  }
  const sales = 'select sale_id as x from mart.fct_sale order by 1'
  assert.equal(await askAs('north', sales), 'bc')
  assert.equal(await askAs('north', 'select sale_id as x from mart.fct_region order by 1'), 'b')
  assert.equal(await askAs('north', 'select id as x from mart.dim_margin'), '1')
  await assert.rejects(askAs('north', 'select id as x from mart.set_aside'), /permission denied/)
  assert.equal(await askAs('dashboards', sales), '')
  assert.equal(await askAs('dashboards', 'select id as x from mart.agg_open'), '1')
  await assert.rejects(askAs('dashboards', 'select id as x from mart.dim_margin'), /permission denied/)
  await assert.rejects(askAs('north', 'select sale_id as x from mart_1.fct_sale'), /permission denied/)
  await assert.rejects(askAs('north', 'select value as x from ops.own_claim'), /permission denied/)
  // A function of the reader's own is shown no other row.
  await store.query('grant create on schema public to north')
  const leak = `create or replace function public.leak(text) returns boolean language plpgsql cost 0.0001 as
    $$ begin raise exception 'saw %', $1; end $$`
  await askAs('north', leak)
  await assert.rejects(
    askAs('north', `select 1 as x from mart.fct_sale where public.leak(sale_id)`),
    /saw [bc]$/,
  )

  // A claim counts at once, a level with the next publication; the owner sees everything throughout.
  await store.query(
    `update ops.mart_reader set claims = '{"territory": ["1"]}', access = '{user}' where role = 'team'`,
  )
  assert.equal(await askAs('north', sales), 'a')
  await publish.call({})
  await assert.rejects(askAs('north', 'select id as x from mart.dim_margin'), /permission denied/)
  assert.equal((await store.query('select 1 from mart.fct_sale')).length, 4)
})

test('a rule of a column that is not there fails the publication by name; one that is taken away shows all rows', async () => {
  await build({ ...MARTS, fct_sale: { ...MARTS.fct_sale, rowRules: { area: 'territory' } } as BuiltMart })
  const { status, body } = await publish.call({})
  assert.deepEqual([status, body.reason], [500, 'unknown_rule_column'])
  assert.match(String(body.detail), /mart fct_sale has a row rule on column area/)
  await build({ ...MARTS, fct_sale: { sql: SALES, key: ['sale_id'] } })
  await publish.call({})
  assert.equal(idsOf(await readAs(BERT, 'fct_sale')), 'abcd')
  const [view] = await store.query<{ options: unknown }>(
    `select reloptions as options from pg_class where oid = 'mart.fct_sale'::regclass`,
  )
  assert.equal(view?.options, null)
})
