import { LANGUAGES } from '../../shared/reports/facts.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { makeReport } from '../support/random-statements.ts'
import { startRealModel, startSentences, tryRewrite } from '../support/real-model.ts'
import { readWorld } from '../support/report-world.ts'
import { median, quantile, report } from './report.ts'

/**
 * SmolLM2-135M-Instruct behind llama.cpp's server on this machine, one thread, asked for each sentence by itself: how many of its
 * sentences say what the facts say, and how long a statement takes with its second try.
 */
const REPORTS = Number(process.env.REPORTS ?? 16)
const TIMEOUT_MS = 120_000

const model = await startRealModel()
const sentences = await startSentences(model.url)
const random = makeRandom(23)
const reports = [
  ...LANGUAGES.map(language => ({ language, ...readWorld(language) })),
  ...Array.from({ length: REPORTS }, () => makeReport(random)),
]
const outcomes = []
for (const one of reports) outcomes.push({ ...one, ...(await tryRewrite(one, sentences.url, TIMEOUT_MS)) })
await sentences.stop()
await model.stop()

const sum = (values: number[]) => values.reduce((all, value) => all + value, 0)
const asked = sum(outcomes.map(outcome => outcome.asked))
const perStatement = outcomes.map(({ ms, asked }) => ms / 1000 / asked)
report('rewriting_statements', asked, 'statements')
for (const language of LANGUAGES) {
  const own = outcomes.filter(outcome => outcome.language === language)
  report(
    `rewriting_kept_${language}`,
    (100 * sum(own.map(({ kept }) => kept))) / sum(own.map(outcome => outcome.asked)),
    '% of statements',
  )
}
report('rewriting_refused', sum(outcomes.map(({ refused }) => refused.length)), 'sentences')
report('rewriting_wrong', sum(outcomes.map(({ faults }) => faults.length)), 'sentences', { atMost: 0 })
report('rewriting_statement_median', median(perStatement), 's')
report('rewriting_statement_slowest', quantile(perStatement, 1), 's')
