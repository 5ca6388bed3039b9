import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import askReport from '../../functions/report/ask-report/handler.ts'
import { type Identity, OPERATOR } from '../../shared/contract/index.ts'
import { findMetric, type MetricQuestion, readMetric } from '../../shared/metrics/index.ts'
import { startFunction } from '../support/function.ts'
import { publishQuestionShop, type QuestionShop } from '../support/question-shop.ts'

/**
 * What readMetric takes beyond what read-metric does: values that do not count, and rows in order of their value. And questions
 * to a shop of another kind, whose territories have rules of their own.
 */
let shop: QuestionShop
before(async () => {
  shop = await publishQuestionShop({
    change: marts => {
      const { dim_territory: territory, dim_product: product, ...others } = marts
      assert.ok(territory && product)
      const furniture = `case category when 'Bikes' then 'Tables' when 'Clothing' then 'Beds & Sofas' else category end`
      return {
        ...others,
        dim_product: { ...product, sql: `select * replace (${furniture} as category) from (${product.sql})` },
        dim_territory: { ...territory, rowRules: { territory_id: 'territory' } },
      }
    },
  })
})
after(() => shop?.stop())

const read = (question: Partial<MetricQuestion>, caller: Identity = OPERATOR) =>
  shop.store.transaction(
    async ({ query }) => {
      const metric = await findMetric(query, 'revenue')
      const asked = { by: [], filters: {}, limit: 100, from: '2016-01-01', to: '2016-12-31', ...question }
      return (await readMetric(query, metric, asked, caller)).rows
    },
    { readOnly: true },
  )

test('rows without a value count where a value is excluded', async () => {
  const all = await read({ by: ['color'] })
  const without = await read({ by: ['color'], without: { color: ['Red', 'Black'] } })
  assert.deepEqual(
    without,
    all.filter(({ color }) => color !== 'Red' && color !== 'Black'),
  )
  assert.ok(without.some(({ color }) => color === null))
})

test('rows are in order of their value, the smallest or largest first, and months too', async () => {
  const numbers = async (question: Partial<MetricQuestion>) =>
    (await read(question)).map(({ value }) => Number(value))
  const up = await numbers({ by: ['month'], ranked: 'ascending' })
  assert.deepEqual(
    up,
    [...up].sort((a, b) => a - b),
  )
  const down = await numbers({ by: ['month'], ranked: 'descending' })
  assert.deepEqual(down, [...up].reverse())
})

test("a dimension's row rules hold where it is joined: what a caller may not see has no name", async () => {
  const caller: Identity = { isOperator: false, roles: [], claims: { territory: ['8'] } }
  const rows = await read({ by: ['country'] }, caller)
  assert.deepEqual(rows.map(({ country }) => country).sort(), ['Germany', null].sort())
  assert.deepEqual(await read({ by: ['country'], filters: { country: ['France'] } }, caller), [])
})

test("a shop's own values are known, whatever they are called, and those of other shops are not", async () => {
  const ask = await startFunction(askReport, { resources: { store: shop.store } })
  const filtersOf = async (question: string) => {
    const { status, body } = await ask.call({ question })
    assert.equal(status, 200)
    return (body.reading as { filters: object } | null)?.filters ?? (body.cannot as { about: string }).about
  }
  assert.deepEqual(await filtersOf('revenue of tables in 2016'), { category: ['Tables'] })
  assert.deepEqual(await filtersOf('revenue of beds and sofas'), { category: ['Beds & Sofas'] })
  assert.equal(await filtersOf('revenue of bikes in 2016'), 'bikes')
  assert.equal(await filtersOf('Umsatz mit Fahrrädern'), 'Fahrrädern')
})
