import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ConfigError, describeError } from '../../shared/errors/index.ts'
import { PythonJobError, runPythonJob } from '../../shared/python/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { ensureGroup } from '../python-groups.ts'

/**
 * `npm run backtest -- forecast --panel <parquet or csv> --origins 2011-08-19,2011-09-16 --horizon 28 --out <folder>`
 * forecasts from earlier days of anybody's data, by the code that trains, and says how good that was (docs/forecasts.md).
 */
const USAGE =
  'usage: npm run backtest -- forecast --panel <file.parquet or file.csv> --origins <day,day> [--horizon <days>] --out <folder>'
const GROUP = 'learning'
/** As forecast-demand. */
const DEFAULT_HORIZON_DAYS = '28'

const measures = z.object({
  rmsse: z.number().nullable(),
  wape: z.number().nullable(),
  bias: z.number().nullable(),
  wapeOfSum: z.number().nullable(),
})
const report = z.looseObject({
  series: z.number(),
  seconds: z.number(),
  models: z.record(z.string(), measures),
})

try {
  const request = readRequest()
  await ensureGroup(GROUP, { stdio: 'inherit' })
  const found = await runPythonJob({
    script: join(import.meta.dirname, 'forecast.py'),
    group: GROUP,
    request,
    result: report,
    signal: stopped(),
    log: makeLogger({ level: 'warn' }),
    onProgress({ done, total, origin }) {
      if (origin !== undefined) process.stdout.write(`origin ${origin} (${Number(done) + 1} of ${total})\n`)
    },
  })
  print(found, request.out)
} catch (error) {
  process.stderr.write(`${error instanceof PythonJobError ? error.message : describeError(error)}\n`)
  process.exitCode = 1
}

function readRequest() {
  const { values, positionals } = parseArgs({
    options: {
      panel: { type: 'string' },
      origins: { type: 'string' },
      horizon: { type: 'string', default: DEFAULT_HORIZON_DAYS },
      out: { type: 'string' },
    },
    allowPositionals: true,
  })
  const { panel, origins, horizon, out } = values
  if (positionals.join() !== 'forecast' || !panel || !origins || !out) throw new ConfigError(USAGE)
  const days = origins.split(',').map(day => day.trim())
  for (const day of days)
    if (!z.iso.date().safeParse(day).success)
      throw new ConfigError(`--origins: ${day} is not a day as 2026-01-31`)
  if (!/^\d{1,3}$/.test(horizon)) throw new ConfigError(`--horizon ${horizon} is not a number of days`)
  return { panel: resolve(panel), origins: days, horizon: Number(horizon), out: resolve(out) }
}

function stopped(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
  return stopping.signal
}

function print({ models, series, seconds }: z.infer<typeof report>, out: string): void {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3)).padStart(10)
  process.stdout.write(`${'model'.padEnd(18)}     RMSSE      WAPE      bias  WAPE of sum\n`)
  for (const [name, { rmsse, wape, bias, wapeOfSum }] of Object.entries(models))
    process.stdout.write(`${name.padEnd(18)}${[rmsse, wape, bias, wapeOfSum].map(figure).join('')}\n`)
  process.stdout.write(`${series} series in ${seconds} s; forecasts.parquet and report.json are in ${out}\n`)
}
