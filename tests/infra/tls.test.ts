import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTable } from '../../shared/lake/index.ts'
import { findS3Access, locateFolder, openObjects } from '../../shared/objects/index.ts'
import { append, LakeReader } from '../integration/lake-support.ts'
import { runProgram } from '../support/run.ts'
import { makeCertificate } from './certificate.ts'
import { startFront } from './front.ts'
import { onEachStore } from './stores.ts'

/** Rows of a table, read by DuckDB as a warehouse's build does. */
async function readRows(url: string, path: string, env: Record<string, string>): Promise<object[]> {
  const reader = new LakeReader(env)
  const s3 = await findS3Access(url)
  return reader
    .ask<object[]>({ command: 'duckdb', path: locateFolder(url, path), order: ['id'], s3 })
    .finally(() => reader.close())
}

onEachStore(store => {
  test('a server with a certificate of a private CA is reached if the setting names that CA, and not otherwise', async t => {
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

    const path = 'lake/cdc_shop/Sale'
    const table = await openTable(openObjects(await store.server.bucket('tls')), path)
    await append(table, [{ name: 'id', type: { kind: 'int' } }], '6', [{ id: 1 }, { id: 2 }])
    assert.equal((await readRows(url, path, { NODE_EXTRA_CA_CERTS: authority })).length, 2)
    await assert.rejects(readRows(url, path, {}), /HTTP error|SSL/)
  })
})
