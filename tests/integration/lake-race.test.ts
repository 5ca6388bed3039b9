import { after, before, test } from 'node:test'
import { checkKilledWriter, checkRaceUnderCompaction } from './lake-race.ts'
import { makeLake, type TestLake } from './lake-support.ts'

let raced: TestLake
let killed: TestLake
before(async () => {
  raced = await makeLake()
  killed = await makeLake()
})
after(async () => {
  await raced.remove()
  await killed.remove()
})

test('eight processes that race for every commit, with concurrent compaction, lose nothing and double nothing', () =>
  checkRaceUnderCompaction(raced, 40))

test('a writer killed in the middle of its commits leaves a readable table, and its events land when they come again', () =>
  checkKilledWriter(killed))
