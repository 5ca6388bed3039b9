import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readSettings } from '../../../shared/config/index.ts'
import { llmOf } from '../../../shared/llm/index.ts'
import { type Fact, LANGUAGES, type Language } from '../../../shared/reports/facts.ts'
import type { WrittenReport } from '../../../shared/reports/render/written.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { BOLD, LAST_COUNT, makeHostile, SWITCHER, TWIN } from '../../../tests/support/hostile-shop.ts'
import { publishQuestionShop, type QuestionShop } from '../../../tests/support/question-shop.ts'
import writeReport from './handler.ts'

let shop: QuestionShop
before(async () => {
  shop = await publishQuestionShop({ change: makeHostile })
})
after(async () => {
  await shop.stop()
})

async function call(input: object) {
  const host = await startFunction(writeReport, {
    resources: { store: shop.store, llm: llmOf(readSettings({})) },
  })
  return await host.call(input)
}
async function write(input: object): Promise<WrittenReport> {
  const { status, body } = await call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as WrittenReport
}

const SUMS: Record<string, string> = {
  revenue: 'sum(m.amount)',
  units_sold: 'sum(m.quantity)',
  orders: 'count(distinct m.order_id)',
  buyers: 'count(distinct m.client_id)',
  revenue_per_order: 'sum(m.amount) / nullif(count(distinct m.order_id), 0)',
}
const COLUMNS: Record<string, string> = {
  product: 'p.name',
  category: 'p.category',
  region: 't.region',
  client: 'm.client_id',
}

/** A metric of sales, by SQL of its own. */
const known = new Map<string, Promise<number | null>>()
function sumOf(fact: Fact, period: { from: string; to: string }): Promise<number | null> {
  const key = JSON.stringify([fact.metric, fact.entity, fact.currency, period.from, period.to])
  const value = known.get(key) ?? readSum(fact, period)
  known.set(key, value)
  return value
}
async function readSum(fact: Fact, { from, to }: { from: string; to: string }): Promise<number | null> {
  const values: unknown[] = [from, to]
  const isOf = (sql: string, value: unknown) => `${sql} = $${values.push(value)}`
  const where = [
    ...fact.entity.map(({ dimension, value }) => isOf(COLUMNS[dimension] ?? '', value)),
    ...(fact.currency === null ? [] : [isOf('m.currency', fact.currency)]),
  ]
  const [row] = await shop.store.query<{ value: string | null }>(
    `select ${SUMS[fact.metric]} as value from mart.fct_sale as m left join mart.dim_product as p using (product_key)
     left join mart.dim_territory as t using (territory_id)
     where ${['m.sale_date between $1 and $2', ...where].join(' and ')}`,
    values,
  )
  return row?.value === null || row === undefined ? null : Number(row.value)
}

/** What a fact has to be, and null of what this says nothing of. */
async function expect(fact: Fact): Promise<number | null> {
  const now = await sumOf(fact, fact.period)
  if (fact.kind === 'value') return now
  if (fact.kind === 'share') {
    const all = await sumOf({ ...fact, entity: [] }, fact.period)
    return (now ?? 0) / (all ?? 0)
  }
  if (!fact.base || ['price', 'volume', 'mix'].includes(fact.driver ?? '')) return null
  const before = (await sumOf(fact, fact.base.period)) ?? 0
  return fact.kind === 'difference' ? (now ?? 0) - before : ((now ?? 0) - before) / before
}

const PERIODS = [
  { from: '2017-05-01', to: '2017-05-31' },
  { from: '2017-06-01', to: '2017-06-30' },
  { from: '2016-02-29', to: '2016-02-29' },
  { from: '2016-12-28', to: '2017-01-03' },
  { from: '2010-01-01', to: '2019-12-31' },
  { from: '2017-05-15', to: '2017-05-21' },
  { from: '2017-03-01', to: '2017-03-20' },
]

const sentencesOf = ({ sections }: WrittenReport) => sections.flatMap(({ sentences }) => sentences)
const say = async (input: object) => sentencesOf(await write(input)).map(({ text }) => text)

test('each number of sales is what SQL of its own says, and no two facts have one id', async () => {
  for (const period of PERIODS) {
    const { facts } = await write({ report: 'sales-overview', ...period })
    assert.equal(new Set(facts.map(({ id }) => id)).size, facts.length)
    const own = facts.filter(({ metric }) => SUMS[metric])
    assert.ok(own.length > 3)
    for (const fact of own) {
      const wanted = await expect(fact)
      if (wanted === null) continue
      const off = Math.abs(Number(fact.value) - wanted)
      assert.ok(off <= Math.max(0.0001, Math.abs(wanted) * 1e-6), `${fact.id}: ${fact.value}, not ${wanted}`)
    }
    for (const [currency, parts] of Map.groupBy(
      own.filter(({ driver }) => ['price', 'volume', 'mix'].includes(driver ?? '') && driver !== null),
      fact => fact.currency,
    )) {
      const effects = parts.filter(({ entity }) => entity.length === 0)
      const change = own.find(
        one =>
          one.kind === 'difference' &&
          one.metric === 'revenue' &&
          one.entity.length === 0 &&
          one.driver === null &&
          one.base?.kind === 'previous' &&
          one.currency === currency,
      )
      const sum = effects.reduce((all, { value }) => all + Number(value), 0)
      assert.ok(Math.abs(sum - Number(change?.value)) < 1, `${currency}: ${sum}, not ${change?.value}`)
    }
  }
})

const MORE: Record<Language, RegExp> = {
  en: /\bmore than\b/,
  de: /\bmehr als\b/,
  fr: /\bde plus\b/,
  es: /\bmás que\b/,
}
const LESS: Record<Language, RegExp> = {
  en: /\bless than\b/,
  de: /\bweniger als\b/,
  fr: /\bde moins\b/,
  es: /\bmenos que\b/,
}

test('nothing is more that is less, and nothing is more by nothing', async () => {
  for (const language of LANGUAGES)
    for (const period of PERIODS) {
      const { facts, sections } = await write({ report: 'sales-overview', language, ...period })
      const byId = new Map(facts.map(fact => [fact.id, fact]))
      for (const { text, facts: ids } of sections.flatMap(section => section.sentences)) {
        const directions = ids.map(id => byId.get(id)?.direction).filter(each => each)
        if (directions.length === 0) continue
        assert.ok(!MORE[language].test(text) || directions.includes('up'), text)
        assert.ok(!LESS[language].test(text) || directions.includes('down'), text)
        assert.doesNotMatch(
          text,
          /(?<![\d.,])0(?:[.,]0+)?\s?(?:%|€) (?:more|less|mehr|weniger|de plus|de moins|más|menos)/,
          text,
        )
      }
    }
})

test('what was bought in another currency, or in another year, is not for the first time, and not lost', async () => {
  const said = await say({ report: 'sales-overview' })
  assert.deepEqual(
    said.filter(text => /first time/.test(text)),
    [],
  )
  assert.deepEqual(
    said.filter(text => text.includes(SWITCHER) && /bought nothing/.test(text)),
    [],
  )
  assert.ok(
    said.some(text => text.startsWith('Client gone bought nothing; in April 2017 it was $990.')),
    said.join('\n'),
  )
  assert.ok(said.some(text => text.startsWith(`The price of ${BOLD} is 50% higher than in April 2017`)))
})

test('shares are of everything, also of what has no category', async () => {
  const { facts } = await write({ report: 'sales-overview' })
  const shares = facts.filter(
    ({ kind, entity, currency }) =>
      kind === 'share' && currency === 'USD' && entity.some(({ dimension }) => dimension === 'region'),
  )
  const sum = shares.reduce((all, { value }) => all + Number(value), 0)
  assert.ok(shares.length > 0 && sum < 0.95, `${sum}`)
})

test('a stock is of the day on which it was counted', async () => {
  for (const [period, when] of [
    [{ from: '2017-05-01', to: '2017-05-31' }, 'on 20 May 2017'],
    [{ from: '2017-05-10', to: '2017-06-28' }, 'on 20 May 2017'],
    [{ from: '2017-04-01', to: '2017-04-30' }, 'at the end of April 2017'],
  ] as const) {
    const { facts, narrative } = await write({ report: 'inventory-status', ...period })
    assert.ok(narrative.startsWith(`Stock ${when}: `), narrative)
    for (const { metric, period: own } of facts.filter(({ metric }) => metric === 'stock'))
      assert.ok(own.to <= LAST_COUNT || own.to > '2017-06-01', `${metric} ${own.to}`)
  }
})

test('two products with one name are told apart, and what has no name is not named', async () => {
  const { facts, sections, narrative } = await write({ report: 'inventory-status' })
  assert.equal(new Set(facts.map(({ id }) => id)).size, facts.length)
  const byId = new Map(facts.map(fact => [fact.id, fact]))
  const stock = sections.find(({ name }) => name === 'stock')?.sentences ?? []
  for (const sentence of stock.filter(({ text }) => !text.includes('%')))
    for (const { text, fact } of sentence.numbers)
      assert.equal(
        Number(text.replaceAll(/[^\d.]/g, '')),
        Math.floor(Number(byId.get(fact)?.value)),
        sentence.text,
      )
  const twins = stock.filter(({ text }) => text.startsWith(TWIN))
  assert.equal(twins.length, 2)
  assert.doesNotMatch(narrative, /\bnull\b|Of {2}|^ /m)
  assert.doesNotMatch(narrative, /\b0 a day/)
})

test('how long a stock lasts is what its number says', async () => {
  const { narrative } = await write({ report: 'inventory-status' })
  assert.match(narrative, /products had stock for less than four weeks/)
})

test('one is one: no plural is said of it', async () => {
  const one = {
    report: 'sales-overview',
    from: '2016-02-29',
    to: '2016-02-29',
    filters: { product: ['Steady'] },
  }
  const wrong =
    /(?<![\d.,])1 (?:products|orders|days|values|changes|Produkte|Produkten|Bestellungen|Tagen|Werte|produits|commandes|jours|productos|pedidos|días)\b/
  for (const language of LANGUAGES) {
    for (const text of await say({ report: 'inventory-status', language })) assert.doesNotMatch(text, wrong)
    for (const text of await say({ ...one, language })) assert.doesNotMatch(text, wrong)
  }
})

test('notes are of what the report is about', async () => {
  const { facts, sections } = await write({
    report: 'sales-overview',
    filters: { category: ['Clothing'] },
    from: '2017-05-01',
    to: '2017-05-02',
  })
  const orders = facts.find(({ metric, kind }) => metric === 'orders' && kind === 'value')
  const notes = sections.find(({ name }) => name === 'notes')?.sentences.map(({ text }) => text) ?? []
  assert.ok(
    notes.includes(`There were ${orders?.value} orders only: percentages say little.`),
    notes.join('\n'),
  )
})

test('days before the first are said, of the period and of what it is compared with', async () => {
  assert.ok(
    (await say({ report: 'sales-overview', from: '2015-12-01', to: '2015-12-31' })).includes(
      'The period is not whole: there are data from 20 December 2015 on.',
    ),
  )
  const january = await say({ report: 'sales-overview', from: '2016-01-01', to: '2016-01-31' })
  assert.ok(
    january.includes('What it is compared with is not whole: there are data from 20 December 2015 on.'),
    january.join('\n'),
  )
})

test('a finding of everything is named, and each statement is one of its own', async () => {
  const { sections } = await write({ report: 'sales-overview', from: '2017-05-01', to: '2017-05-31' })
  const said = sections.find(({ name }) => name === 'findings')?.sentences ?? []
  assert.ok(said.length > 5)
  for (const { text } of said) assert.doesNotMatch(text, /^ /)
  assert.ok(
    said.some(({ text }) => text === 'Revenue in May 2017: £0.00, £360 less than in April 2017.'),
    said.map(({ text }) => text).join('\n'),
  )
  // Moved in dollars, and in euros.
  const ofSteady = said.filter(({ text }) => text.startsWith('Steady made'))
  for (const { facts } of ofSteady) assert.ok(facts.length <= 2, facts.join(' '))
})

test('what is not a number is in no sentence', async () => {
  await shop.store.query(
    "update mart.fct_sale set amount = 'NaN' where sale_date = '2016-02-10' and currency = 'GBP'",
  )
  await shop.store.query("update mart.agg_stock_coverage set stock_cost = 'NaN' where product_id = '3'")
  for (const report of ['sales-overview', 'inventory-status']) {
    const { narrative } = await write({
      report,
      from: report === 'sales-overview' ? '2016-02-01' : '2017-04-01',
      to: report === 'sales-overview' ? '2016-02-29' : '2017-04-29',
    })
    assert.doesNotMatch(narrative, /NaN|undefined/)
    assert.ok(narrative.length > 100)
  }
})

test('a period of any length is answered, or refused with its field', async () => {
  for (const [from, to] of [
    ['0001-01-01', '2017-05-31'],
    ['2017-01-01', '9999-12-31'],
    ['0001-01-01', '9999-12-31'],
    ['1000-01-01', '2017-05-31'],
  ]) {
    const { status, body } = await call({ report: 'sales-overview', from, to })
    assert.ok(status === 200 || status === 400, JSON.stringify(body))
    const stock = await call({ report: 'inventory-status', from, to })
    assert.ok(stock.status === 200 || stock.status === 400, JSON.stringify(stock.body))
  }
})
