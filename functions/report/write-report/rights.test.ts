import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readSettings } from '../../../shared/config/index.ts'
import type { Identity } from '../../../shared/contract/index.ts'
import { llmOf } from '../../../shared/llm/index.ts'
import type { WrittenReport } from '../../../shared/reports/render/written.ts'
import type { BuiltMart } from '../../../tests/support/build.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { publishQuestionShop, type QuestionShop } from '../../../tests/support/question-shop.ts'
import writeReport from './handler.ts'

const guard = (marts: Record<string, BuiltMart>, name: string, more: Partial<BuiltMart>) => {
  const mart = marts[name]
  assert.ok(mart)
  return { [name]: { ...mart, ...more } }
}

let shop: QuestionShop
before(async () => {
  shop = await publishQuestionShop({
    rowRules: { territory_id: 'territory' },
    change: marts => ({
      ...marts,
      ...guard(marts, 'agg_stock_coverage', { access: 'purchasing', rowRules: { category: 'category' } }),
      ...guard(marts, 'dim_product', { rowRules: { category: 'category' } }),
      ...guard(marts, 'dim_territory', { access: 'sales' }),
      ...guard(marts, 'fct_return', { access: 'returns' }),
    }),
  })
  await shop.store.query(
    `with feature as (
       insert into forecast.feature (product_id, origin, category, values, history_from, quantity, out_of_stock)
       values ('3', '2017-06-29', 'Bikes', '{}', '2017-05-01', array_fill(77, array[59]), array_fill(false, array[59])) returning product_id
     )
     insert into forecast.past (product_id, date, origin, mean, p10, p90, basis)
     select '3', date '2017-05-01' + d - 1, date '2017-05-01' + d - 2, 5, 3, 7, 'served' from generate_series(1, 59) as d`,
  )
})
after(async () => {
  await shop.stop()
})

async function write(report: string, caller: Identity, more: object = {}): Promise<WrittenReport> {
  const resources = { store: shop.store, llm: llmOf(readSettings({})) }
  const { status, body } = await (await startFunction(writeReport, { resources, caller })).call({
    report,
    ...more,
  })
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as WrittenReport
}
const withRoles = (roles: string[], category: string[] = ['Bikes', 'Clothing']): Identity => ({
  isOperator: false,
  roles,
  claims: { territory: ['1', '8'], category },
})
const textsOf = ({ sections }: WrittenReport) =>
  sections.flatMap(({ sentences }) => sentences).map(({ text }) => text)

test('who may not read the coverage of stock has another report than who may, in either order', async () => {
  for (const [language, order] of [
    ['en', [['purchasing'], []]],
    ['de', [[], ['purchasing']]],
  ] as const)
    for (const roles of order) {
      const { facts } = await write('inventory-status', withRoles([...roles]), { language })
      const isSeen = facts.some(({ metric }) => metric.startsWith('products_'))
      assert.equal(isSeen, roles.length > 0, `${language} ${roles}`)
    }
  const [bikes, clothing] = [
    await write('inventory-status', withRoles(['purchasing'], ['Bikes'])),
    await write('inventory-status', withRoles(['purchasing'], ['Clothing'])),
  ]
  assert.notEqual(bikes.id, clothing.id)
})

test('a mart that needs a role is left out, and the rest of the report is written', async () => {
  for (const report of ['sales-overview', 'client-segments', 'forecast-review', 'inventory-status']) {
    const { facts } = await write(report, withRoles([]))
    assert.ok(report === 'forecast-review' || facts.length > 0, report)
    assert.ok(facts.every(({ source }) => source.mart !== 'fct_return'))
  }
})

test('a product that the caller may not see is named by no finding', async () => {
  const seen = await write('sales-overview', withRoles(['sales']))
  for (const { entity } of seen.facts)
    for (const { dimension, value } of entity)
      assert.ok(dimension !== 'category' || ['Bikes', 'Clothing'].includes(value), value)
  assert.doesNotMatch(textsOf(seen).join('\n'), /Helmet|Accessories|Tire Tube|Frame/)
})

test('who sees the sales of one territory is not told what all of them have sold of a product', async () => {
  const { facts, narrative } = await write('forecast-review', withRoles(['sales']))
  assert.match(narrative, /^There are no data of this\./)
  assert.deepEqual(
    facts.filter(({ metric }) => metric === 'units_sold_in_stock'),
    [],
  )
  const all = await write('forecast-review', { isOperator: true, roles: [], claims: {} })
  assert.ok(all.facts.some(({ metric }) => metric === 'units_sold_in_stock'))
})
