import { runHandOver } from '../faults/kills.ts'
import { makeFleet } from '../support/fleet.ts'
import { report } from './report.ts'

/** The snapshot killed in its middle again and again while its source changes: lake and index equal to the source. */
const SEED = Number(process.env.SEED ?? 20260102)
const KILLS = Number(process.env.KILLS ?? 10)
const RATE = Number(process.env.RATE ?? 1000)

const log = (line: string) => process.stdout.write(`# ${line}\n`)
log(`SEED=${SEED} repeats this run's choices`)
const startedAt = Date.now()
const { changed, changesPerSecond, killedInSnapshot, equality, indexDifferences } = await runHandOver({
  seed: SEED,
  rate: RATE,
  kills: KILLS,
  fleet: () => makeFleet({ days: 911 }),
  log,
})
for (const difference of [...equality.differences, ...indexDifferences].slice(0, 20)) log(difference)
report('handover_changes', changed, 'changes')
report('handover_rate', changesPerSecond, 'changes/s', { atLeast: RATE * 0.95 })
report('handover_took', (Date.now() - startedAt) / 1000, 's')
report('handover_kills', killedInSnapshot, 'kills', { atLeast: KILLS })
report('handover_lake_differences', equality.differences.length, 'differences', { atMost: 0 })
report('handover_index_differences', indexDifferences.length, 'differences', { atMost: 0 })
