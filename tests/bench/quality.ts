import { makeSeededLake } from '../quality/seeded-lake.ts'
import { SEEDS } from '../quality/seeds.ts'
import { report } from './report.ts'

const ONLY = process.env.SEED

/** Every seeded error alone: which check catches it, and whether that is before the build is published. */
const seeded = await makeSeededLake({ history: 400, liveDays: 21 })
let caught = 0
const chosen = SEEDS.filter(({ name }) => !ONLY || name.includes(ONLY))
try {
  for (const seed of chosen) {
    const { status, detail, failed, tookMs } = await seeded.buildWith([seed])
    const names = failed.map(({ check, severity }) =>
      severity === 'critical' ? check : `${check} (warning)`,
    )
    const isCaught = seed.caughtBy.some(check => failed.some(result => result.check === check))
    if (isCaught) caught++
    const said = status === 200 ? names.join(', ') || 'nothing' : detail
    process.stdout.write(
      `# ${isCaught ? 'caught' : 'MISSED'} ${seed.name}: ${said} (${Math.round(tookMs / 1000)} s)\n`,
    )
  }
} finally {
  await seeded.close()
}
report('quality.seeded-errors', chosen.length, 'kinds', { atLeast: ONLY ? 1 : 30 })
report('quality.seeded-errors.missed', chosen.length - caught, 'kinds', { atMost: 0 })
