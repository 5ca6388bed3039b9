import { readSettings } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { llmOf } from '../../shared/llm/index.ts'
import { LANGUAGES } from '../../shared/reports/facts.ts'
import { rewrite } from '../../shared/reports/rewrite/index.ts'
import { readWorld } from '../support/report-world.ts'

/** `make verify-llm`: what a model makes of a report's sentences, which of its sentences are kept, and why others are not. */
const settings = readSettings()
const llm = llmOf(settings)
if (!llm) throw new ConfigError('LLM_URL: set it to the server that is to be verified')

let [kept, all] = [0, 0]
const times: number[] = []
for (const language of LANGUAGES) {
  const { facts, statements } = readWorld(language)
  const started = performance.now()
  const { sentences, refused, problem } = await rewrite(statements, facts, {
    language,
    llm,
    signal: AbortSignal.timeout(10 * llm.timeoutMs),
  })
  const ms = performance.now() - started
  times.push(ms)
  console.log(`\n${language}: ${(ms / 1000).toFixed(1)} s${problem ? `, ${problem}` : ''}`)
  for (const { by, text, statements: ids } of sentences) {
    all += ids.length
    if (by === 'model') kept += ids.length
    console.log(`  ${by === 'model' ? 'kept    ' : 'template'}  ${text}`)
    for (const { text: tried, reason, at } of refused.filter(it =>
      it.statements.some(id => ids.includes(id)),
    ))
      if (by === 'template') console.log(`            ${reason}${at ? ` at "${at}"` : ''}: ${tried}`)
  }
}
const slowest = Math.max(...times) / 1000
console.log(
  `\n${llm.model ?? 'the model'} at ${llm.url}: ${kept} of ${all} statements are the model's; a report takes up to ${slowest.toFixed(1)} s`,
)
