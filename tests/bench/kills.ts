import { runKills } from '../faults/kills.ts'
import { makeFleet } from '../support/fleet.ts'
import { report } from './report.ts'

/** The pipeline killed (-9) at random while changes are made: every change exactly once, lake and index equal to the source. */
const SEED = Number(process.env.SEED ?? 20260101)
const CHANGES = Number(process.env.CHANGES ?? 20_000)
const KILLS = Number(process.env.KILLS ?? 30)
const RATE = Number(process.env.RATE ?? 250)

const log = (line: string) => process.stdout.write(`# ${line}\n`)
log(`SEED=${SEED} repeats this run's choices`)
const { changed, killed, equality, indexDifferences } = await runKills({
  seed: SEED,
  changes: CHANGES,
  rate: RATE,
  kills: KILLS,
  fleet: () => makeFleet({ days: 911 }),
  log,
})
for (const difference of [...equality.differences, ...indexDifferences].slice(0, 20)) log(difference)
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
report('kills_changes', changed, 'changes', { atLeast: CHANGES })
report('kills_kills', sum(Object.values(killed)), 'kills', { atLeast: KILLS })
report('kills_landed', sum(Object.values(equality.tables).map(table => table.changes)), 'changes', {
  atLeast: changed,
})
report('kills_lake_differences', equality.differences.length, 'differences', { atMost: 0 })
report('kills_index_differences', indexDifferences.length, 'differences', { atMost: 0 })
