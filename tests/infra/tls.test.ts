import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { openTable } from '../../shared/lake/index.ts'
import { findS3Access, openObjects } from '../../shared/objects/index.ts'
import { append } from '../integration/lake-support.ts'
import { ROOT } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { makeCertificate } from './certificate.ts'
import { startFront } from './front.ts'
import { onEachStore } from './stores.ts'

const run = promisify(execFile)

const READ = `
import json, sys
import duckdb
import offline_delta

offline_delta.s3 = json.loads(sys.argv[1])
connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
offline_delta.open_lake(connection)
print(*connection.sql("select sum(id - id + 1) from delta_scan('s3://tls/lake/cdc_shop/Sale')").fetchone())
`

/** Rows of the table as a warehouse's build reads them. */
async function countRows(url: string, env: Record<string, string>) {
  const s3 = await findS3Access(url)
  const options = { env: { ...process.env, PYTHONPATH: join(ROOT, 'dbt/plugins'), ...env } }
  return run(join(ROOT, '.venv/bin/python'), ['-c', READ, JSON.stringify(s3)], options)
}

onEachStore(store => {
  test('a server with a certificate of one’s own authority is reached where it is named in the setting for that, and not otherwise', async t => {
    const { authority, ...tls } = await makeCertificate(store.home)
    const front = await startFront(store.server.endpoint, () => 'pass', tls)
    t.after(front.close)
    const url = await store.server.bucket('tls', front.endpoint)
    const doctor = (env: Record<string, string>) =>
      runProgram(['stacks/doctor/main.ts', '--demo'], {
        CORDAGE_HOME: join(store.home, 'state'),
        PORT: '0',
        OBJECTS_URL: url,
        ...env,
      })
    assert.match((await doctor({})).stdout, /^FAIL +objects .*certificate/m)
    assert.match((await doctor({ NODE_EXTRA_CA_CERTS: authority })).stdout, /^ok +objects +s3:/m)

    const table = await openTable(openObjects(await store.server.bucket('tls')), 'lake/cdc_shop/Sale')
    await append(table, [{ name: 'id', type: { kind: 'int' } }], '6', [{ id: 1 }, { id: 2 }])
    assert.equal((await countRows(url, { NODE_EXTRA_CA_CERTS: authority })).stdout, '2\n')
    await assert.rejects(countRows(url, {}), /HTTP error|SSL/)
  })
})
