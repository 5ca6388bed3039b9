import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Checked, runChecks } from '../../functions/model/check-quality/run-checks.ts'
import { makePosition } from '../../shared/bus/index.ts'
import { FailedError } from '../../shared/errors/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { openWarehouse, type Warehouse } from '../../shared/warehouse/index.ts'
import { writeBuild } from '../support/build.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-suites-'))
let warehouse: Warehouse
let projects = 0

const ABOUT = 'severity: critical, description: It is so.'
const UNIQUE = `{name: ids_are_unique, type: expect_column_values_to_be_unique, column: id, ${ABOUT}}`

before(async () => {
  warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const rows = `select id, id % 2 as other, 'Anna' as first_name from range(4) as r (id)`
  await writeBuild(warehouse, { fct_row: { sql: rows, key: ['id'] } }, { position: makePosition(1, 1n, 0) })
})
after(() => rm(home, { recursive: true, force: true }))

/** Runs suites, given by their models. */
async function run(suites: Record<string, string>): Promise<Checked> {
  const projectDir = join(home, `project-${projects++}`)
  mkdirSync(join(projectDir, 'models', 'marts'), { recursive: true })
  for (const [model, text] of Object.entries(suites))
    writeFileSync(join(projectDir, 'models', 'marts', `${model}.suite.yml`), text)
  return await runChecks(
    { projectDir, target: await warehouse.finished(), published: [], parked: [] },
    { report() {}, signal: new AbortController().signal, log: makeLogger({ level: 'silent' }) },
  )
}

async function refusal(suites: Record<string, string>): Promise<string> {
  const error = await run(suites).then(
    () => assert.fail('it ran'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof FailedError, String(error))
  assert.equal(error.reason, 'bad_suite')
  assert.ok(!error.message.includes('\n'))
  return error.message.replace(/^.* wrong: /, '')
}

test('a malformed suite is named with its file, its line and its check', async () => {
  for (const [text, said] of [
    ['key: [id\nexpectations: []', 'no YAML in line 2'],
    ['checks: []', 'a suite has a list of `expectations`'],
    ['', 'a suite has a list of `expectations`'],
    ['key: id\nexpectations: []', 'key: a list of columns'],
    [`expectations: [{type: expect_x, ${ABOUT}}]`, 'check 1 has no name in snake_case, but None'],
    [`expectations: [{name: Ids, type: expect_x, ${ABOUT}}]`, "check 1 has no name in snake_case, but 'Ids'"],
    ['expectations: [{name: ids, type: expect_x, severity: critical}]', 'check ids has no description'],
    [
      'expectations: [{name: ids, type: expect_x, severity: fatal, description: x}]',
      'check ids: severity is critical or warning, not fatal',
    ],
  ] as const)
    assert.ok((await refusal({ fct_row: text })).startsWith(`models/marts/fct_row.suite.yml: ${said}`), said)
})

test('a name of two checks is refused with both files', async () => {
  const suite = `expectations: [${UNIQUE}]`
  assert.equal(
    await refusal({ fct_row: suite, fct_other: suite }),
    'models/marts/fct_row.suite.yml: check ids_are_unique: models/marts/fct_other.suite.yml has a check of that name too',
  )
})

test('what the build does not have, and what no expectation takes, is named with the check, all at once', async () => {
  const said = await refusal({
    fct_gone: `expectations: [${UNIQUE}]`,
    fct_row: `expectations:
      - {name: a_column, type: expect_column_values_to_not_be_null, column: amount, ${ABOUT}}
      - {name: a_key, type: expect_column_values_to_not_be_null, column: id, key: [ids], ${ABOUT}}
      - {name: a_type, type: expect_miracles, ${ABOUT}}
      - {name: a_parameter, type: expect_column_values_to_be_between, column: id, least: 1, ${ABOUT}}
      - {name: no_parameter, type: expect_column_values_to_not_be_null, ${ABOUT}}`,
  })
  const lines = said.split('; ')
  const file = 'models/marts/fct_row.suite.yml'
  assert.deepEqual(lines.slice(0, 4), [
    'models/marts/fct_gone.suite.yml: the build has no model fct_gone',
    `${file}: check a_column: fct_row has no column amount`,
    `${file}: check a_key: fct_row has no column ids`,
    `${file}: check a_type: there is no expectation expect_miracles`,
  ])
  assert.match(lines[4] ?? '', /check a_parameter: least: /)
  assert.match(lines[5] ?? '', /check no_parameter: column: /)
})

test('a check whose SQL the engine refuses has not passed', async () => {
  const query = 'select nothing from {batch}'
  const said = await refusal({
    fct_row: `expectations: [${UNIQUE}, {name: broken, type: unexpected_rows_expectation, unexpected_rows_query: "${query}", ${ABOUT}}]`,
  })
  assert.match(said, /^models\/marts\/fct_row\.suite\.yml: check broken: .*"nothing" not found/)
})

test('a failing row is named by its key, and never by a value', async () => {
  const query = 'select id, first_name from {batch} where id > 1'
  const { results } = await run({
    fct_row: `key: [id]
expectations:
  - ${UNIQUE}
  - {name: others_are_unique, type: expect_column_values_to_be_unique, column: other, ${ABOUT}}
  - {name: ids_are_small, type: expect_column_values_to_be_between, column: id, max_value: 2, ${ABOUT}}
  - {name: nobody_is_anna, type: expect_column_values_to_not_be_in_set, column: first_name, value_set: [Anna], severity: warning, description: It is so.}
  - {name: no_row, type: unexpected_rows_expectation, unexpected_rows_query: "${query}", ${ABOUT}}`,
  })
  assert.deepEqual(
    results.map(({ check, severity, state, failing, keys, expected }) => [
      check,
      severity,
      state,
      failing,
      keys,
      expected,
    ]),
    [
      ['ids_are_unique', 'critical', 'passed', 0, [], ''],
      ['others_are_unique', 'critical', 'failed', 4, [{ id: 0 }, { id: 1 }, { id: 2 }, { id: 3 }], ''],
      ['ids_are_small', 'critical', 'failed', 1, [{ id: 3 }], 'at most 2'],
      [
        'nobody_is_anna',
        'warning',
        'failed',
        4,
        [{ id: 0 }, { id: 1 }, { id: 2 }, { id: 3 }],
        'none of Anna',
      ],
      ['no_row', 'critical', 'failed', 2, [{ id: 2 }, { id: 3 }], ''],
    ],
  )
  assert.ok(!JSON.stringify(results.map(({ keys, observed }) => [keys, observed])).includes('Anna'))
})
