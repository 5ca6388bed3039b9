import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../support/run.ts'
import { makeCertificate } from './certificate.ts'
import { startFront } from './front.ts'
import { onEachStore } from './stores.ts'

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
  })
})
