import { MANY_SHOPS } from '../support/captured-shop.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { runRandomShops } from '../support/random-run.ts'
import { report } from './report.ts'

/** Shops at random, in batches: what is accepted is captured exactly, what is refused says why. FROM sets the first seed. */
const SHOPS = Number(process.env.SHOPS ?? 2000)
const FROM = Number(process.env.FROM ?? 1)
const BATCH = 25

const postgres = await startTestPostgres(MANY_SHOPS)
const refused = new Map<string, number>()
let accepted = 0
let failed = 0
try {
  for (let seed = FROM; seed < FROM + SHOPS; seed += BATCH) {
    const outcome = await runRandomShops(
      postgres,
      Array.from({ length: Math.min(BATCH, FROM + SHOPS - seed) }, (_, i) => seed + i),
    )
    accepted += outcome.accepted
    failed += outcome.failures.length
    for (const failure of outcome.failures) process.stdout.write(`# ${failure}\n`)
    for (const [why, count] of outcome.refused) refused.set(why, (refused.get(why) ?? 0) + count)
  }
  for (const [why, count] of [...refused].sort((a, b) => b[1] - a[1]).slice(0, 40))
    process.stdout.write(`# refused ${count} times: ${why}\n`)
  report('random_shops', SHOPS, 'shops')
  report('random_shops_accepted', accepted, 'shops')
  report('random_shops_failures', failed, 'failures', { atMost: 0 })
} finally {
  await postgres.stop()
}
