import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import buildWarehouse from '../../functions/model/build-warehouse/handler.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { openDuckdbWarehouse } from '../../shared/warehouse/duckdb.ts'
import { duckdbFolder } from '../../shared/warehouse/index.ts'
import { startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { listFamily, readPss } from '../support/processes.ts'
import { report } from './report.ts'

/**
 * A build of UCI Online Retail (541,909 lines), and of ten copies of it: how time and memory grow. The sums by month and
 * country are those of plain SQL over the file.
 */
const COPIES = (process.env.COPIES ?? '1,10').split(',').map(Number)
const BOUNDS = new Map([
  [1, { seconds: 90, megabytes: 2000 }],
  [10, { seconds: 480, megabytes: Number.POSITIVE_INFINITY }],
])
const RETAIL = 'tests/data/online-retail/retail.yml'

const run = promisify(execFile)
const source = parseSource(RETAIL, readFileSync(join(ROOT, RETAIL), 'utf8'))
const postgres = await startTestPostgres()
try {
  for (const copies of COPIES) await measure(copies)
} finally {
  await postgres.stop()
}

async function measure(copies: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'cordage-size-'))
  try {
    const lake = join(home, 'objects', 'lake')
    const python = join(ROOT, '.venvs/test/bin/python')
    const { stdout } = await run(python, [join(ROOT, 'tests/support/retail_lake.py'), lake, String(copies)], {
      maxBuffer: 2 ** 24,
    })
    const warehouse = openDuckdbWarehouse(duckdbFolder({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined }))
    const build = await startFunction(buildWarehouse, {
      resources: {
        store: await postgres.createStore(),
        objects: openObjects(pathToFileURL(join(home, 'objects')).href),
        warehouse,
        sources: [source],
      },
      settings: { CORDAGE_HOME: home },
    })
    let most = 0
    const watch = setInterval(() => {
      const dbt = listFamily(process.pid).filter(({ command }) => command.includes('build-warehouse/job.py'))
      most = Math.max(most, ...dbt.map(({ pid }) => readPss(pid)))
    }, 200)
    const startedAt = performance.now()
    const { status, body } = await build.attempt({})
    const seconds = (performance.now() - startedAt) / 1000
    clearInterval(watch)
    assert.equal(status, 200, JSON.stringify(body))
    const lines = copies * 541_909
    const bounds = BOUNDS.get(copies)
    report(`warehouse_${lines}_build`, seconds, 's', bounds && { atMost: bounds.seconds })
    report(`warehouse_${lines}_memory`, most / 1e6, 'MB', bounds && { atMost: bounds.megabytes })
    for (const { node, ms } of body.slowest as { node: string; ms: number }[])
      process.stdout.write(`#   ${node} ${(ms / 1000).toFixed(1)} s\n`)
    const totals = await warehouse.read(({ query }) =>
      query(
        `select strftime(sale_date, '%Y-%m') as month, country, cast(sum(amount) as varchar)
         from fct_sale join dim_territory using (territory_id) group by 1, 2 order by 1, 2`,
      ),
    )
    assert.deepEqual(totals.rows, JSON.parse(stdout))
    report(`warehouse_${lines}_totals`, totals.rows.length, 'months of a country equal to the cent')
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
