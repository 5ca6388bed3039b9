import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ConfigError } from '../../shared/errors/index.ts'
import { runBacktest } from './run.ts'

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

/** Forecasts of earlier days (docs/forecasts.md). */
export async function backtestForecast(args: string[], usage: string): Promise<void> {
  const request = readRequest(args, usage)
  const found = await runBacktest('forecast.py', request, report, ({ done, total, origin }) => {
    if (origin !== undefined) process.stdout.write(`origin ${origin} (${Number(done) + 1} of ${total})\n`)
  })
  print(found, request.out)
}

function readRequest(args: string[], usage: string) {
  const { values } = parseArgs({
    args,
    options: {
      panel: { type: 'string' },
      origins: { type: 'string' },
      horizon: { type: 'string', default: DEFAULT_HORIZON_DAYS },
      out: { type: 'string' },
    },
  })
  const { panel, origins, horizon, out } = values
  if (!panel || !origins || !out) throw new ConfigError(usage)
  const days = origins.split(',').map(day => day.trim())
  for (const day of days)
    if (!z.iso.date().safeParse(day).success)
      throw new ConfigError(`--origins: ${day} is not a day as 2026-01-31`)
  if (!/^\d{1,3}$/.test(horizon)) throw new ConfigError(`--horizon ${horizon} is not a number of days`)
  return { panel: resolve(panel), origins: days, horizon: Number(horizon), out: resolve(out) }
}

function print({ models, series, seconds }: z.infer<typeof report>, out: string): void {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3)).padStart(10)
  process.stdout.write(`${'model'.padEnd(18)}     RMSSE      WAPE      bias  WAPE of sum\n`)
  for (const [name, { rmsse, wape, bias, wapeOfSum }] of Object.entries(models))
    process.stdout.write(`${name.padEnd(18)}${[rmsse, wape, bias, wapeOfSum].map(figure).join('')}\n`)
  process.stdout.write(`${series} series in ${seconds} s; forecasts.parquet and report.json are in ${out}\n`)
}
