import { execFileSync, spawn } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../support/postgres.ts'

/** The benches in their order, each a program of its own, with what it takes on two cores. */
const BENCHES: { name: string; program: string; takes: string; isInfra?: boolean }[] = [
  { name: 'contract', program: 'contract.ts', takes: '20 s' },
  { name: 'search', program: 'search.ts', takes: '1 min' },
  { name: 'relevance', program: 'relevance.ts', takes: '3 min' },
  { name: 'search-any', program: 'search-any.ts', takes: '2 min; QUERIES sets how many' },
  { name: 'search-size', program: 'search-size.ts', takes: '6 min; PRODUCTS=1000000 takes an hour' },
  { name: 'forecast', program: 'forecast.ts', takes: '5 min, most of it for what is measured beside it' },
  { name: 'forecast-scoring', program: 'forecast-scoring.ts', takes: '1 min' },
  { name: 'propositions', program: 'propositions.ts', takes: '1 min' },
  { name: 'propositions-size', program: 'propositions-size.ts', takes: '15 min; PURCHASES sets it' },
  { name: 'order-plans', program: 'order-plans.ts', takes: '6 min, most of it for a year of forecasts' },
  { name: 'propositions-live', program: 'propositions-live.ts', takes: '4 min' },
  { name: 'reports', program: 'reports.ts', takes: '4 min; REPORTS sets how many of each kind' },
  { name: 'memory', program: 'memory.ts', takes: '1 min' },
  {
    name: 'freshness',
    program: 'freshness.ts',
    takes: '2 min; RATE, PRODUCTS and SEARCHES set it, SOURCE=sqlserver',
  },
  { name: 'start', program: 'start.ts', takes: '2 min' },
  {
    name: 'sqlserver',
    program: join('sqlserver', 'main.ts'),
    takes: '8 min; CHANGES, ROWS and KILLS set it',
  },
  { name: 'landing', program: 'landing.ts', takes: '1 min' },
  { name: 'upkeep', program: 'lake-upkeep.ts', takes: '1 min' },
  { name: 'race', program: 'lake-race.ts', takes: '3 min' },
  { name: 'kills', program: 'kills.ts', takes: '4 min' },
  { name: 'handover', program: 'handover.ts', takes: '3 min' },
  { name: 'jobs', program: 'jobs.ts', takes: '5 min' },
  { name: 'build-kills', program: 'build-kills.ts', takes: '15 min; KILLS sets how many' },
  { name: 'warehouse-changes', program: 'warehouse-changes.ts', takes: '2 min' },
  { name: 'warehouse-size', program: 'warehouse-size.ts', takes: '5 min; COPIES sets which sizes' },
  { name: 'render', program: 'render.ts', takes: '20 s' },
  { name: 'rewriting', program: 'rewriting.ts', takes: '5 min; REPORTS sets how many' },
  { name: 'quality', program: 'quality.ts', takes: '60 min; SEED and DAYS choose some of it' },
  { name: 'random-shops', program: 'random-shops.ts', takes: '25 min; SHOPS sets how many' },
  {
    name: 'snapshot',
    program: 'initial-snapshot.ts',
    takes: '8 min; TIMES sets how often the history is there',
  },
  { name: 'landing-kafka', program: 'landing-kafka.ts', takes: '3 min; EVENTS sets it', isInfra: true },
  { name: 'freshness-kafka', program: 'freshness-kafka.ts', takes: '3 min', isInfra: true },
  { name: 'size', program: 'size.ts', takes: '10 min; ROWS sets it', isInfra: true },
  { name: 'soak', program: 'soak.ts', takes: '30 min; MINUTES sets it' },
]

/**
 * `make bench [ONLY=name]`, and `make bench-infra` for those that need Kafka: every figure on a line `name value unit`. Ends
 * with 1 where one falls short or a bench breaks.
 */
const only = process.argv.slice(2)
const chosen = BENCHES.filter(({ name, isInfra = false }) =>
  only.length === 0 ? !isInfra : only.includes(name) || (isInfra && only.includes('infra')),
)
if (chosen.length === 0) {
  process.stderr.write(`there is no bench ${only.join(', ')}; there are:\n`)
  for (const { name, takes } of BENCHES) process.stderr.write(`  ${name.padEnd(10)} ${takes}\n`)
  process.exit(2)
}

const [cpu] = cpus()
const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
const changed = git('status', '--porcelain') === '' ? '' : ' with changes'
process.stdout.write(
  `# ${cpus().length} cores (${cpu?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, commit ${git('rev-parse', '--short', 'HEAD')}${changed}, ${new Date().toISOString().slice(0, 10)}\n`,
)
for (const { name, program, takes } of chosen) {
  process.stdout.write(`# ${name} (${takes})\n`)
  const child = spawn(process.execPath, [join('tests', 'bench', program)], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  const code = await new Promise<number | null>(resolve => child.once('exit', resolve))
  if (code === 0) continue
  process.exitCode = 1
  process.stdout.write(`# ${name} ended with ${code}\n`)
}
