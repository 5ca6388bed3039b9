import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openObjects } from '../../shared/objects/index.ts'
import { runProgram } from '../support/run.ts'
import { startFront } from './front.ts'
import { onEachStore } from './stores.ts'

onEachStore(store => {
  const start = (OBJECTS_URL: string, program = 'stacks/local/main.ts') =>
    runProgram([program, '--demo'], { CORDAGE_HOME: join(store.home, 'state'), PORT: '0', OBJECTS_URL })

  test('doctor lets eight writers race fifty times in the bucket that it is given, and leaves nothing in it', async () => {
    const url = await store.server.bucket('doctor')
    const { stdout } = await start(url, 'stacks/doctor/main.ts')
    assert.match(
      stdout,
      /^ok +objects +s3:\/\/\w+:\*\*\*@doctor\?.*, 50 races of 8 writers with one winner each$/m,
    )
    assert.ok(!stdout.includes(store.server.secretAccessKey))
    assert.deepEqual(await Array.fromAsync(openObjects(url).list('')), [])
  })

  test('doctor and a start refuse a bucket that is not there, in one line', async () => {
    const url = (await store.server.bucket('doctor')).replace('@doctor', '@nowhere')
    const doctor = await start(url, 'stacks/doctor/main.ts')
    assert.equal(doctor.code, 1)
    assert.match(
      doctor.stdout,
      /^FAIL +objects +OBJECTS_URL: there is no bucket nowhere at http:.*: make it, or name another/m,
    )
    const { code, stderr, stdout } = await start(url)
    assert.equal(code, 78, stdout)
    assert.match(stderr.trim(), /^[^\n]*OBJECTS_URL: there is no bucket nowhere at [^\n]*$/)
  })

  test('doctor and a start refuse a storage that ignores If-None-Match', async () => {
    let puts = 0
    const ignoring = await startFront(store.server.endpoint, ({ method }) =>
      method === 'PUT' && ++puts % 2 === 0 ? { status: 200 } : 'pass',
    )
    try {
      const url = await store.server.bucket('doctor', ignoring.endpoint)
      const doctor = await start(url, 'stacks/doctor/main.ts')
      assert.match(
        doctor.stdout,
        /^FAIL +objects +OBJECTS_URL: bucket doctor .* does not honour If-None-Match: /m,
      )
      const { code, stderr } = await start(url)
      assert.equal(code, 78)
      assert.match(stderr, /OBJECTS_URL: bucket doctor at \S+ does not honour If-None-Match: /)
    } finally {
      await ignoring.close()
    }
  })
})
