import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../support/postgres.ts'
import { runProgram } from '../support/run.ts'
import { writePanel } from './online-retail.ts'
import { report } from './report.ts'

/**
 * The back-test's door over UCI Online Retail: 500 products, four origins, 28 days. Beside it, in the same run, what a team would use
 * instead, by their own packages.
 */
const ORIGINS = '2011-08-19,2011-09-16,2011-10-14,2011-11-11'
const HORIZON_DAYS = '28'

type Measured = { rmsse: number; wape: number; bias: number; wapeOfSum: number; seconds?: number }
type Report = { seconds: number; models: Record<string, Measured & Record<string, number>> }

const folder = await mkdtemp(join(tmpdir(), 'cordage-forecast-'))
try {
  const panel = join(folder, 'panel.parquet')
  await writePanel(panel)
  const out = join(folder, 'out')
  const args = ['--panel', panel, '--origins', ORIGINS, '--horizon', HORIZON_DAYS, '--out', out]
  const { code, stderr } = await runProgram(['stacks/backtest/main.ts', 'forecast', ...args], {}, 600_000)
  if (code !== 0) throw new Error(stderr)
  const { seconds, models }: Report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))
  const { served, ...others } = models
  if (!served) throw new Error('the report has no figures of what is served')
  report('forecast_rmsse', served.rmsse, '', { atMost: 0.757 })
  report('forecast_wape_of_sum', served.wapeOfSum, '', { atMost: 0.37 })
  report('forecast_bias', Math.abs(served.bias), '', { atMost: 0.12 })
  report('forecast_below_p10', served.belowP10 ?? 1, '', { atMost: 0.12 })
  report('forecast_above_p90', served.aboveP90 ?? 1, '', { atMost: 0.12 })
  report('forecast_at_or_above_p90', served.atOrAboveP90 ?? 0, '', { atLeast: 0.08 })
  report('forecast_pinball', served.pinball ?? 1, '')
  report('forecast_seconds', seconds, 's', { atMost: 15 })
  tell(others)
  tell(await measureOthers(panel))
} finally {
  await rm(folder, { recursive: true })
}

function tell(models: Record<string, Measured>): void {
  for (const [name, { rmsse, wapeOfSum, bias, seconds }] of Object.entries(models)) {
    report(`forecast_${name}_rmsse`, rmsse, '')
    report(`forecast_${name}_wape_of_sum`, wapeOfSum, '')
    report(`forecast_${name}_bias`, bias, '')
    if (seconds !== undefined) report(`forecast_${name}_seconds`, seconds, 's')
  }
}

/** AutoETS, Theta, Prophet and mlforecast's LightGBM, where they are installed. */
async function measureOthers(panel: string): Promise<Record<string, Measured>> {
  const python = join(ROOT, '.venvs/bench/bin/python')
  const script = join(ROOT, 'tests/bench/forecast_others.py')
  const { stdout } = await promisify(execFile)(python, [script, panel, ORIGINS, HORIZON_DAYS], {
    maxBuffer: 1 << 24,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}')
}
