import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRandom } from '../../stacks/demo/random.ts'
import { runSimulator } from '../../stacks/demo/simulator.ts'
import { untilThrough } from '../faults/kills.ts'
import { waitFor } from '../support/demo.ts'
import { compareIndex, compareLake } from '../support/equality.ts'
import { type DataCentre, makeDataCentre } from './data-centre.ts'

const SEED = Number(process.env.SEED ?? 20260104)
const KILLS = 1

test(`a snapshot of Debezium's that is killed while its source changes leaves nothing out and nothing over (SEED=${SEED})`, {
  timeout: 300_000,
}, async () => {
  const fleet = await makeDataCentre({ days: 60 })
  const abort = new AbortController()
  try {
    for (const member of fleet.members) if (member !== 'debezium') fleet.start(member)
    const simulating = runSimulator({ url: fleet.source, rate: 200, seed: SEED, signal: abort.signal })
    const random = makeRandom(SEED)
    for (let kills = 0; kills < KILLS; kills++) {
      const before = (await epochOf(fleet))?.epoch ?? 0
      fleet.start('debezium')
      await waitFor('a snapshot to begin', async () => ((await epochOf(fleet))?.epoch ?? 0) > before, 90_000)
      await sleep(random() * 500)
      await fleet.kill('debezium')
      assert.equal((await epochOf(fleet))?.ended, false, 'it was killed in its snapshot')
    }
    fleet.start('debezium')
    await waitFor('the last snapshot', async () => (await epochOf(fleet))?.ended === true, 120_000)
    await sleep(2000)
    abort.abort()
    assert.ok((await simulating) > 0)
    await untilThrough(fleet)
    const { source, store, home, lake } = fleet
    const { differences } = await compareLake({ source, store, home, lake, withLedger: false })
    assert.deepEqual(differences, [])
    assert.deepEqual(await compareIndex(source, store), [])
    assert.ok(((await epochOf(fleet))?.epoch ?? 0) > KILLS)
  } finally {
    abort.abort()
    await fleet.stop()
  }
})

async function epochOf(fleet: DataCentre): Promise<{ epoch: number; ended: boolean } | undefined> {
  const [latest] = await fleet.store.query<{ epoch: number; ended: boolean }>(
    'select epoch, end_offset is not null as ended from ingest.raw_epoch order by epoch desc limit 1',
  )
  return latest
}
