import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { type Row, SecretUrl } from '../../shared/config/index.ts'
import { openTable } from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { connectTrino } from '../../shared/warehouse/trino-client.ts'
import { parseTrinoUrl } from '../../shared/warehouse/trino-url.ts'
import { type HiveMetastore, startHiveMetastore } from '../../stacks/infra/hive-metastore.ts'
import { startTrino, type TrinoServer } from '../../stacks/infra/trino.ts'
import { append, COLUMNS, EXTREMES, LakeReader, makeLake } from '../integration/lake-support.ts'
import { startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { at, cover, makeRawLake } from '../support/warehouse.ts'
import { asTrinoReads, readOnTrino } from './read-trino.ts'
import { onEachStore } from './stores.ts'

const AT_ONCE = 16
type Texts = Record<string, string | null>

onEachStore(under => {
  let metastore: HiveMetastore
  let trino: TrinoServer
  let url: string
  before(async () => {
    const { endpoint, accessKeyId: accessKey, secretAccessKey: secretKey } = under.server
    url = (await under.server.bucket('lake')).replace('?', '/company/one?')
    await under.server.bucket('trino')
    metastore = await startHiveMetastore({
      home: join(under.home, 'hive-metastore'),
      warehouse: 's3://trino/warehouse',
      buckets: ['lake', 'trino'],
    })
    trino = await startTrino({
      home: join(under.home, 'trino'),
      s3: { endpoint, region: 'us-east-1', accessKey, secretKey, metastore: metastore.url },
    })
  })
  after(async () => {
    await trino?.stop()
    await metastore?.stop()
  })

  test('Trino reads a table in a bucket as delta-rs and DuckDB do, every type at both of its ends', async () => {
    const lake = await makeLake(url)
    const reader = new LakeReader()
    try {
      const path = 'lake/cdc_readers/Every_Type'
      const table = await openTable(lake.objects, path)
      const [first, ...others] = EXTREMES as [Row, ...Row[]]
      // Half a millisecond more and Trino's year would be 10000.
      const rows = [{ ...first, At: '9999-12-31T23:59:59.999499Z' }, ...others]
      for (const month of ['5', '6']) await append(table, COLUMNS, month, rows)
      const WAREHOUSE_URL = new SecretUrl(trino.url)
      const warehouse = openWarehouse({ CORDAGE_HOME: lake.folder, WAREHOUSE_URL })
      await warehouse.registerTables?.([
        { system: 'readers', table: 'Every_Type', url: `${lake.root}/${path}` },
      ])
      const request = { path: `${lake.root}/${path}`, order: ['id', 'month'], s3: lake.s3 }
      const names = COLUMNS.map(({ name }) => name)
      const pick = (read: Texts[]) =>
        read.map(row => JSON.stringify(names.map(name => row[name] ?? null))).sort()
      const deltaRs = await reader.ask<Texts[]>({ command: 'deltaRs', ...request })
      const duckdb = await reader.ask<Texts[]>({ command: 'duckdb', ...request })
      const sql = connectTrino(parseTrinoUrl(WAREHOUSE_URL))
      const onTrino = await readOnTrino(sql, 'cdc_readers.every_type', COLUMNS)
      assert.equal(deltaRs.length, 2 * EXTREMES.length)
      assert.deepEqual(pick(duckdb), pick(deltaRs))
      assert.deepEqual(pick(onTrino), pick(deltaRs.map(row => asTrinoReads(COLUMNS, row))))
    } finally {
      reader.close()
      await lake.remove()
    }
  })

  // One storage suffices for what dbt makes of it: how tables are read is shown for each above.
  if (under.name === 'MinIO')
    test("dbt builds the warehouse on Trino from a bucket, into a bucket, by Hive's own metastore", async t => {
      const home = join(under.home, 'build')
      const lake = makeRawLake(home)
      await lake.writeDemo('Product', 'Client', 'Order', 'OrderItem', 'Sale', 'Territory')
      const files = openObjects(pathToFileURL(join(home, 'objects')).href)
      const objects = openObjects(url)
      const keys = (await Array.fromAsync(files.list('lake/'))).map(({ key }) => key)
      for (let i = 0; i < keys.length; i += AT_ONCE)
        await Promise.all(keys.slice(i, i + AT_ONCE).map(async key => objects.put(key, await files.get(key))))
      const postgres = await startTestPostgres()
      t.after(postgres.stop)
      const store = await postgres.createStore()
      await cover(store, at(0x3000, 0, 2), '2017-07-03T13:00:00.000Z')
      const sources = readSources(join(ROOT, 'sources'))
      const WAREHOUSE_URL = new SecretUrl(trino.url)
      const settings = { CORDAGE_HOME: home, OBJECTS_URL: new SecretUrl(url), WAREHOUSE_URL }
      const warehouse = openWarehouse(settings)
      const logged: string[] = []
      const resources = { store, objects, sources, warehouse }
      const onLog = (line: string) => logged.push(line)
      const { attempt } = await startFunction(buildWarehouse, { resources, settings, onLog })
      const { status, body } = await attempt({ threads: 4 })
      assert.equal(status, 200, logged.join(''))
      t.diagnostic(`built in ${body.tookMs} ms`)
      const rows = await warehouse.read(async ({ query, marts }) => {
        const found: Record<string, number> = {}
        for (const { name } of marts)
          found[name] = Number((await query(`select count(*) from ${name}`)).rows[0]?.[0])
        return found
      })
      assert.equal(rows.fct_sale, 56_046)
      assert.ok(Object.keys(rows).length >= 9 && Number(rows.agg_sales_weekly) > 100, JSON.stringify(rows))
      const sql = connectTrino(parseTrinoUrl(WAREHOUSE_URL))
      const stamped = await sql.query(
        `select value from cdc_adventureworks."product$properties" where key = 'cordage.batchId'`,
      )
      assert.equal(stamped.length, 1)
      const env = { CORDAGE_HOME: home, OBJECTS_URL: url, WAREHOUSE_URL: trino.url }
      const freshness = await runProgram(['stacks/local/dbt.ts', 'source', 'freshness'], env, 120_000)
      const stale = freshness.stdout.match(/ERROR STALE freshness of adventureworks\.\w+/g)
      assert.equal(stale?.length, sources[0]?.tables.length, freshness.stdout + freshness.stderr)
      const log = await readFile(join(under.home, 'trino', 'trino.log'), 'utf8')
      assert.ok(!log.includes(under.server.secretAccessKey), "Trino's log holds the secret")
    })
})
