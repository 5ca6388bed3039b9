import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../support/run.ts'
import { writeInteractions } from './online-retail.ts'
import { report } from './report.ts'

/**
 * The back-test's door over UCI Online Retail, for products that are new to a client in 30 days, and for each client's last basket; beside
 * it, in the same run, what a team would use instead.
 */
const SPLITS: Record<string, { split: string; recall: number }> = {
  new: { split: 'days:30', recall: 0.157 },
  basket: { split: 'last-basket', recall: 0.285 },
}
const COVERAGE = 0.35
const SECONDS = 5

type Measured = Record<string, number>
type Report = {
  models: Record<string, Measured>
  slices: Record<string, { testClients: number; models: Record<string, Measured> }>
}

const folder = await mkdtemp(join(tmpdir(), 'cordage-propositions-'))
try {
  const interactions = join(folder, 'interactions.parquet')
  await writeInteractions(interactions)
  for (const [name, { split, recall }] of Object.entries(SPLITS)) {
    const out = join(folder, name)
    const args = ['--interactions', interactions, '--split', split, '--out', out]
    const { code, stderr } = await runProgram(
      ['stacks/backtest/main.ts', 'propositions', ...args],
      {},
      600_000,
    )
    if (code !== 0) throw new Error(stderr)
    const { models, slices }: Report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))
    for (const [model, measured] of Object.entries(models)) {
      const served = model === 'served'
      const figure = (measure: string) => measured[measure] ?? Number.NaN
      const key = `propositions_${name}_${model}`
      report(`${key}_recall`, figure('recall@20'), '', served ? { atLeast: recall } : {})
      report(`${key}_ndcg`, figure('NDCG@20'), '')
      report(`${key}_hit`, figure('hit@20'), '')
      report(`${key}_coverage`, figure('coverage'), '', served ? { atLeast: COVERAGE } : {})
      report(`${key}_popularity_bias`, figure('popularityBias'), '')
      report(`${key}_seconds`, figure('seconds'), 's', served ? { atMost: SECONDS } : {})
    }
    for (const [slice, { testClients, models: found }] of Object.entries(slices)) {
      const { served, ...others } = found
      if (!served || testClients === 0) continue
      const popular = Math.max(
        others.popularity?.['recall@20'] ?? 0,
        others.popularity_28_days?.['recall@20'] ?? 0,
      )
      report(`propositions_${name}_${slice}_recall`, served['recall@20'] ?? 0, '', { atLeast: popular })
      report(`propositions_${name}_${slice}_clients`, testClients, '')
    }
  }
} finally {
  await rm(folder, { recursive: true })
}
