import { ConfigError, describeError } from '../../shared/errors/index.ts'
import { PythonJobError } from '../../shared/python/index.ts'
import { backtestForecast } from './forecast.ts'
import { backtestPropositions } from './propositions.ts'

/** `npm run backtest -- <what> …`: learns from earlier days of anybody's data, by the code that trains, and says how good that was. */
const BACKTESTS: Record<string, { run: (args: string[], usage: string) => Promise<void>; options: string }> =
  {
    forecast: {
      run: backtestForecast,
      options: '--panel <file.parquet or file.csv> --origins <day,day> [--horizon <days>] --out <folder>',
    },
    propositions: {
      run: backtestPropositions,
      options:
        '--interactions <file.parquet or file.csv> [--products <file>] --split <days:30 or last-basket> [--models <name,name>] --out <folder>',
    },
  }
const USAGES = Object.entries(BACKTESTS).map(
  ([name, { options }]) => `npm run backtest -- ${name} ${options}`,
)

try {
  const [what = '', ...args] = process.argv.slice(2)
  const backtest = BACKTESTS[what]
  if (!backtest) throw new ConfigError(`usage: ${USAGES.join('\n       ')}`)
  await backtest.run(args, `usage: npm run backtest -- ${what} ${backtest.options}`)
} catch (error) {
  process.stderr.write(`${error instanceof PythonJobError ? error.message : describeError(error)}\n`)
  process.exitCode = 1
}
