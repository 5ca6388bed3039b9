import { test } from 'node:test'
import { checkKilledWriter, checkRaceUnderCompaction } from '../integration/lake-race.ts'
import { makeLake } from '../integration/lake-support.ts'
import { onEachStore } from './stores.ts'

onEachStore(store => {
  test('eight processes that race for every commit, with concurrent compaction, lose nothing and double nothing', async t => {
    const lake = await makeLake(await store.server.bucket('raced'))
    t.after(lake.remove)
    await checkRaceUnderCompaction(lake, 40)
  })

  test('a writer killed in the middle of its commits leaves a readable table, and its events land when they come again', async t => {
    const lake = await makeLake(await store.server.bucket('killed'))
    t.after(lake.remove)
    await checkKilledWriter(lake)
  })
})
