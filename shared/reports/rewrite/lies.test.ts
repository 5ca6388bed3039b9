import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { LIES, rephrase } from '../../../tests/support/lies.ts'
import { type Speaker, startLyingModel } from '../../../tests/support/lying-model.ts'
import { makeReport, pick, type RandomReport } from '../../../tests/support/random-statements.ts'
import { SecretUrl } from '../../config/index.ts'
import { rewrite } from './index.ts'

const REPORTS = 2_000
const SEED = Number(process.env.SEED ?? 17)
/** Of sentences that it rephrases rightly in between: a checker that takes nothing would catch all lies as well. */
const HONEST = 0.1
const LEAST_KEPT = 0.9

let speaker: Speaker = () => undefined
const model = await startLyingModel(() => speaker)
after(() => model.close())

/** Says of each statement something else than its template: mostly a lie. `told` keeps what it said, and of which kind. */
function makeLiar(report: RandomReport, random: () => number, told: Map<string, string>): Speaker {
  const byTemplate = new Map(report.statements.map(({ id, text }) => [text, id]))
  const said = [...report.said.values()]
  return template => {
    const one = report.said.get(byTemplate.get(template) ?? '')
    assert.ok(one, template)
    if (random() < HONEST) {
      const text = rephrase(one)
      told.set(text, 'honest')
      return text
    }
    const other = pick(random, said)
    for (;;) {
      const kind = pick(random, Object.keys(LIES))
      const text = LIES[kind]?.(one, random, other === one ? undefined : other)
      if (text === undefined || text === template) continue
      told.set(text, kind)
      return text
    }
  }
}

test(`${REPORTS} reports of a model that lies in ${Object.keys(LIES).length} ways: no lie gets through (SEED=${SEED})`, async () => {
  const random = makeRandom(SEED)
  const llm = { url: new SecretUrl(model.url), key: undefined, model: 'liar', timeoutMs: 20_000 }
  const counts = new Map<string, { told: number; kept: number }>()
  const through: string[] = []
  for (let number = 0; number < REPORTS; number++) {
    const report = makeReport(random)
    const told = new Map<string, string>()
    speaker = makeLiar(report, random, told)
    const { sentences, problem } = await rewrite(report.statements, report.facts, {
      language: report.language,
      llm,
      signal: AbortSignal.timeout(60_000),
    })
    assert.equal(problem, null)
    assert.deepEqual(
      sentences.flatMap(({ statements }) => statements),
      report.statements.map(({ id }) => id),
    )
    const kept = new Set(sentences.filter(({ by }) => by === 'model').map(({ text }) => text))
    for (const [text, kind] of told) {
      const count = counts.get(kind) ?? { told: 0, kept: 0 }
      const isKept = kept.has(text)
      counts.set(kind, { told: count.told + 1, kept: count.kept + Number(isKept) })
      if (isKept && kind !== 'honest') through.push(`${kind}: ${text}`)
      kept.delete(text)
    }
    assert.deepEqual([...kept], [], 'what stands is what the model said, or a template')
  }
  assert.deepEqual(through, [])
  for (const kind of Object.keys(LIES)) assert.ok((counts.get(kind)?.told ?? 0) > 0, `${kind} was told`)
  const honest = counts.get('honest') ?? { told: 0, kept: 0 }
  assert.ok(
    honest.kept / honest.told >= LEAST_KEPT,
    `${honest.kept} of ${honest.told} honest sentences were kept`,
  )
  const lies = [...counts].reduce((sum, [kind, { told }]) => sum + (kind === 'honest' ? 0 : told), 0)
  console.log(
    `${lies} lies of ${counts.size - 1} kinds, none kept; ${honest.kept} of ${honest.told} honest sentences kept`,
  )
})
