import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { compact, openTable } from '../../shared/lake/index.ts'
import { checkRace, notedRounds, race, startRacer } from './lake-race.ts'
import { eventsOf, RACE_PATH } from './lake-racer.ts'
import { LakeReader, makeLake, type TestLake } from './lake-support.ts'

let lake: TestLake
before(async () => {
  lake = await makeLake()
})
after(() => lake.remove())

test('eight processes that race for every commit, with compaction beside them, lose nothing and double nothing', async () => {
  const racing = race(lake, 8, 40)
  let merged = 0
  let running = true
  const compacting = (async () => {
    while (running) {
      merged += (await compact(await openTable(lake.objects, RACE_PATH))).merged
      await sleep(200)
    }
  })()
  await racing.finally(() => {
    running = false
  })
  await compacting
  assert.ok(merged > 0)
  await checkRace(lake, 8, 40)
})

test('a writer killed in the middle of its commits leaves a readable table, and its events land when they come again', async () => {
  const killed = await makeLake()
  const reader = new LakeReader()
  try {
    for (let kill = 0; kill < 5; kill++) {
      const before = await notedRounds(killed, 0)
      const racer = startRacer(killed, 0, 1000)
      while ((await notedRounds(killed, 0)) < before + 3) await sleep(2)
      await sleep(kill)
      racer.kill('SIGKILL')
      await once(racer, 'exit')
      const { deltaRs, duckdb } = await reader.ask<{ deltaRs: string[]; duckdb: string[] }>({
        command: 'column',
        path: join(killed.root, RACE_PATH),
        column: 'ID',
      })
      assert.deepEqual(deltaRs.sort(), duckdb.sort())
      assert.equal(new Set(deltaRs).size, deltaRs.length, 'nothing is doubled')
    }
    const { snapshot } = await openTable(killed.objects, RACE_PATH)
    const landed = Number(snapshot.transaction('land/race/cdc.race.Race/1')) + 1
    await reader
      .ask<{ deltaRs: string[] }>({ command: 'column', path: join(killed.root, RACE_PATH), column: 'ID' })
      .then(({ deltaRs }) => {
        const sent = Array.from({ length: landed }, (_, round) => eventsOf(0, round)).flat()
        const ids = new Set(sent.map(event => (event.data as { after: { ID: string } }).after.ID))
        assert.deepEqual(deltaRs.sort(), [...ids].sort())
      })
  } finally {
    reader.close()
    await killed.remove()
  }
})
