import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { report } from './report.ts'

/** Propositions for a large shop, by the back-test's door: how long, and with how much memory. */
const { CLIENTS = '100000', PRODUCTS = '50000', PURCHASES = '20000000' } = process.env
const MINUTES = 30
const MEMORY_MB = 4096

type Report = { servedMemoryMb: number; models: Record<string, Record<string, number>> }

const folder = await mkdtemp(join(tmpdir(), 'cordage-propositions-'))
try {
  const interactions = join(folder, 'interactions.parquet')
  await promisify(execFile)(join(ROOT, '.venvs/learning/bin/python'), [
    join(ROOT, 'tests/bench/propositions_size.py'),
    ...[interactions, CLIENTS, PRODUCTS, PURCHASES],
  ])
  const out = join(folder, 'out')
  const args = [
    '--interactions',
    interactions,
    '--split',
    'days:30',
    '--models',
    'popularity_28_days',
    '--out',
    out,
  ]
  const { code, stderr } = await runProgram(
    ['stacks/backtest/main.ts', 'propositions', ...args],
    {},
    2 * MINUTES * 60_000,
  )
  if (code !== 0) throw new Error(stderr)
  const { models, servedMemoryMb }: Report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))
  const { served, popularity_28_days: popular } = models
  report('propositions_size_fit', served?.fitSeconds ?? Number.NaN, 's')
  report('propositions_size_lists', (served?.listSeconds ?? Number.NaN) / 60, 'min', { atMost: MINUTES })
  report('propositions_size_memory', servedMemoryMb, 'MB', { atMost: MEMORY_MB })
  report('propositions_size_recall', served?.['recall@20'] ?? 0, '', { atLeast: popular?.['recall@20'] ?? 0 })
} finally {
  await rm(folder, { recursive: true })
}
