import { checkCleanDays } from '../quality/clean-days.ts'
import { makeSeededLake } from '../quality/seeded-lake.ts'
import { SEEDS } from '../quality/seeds.ts'
import { report } from './report.ts'

const DAYS = Number(process.env.DAYS ?? 60)
const ONLY = process.env.SEED

/** Every seeded error alone: which checks find it, and whether the build is published. */
async function seedEach(): Promise<void> {
  const lake = await makeSeededLake({ history: 200, liveDays: 16 })
  const chosen = SEEDS.filter(({ name }) => !ONLY || name.includes(ONLY))
  let missed = 0
  let published = 0
  try {
    // Some checks compare with what was published before.
    await lake.buildWith([])
    for (const seed of chosen) {
      const { status, detail, failed, isPublished } = await lake.buildWith([seed])
      const isCaught = seed.caughtBy.some(check => failed.some(result => result.check === check))
      if (!isCaught) missed++
      if (isPublished) published++
      const names = failed.map(({ check, severity }) => (severity === 'critical' ? check : `(${check})`))
      const found = status === 200 ? names.join(' ') || 'nothing' : detail
      const verdict = isCaught ? (isPublished ? 'warned of' : 'stopped') : 'MISSED'
      process.stdout.write(`# ${verdict} ${seed.name}: ${found}\n`)
    }
  } finally {
    await lake.close()
  }
  report('quality.seeded', chosen.length, 'kinds', { atLeast: ONLY ? 1 : 30 })
  report('quality.seeded.missed', missed, 'kinds', { atMost: 0 })
  report('quality.seeded.published-with-a-warning', published, 'kinds')
}

/** A shop without errors, with a sale day, a public holiday, a quiet day and a new product line: nothing is raised. */
async function checkDays(): Promise<void> {
  let alarms = 0
  let days = 0
  for await (const { day, failed, isPublished, status, detail } of checkCleanDays(DAYS)) {
    days++
    alarms += failed.length + (isPublished ? 0 : 1)
    for (const { check, observed } of failed) process.stdout.write(`# ${day} ${check}: ${observed}\n`)
    if (status !== 200) process.stdout.write(`# ${day} ${detail}\n`)
  }
  report('quality.clean', days, 'days')
  report('quality.clean.alarms', alarms, 'alarms', { atMost: 0 })
}

await seedEach()
if (!ONLY) await checkDays()
