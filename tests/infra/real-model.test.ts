import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LANGUAGES } from '../../shared/reports/facts.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { makeReport } from '../support/random-statements.ts'
import {
  type Outcome,
  type RealModel,
  startRealModel,
  startSentences,
  tryRewrite,
} from '../support/real-model.ts'
import { readWorld } from '../support/report-world.ts'

/** A model on this machine rewrites reports. It is small and writes nonsense: all that may come out of it is true. */
let model: RealModel
let sentences: RealModel

before(async () => {
  model = await startRealModel()
  sentences = await startSentences(model.url)
})

after(async () => {
  await sentences?.stop()
  await model?.stop()
})

const summarise = ({ ms, asked, kept, refused, problem }: Outcome) =>
  `${(ms / 1000).toFixed(1)} s, ${kept} of ${asked} statements kept, ${refused.length} sentences refused${problem ? `, ${problem}` : ''}`

test('asked as any model is, it gives no answer that can be used, and the templates stand in time', async t => {
  const language = 'en'
  const { statements, facts } = readWorld(language)
  const outcome = await tryRewrite({ statements: statements.slice(0, 5), facts, language }, model.url, 15_000)
  t.diagnostic(summarise(outcome))
  assert.deepEqual(outcome.faults, [])
  assert.ok(outcome.ms < 17_000)
})

test('what it makes of each sentence by itself holds or is not taken, in all languages', async t => {
  const random = makeRandom(17)
  const reports = [
    ...LANGUAGES.map(language => {
      const { statements, facts } = readWorld(language)
      return { language, facts, statements: statements.slice(0, 4) }
    }),
    makeReport(random),
  ]
  let refused = 0
  for (const report of reports) {
    const outcome = await tryRewrite(report, sentences.url, 30_000)
    t.diagnostic(`${report.language}: ${summarise(outcome)}`)
    assert.deepEqual(outcome.faults, [])
    refused += outcome.refused.length
  }
  assert.ok(refused > 0, 'it was asked, and answered in the form that is read')
})
