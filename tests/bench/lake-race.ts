import { checkRace, race } from '../integration/lake-race.ts'
import { makeLake } from '../integration/lake-support.ts'

/** Eight processes race for every commit of one table: nothing lost, nothing doubled, no orphan file. */
const WRITERS = 8
const ROUNDS = 500

const lake = await makeLake()
try {
  const start = performance.now()
  await race(lake, WRITERS, ROUNDS)
  const seconds = (performance.now() - start) / 1000
  const { commits } = await checkRace(lake, WRITERS, ROUNDS)
  console.log(`lake.race.rounds ${ROUNDS} rounds`)
  console.log(`lake.race.commits ${commits} commits`)
  console.log(`lake.race.rate ${(commits / seconds).toFixed(0)} commits/s`)
} finally {
  await lake.remove()
}
