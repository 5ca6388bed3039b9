import assert from 'node:assert/strict'
import { type ExecFileException, execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { describeSources } from '../../functions/model/build-warehouse/project-state.ts'
import { parseSource, readSources } from '../../shared/capture/sources.ts'
import { makeSystemVars, type TableVars } from '../../shared/warehouse/index.ts'
import { checkColumnLineage, type ModelLineage } from '../support/lineage.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PROJECT = join(ROOT, 'dbt')
const work = mkdtempSync(join(tmpdir(), 'cordage-dbt-'))
after(() => rm(work, { recursive: true, force: true }))

/** @returns what the program printed, and how it ended */
function run(
  program: string,
  args: string[],
  options: { input?: string; env?: Record<string, string> } = {},
) {
  return new Promise<{ code: number; output: string }>(settle => {
    const child = execFile(
      join(ROOT, '.venvs/test/bin', program),
      args,
      {
        cwd: PROJECT,
        env: { ...process.env, DO_NOT_TRACK: '1', ...options.env },
        maxBuffer: 64 * 1024 * 1024,
      },
      (error: ExecFileException | null, stdout, stderr) =>
        settle({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
    child.stdin?.end(options.input ?? '')
  })
}

/** Names that only quotes carry. */
const ODD = parseSource(
  'sources/odd.yml',
  `connection: odd
capture: postgres
timeZone: UTC
idPrefix: "it's-"
tables:
  "order items":
    entity: order_item
    key: ["from", "#"]
    columns:
      "from": { type: int, as: order_id }
      "#": { type: int, as: line_number }
      "a\\"b": { type: "decimal(38,10)", as: quantity }
  "it's {{ odd }}":
    entity: sale
    key: ["from"]
    columns:
      "from": { type: int, as: sale_id }
      "it's": { type: double, as: amount }
      "select": { type: date, as: sale_date }
`,
)

/** The sources as a build pins them: some tables landed, one with a column that has not, one not at all. */
function pinnedSystems() {
  const [source] = readSources(join(ROOT, 'sources'))
  assert.ok(source)
  const systems = makeSystemVars([source, { ...source, system: 'second_system', idPrefix: 'b-' }, ODD])
  const pin = ([name, table]: [string, TableVars]) => {
    const landed = Object.keys(table.columns).filter(column => column !== 'Color')
    const pins = name === 'Territory' ? {} : { path: `/lake/${name}`, version: 7, epoch: 1, landed }
    return [name, { ...table, ...pins }] as const
  }
  const pinned = Object.entries(systems).map(([system, vars]) => {
    const tables = Object.fromEntries(Object.entries(vars.tables).map(pin))
    const through = system === 'adventureworks' ? '0001-0000000000001000-00000000' : null
    return [system, { ...vars, through, tables }] as const
  })
  return Object.fromEntries(pinned)
}

test('every statement compiles for Trino, over two systems, and parses as its SQL', async () => {
  const systems = pinnedSystems()
  mkdirSync(join(work, 'sources'))
  writeFileSync(join(work, 'sources', 'sources.yml'), describeSources(systems))
  const { code, output } = await run('python', [join(ROOT, 'tests/dbt/trino_sql_test.py'), work], {
    input: JSON.stringify(systems),
    env: { CORDAGE_DBT_SOURCES: join(work, 'sources') },
  })
  assert.equal(code, 0, output)
  const sale = readFileSync(join(work, 'target/compiled/cordage/models/staging/stg_sale.sql'), 'utf8')
  assert.match(sale, /from "lake"\."cdc_adventureworks"\."sale" for version as of 7/)
  assert.match(sale, /'b-' \|\| cast\("SaleID" as varchar\) as sale_id/)
})

test('of each column of a model it is known on Trino what it is made of', async () => {
  const { code, output } = await run(
    'python',
    [join(ROOT, 'tests/dbt/column_lineage_test.py'), join(work, 'target'), 'trino'],
    { input: JSON.stringify(pinnedSystems()) },
  )
  assert.equal(code, 0, output)
  checkColumnLineage(JSON.parse(output) as ModelLineage[])
})

test('the logic of the models holds on tiny rows', async () => {
  const { code, output } = await run(
    'dbt',
    [
      '--no-use-colors',
      '--no-version-check',
      '--log-path',
      work,
      'build',
      '--profiles-dir',
      '.',
      '--target-path',
      join(work, 'units'),
      '--exclude-resource-type',
      'test',
    ],
    { env: { CORDAGE_WAREHOUSE_FILE: join(work, 'units.duckdb') } },
  )
  assert.equal(code, 0, output)
  assert.match(output, /40 unit tests/)
})

test('every model is described beside itself, down to its grain, and a published one names its key and who may read it', () => {
  const models = readdirSync(join(PROJECT, 'models'), { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.sql'),
  )
  assert.ok(models.length >= 10)
  for (const file of models) {
    const name = basename(file, '.sql')
    const { models: described } = parse(
      readFileSync(join(PROJECT, 'models', file.replace(/sql$/, 'yml')), 'utf8'),
    ) as {
      models: {
        name: string
        description: string
        config?: { meta?: { key?: string[]; access?: string } }
      }[]
    }
    assert.equal(described[0]?.name, name)
    assert.match(described[0].description.trim(), /Grain: one row per [^.]+\.$/, name)
    if (!file.startsWith('marts')) continue
    assert.ok(described[0].config?.meta?.key?.length, name)
    assert.match(described[0].config.meta.access ?? '', /^[a-z][a-z0-9_-]*$/, name)
  }
})
