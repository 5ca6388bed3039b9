import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { metricSchema } from '../../shared/metrics/index.ts'
import { ROOT } from '../support/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordage-metrics-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const MARTS = {
  fct_sale: { key: ['sale_id'], columns: ['sale_id', 'sale_date', 'product_key', 'amount', 'currency'] },
  dim_product: { key: ['product_key'], columns: ['product_key', 'category'] },
}
const READ = `import json, sys
from pathlib import Path
from read_metrics import read_metrics
try:
    print(json.dumps(read_metrics(json.loads(sys.argv[1]), Path(sys.argv[2]))))
except ValueError as error:
    print(json.dumps(str(error)))`

/** @returns the metrics of a file, or what is wrong with it */
function read(yaml: string): unknown {
  writeFileSync(join(folder, 'own.yml'), yaml)
  const python = join(ROOT, '.venvs/warehouse/bin/python')
  const env = { ...process.env, PYTHONPATH: join(ROOT, 'dbt') }
  return JSON.parse(
    execFileSync(python, ['-c', READ, JSON.stringify(MARTS), folder], { env, encoding: 'utf8' }),
  )
}

const REVENUE =
  '{ name: revenue, label: Revenue, mart: fct_sale, measure: sum(amount), date: sale_date, unit: currency }'
const LINES = '{ name: lines, label: Lines, mart: fct_sale, measure: count(), unit: count }'
const CATEGORY = '{ name: category, label: Category, mart: dim_product, join: product_key, column: category }'

test('a metric is read with what it can be split by, and a quotient with both of its parts', () => {
  const average = '{ name: average, label: Average, numerator: revenue, denominator: lines, unit: currency }'
  const metrics = read(`metrics: [${REVENUE}, ${LINES}, ${average}]\ndimensions: [${CATEGORY}]`) as object[]
  const parsed = metrics.map(metric => metricSchema.parse(metric))
  assert.deepEqual(
    parsed.map(({ name, mart, numerator, denominator, dimensions }) => [
      name,
      mart,
      numerator,
      denominator,
      dimensions.map(each => each.name),
    ]),
    [
      ['revenue', 'fct_sale', undefined, undefined, ['category']],
      ['lines', 'fct_sale', undefined, undefined, ['category']],
      ['average', 'fct_sale', 'sum(amount)', 'count()', ['category']],
    ],
  )
})

test('a metric has its labels by language, and a dimension other words for its values', () => {
  const labelled = REVENUE.replace('unit:', 'labels: { de: Umsatz }, unit:')
  const category = CATEGORY.replace('column:', 'values: { Bikes: [Räder, vélos] }, column:')
  const [metric] = read(`metrics: [${labelled}]\ndimensions: [${category}]`) as object[]
  const { labels, dimensions } = metricSchema.parse(metric)
  assert.deepEqual(labels, { de: 'Umsatz' })
  assert.deepEqual(dimensions[0]?.values, { Bikes: ['Räder', 'vélos'] })
})

test('what is wrong with a metric is said in one line, with its file and name', () => {
  const cases: [string, RegExp][] = [
    [
      `metrics: [${REVENUE.replace('fct_sale', 'fct_sales')}]`,
      /^own.yml: metric revenue: no mart fct_sales: there are dim_product, fct_sale$/,
    ],
    [
      `metrics: [${REVENUE.replace('sum(amount)', 'sum(price)')}]`,
      /^own.yml: metric revenue: fct_sale has no column price: there are /,
    ],
    [`metrics: [${REVENUE.replace('sum(amount)', 'amount')}]`, /measure must be sum\(column\)/],
    [`metrics: [${REVENUE}, ${REVENUE}]`, /metric revenue: there is another one of that name, in own.yml/],
    [`metrics: [${REVENUE.replace('unit: currency', 'unit: dollars')}]`, /unit must be one of currency, /],
    [`metrics: [${REVENUE.replace('date:', 'dates:')}]`, /unknown key dates: there are /],
    [
      'metrics: [{ name: a, label: A, numerator: b, denominator: c, unit: ratio }]',
      /numerator must be another metric with a measure, not b/,
    ],
    [
      `dimensions: [${CATEGORY.replace('product_key', 'category')}]`,
      /dimension category: join must be the key of dim_product, which is product_key/,
    ],
    [
      `metrics: [${REVENUE.replace('unit:', 'labels: { it: Ricavi }, unit:')}]`,
      /metric revenue: labels must have a text for each of en, de, fr, es, or for some$/,
    ],
    [
      `dimensions: [${CATEGORY.replace('column:', 'values: { Bikes: Räder }, column:')}]`,
      /dimension category: values must have a list of words for each value$/,
    ],
    ['metric: []', /^own.yml: unknown key metric: there are metrics and dimensions$/],
    ['metrics: [', /^own.yml: while parsing/],
    ['- a', /^own.yml: must hold metrics or dimensions$/],
  ]
  for (const [yaml, says] of cases) {
    const said = read(yaml)
    assert.ok(typeof said === 'string' && !said.includes('\n'), String(said))
    assert.match(said, says)
  }
})
