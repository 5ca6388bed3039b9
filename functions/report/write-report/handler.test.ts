import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readSettings, type Settings } from '../../../shared/config/index.ts'
import type { Identity } from '../../../shared/contract/index.ts'
import { llmOf } from '../../../shared/llm/index.ts'
import { type Fact, LANGUAGES, type Language } from '../../../shared/reports/facts.ts'
import { formatDay } from '../../../shared/reports/intl.ts'
import { KIND_NAMES } from '../../../shared/reports/kinds/index.ts'
import { formatPeriod } from '../../../shared/reports/narrative/formats.ts'
import type { WrittenReport } from '../../../shared/reports/render/written.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { startLyingModel } from '../../../tests/support/lying-model.ts'
import { publishQuestionShop, type QuestionShop } from '../../../tests/support/question-shop.ts'
import readMart from '../read-mart/handler.ts'
import writeReport from './handler.ts'

let shop: QuestionShop
before(async () => {
  shop = await publishQuestionShop({ rowRules: { territory_id: 'territory' } })
  await shop.store.query(FORECASTS)
})
after(async () => {
  await shop.stop()
})

/** Of two products and a month: what was sold of the first is what had been forecast, of the second three times as much. */
const FORECASTS = `with feature as (
    insert into forecast.feature (product_id, origin, category, values, history_from, quantity, out_of_stock)
    select p::text, '2017-06-29', 'Accessories', '{}', '2017-05-01', array(select 4 + d % 3 + p * 10 from generate_series(1, 59) as d),
      array(select d = 9 from generate_series(1, 59) as d)
    from generate_series(0, 1) as p returning product_id
  )
  insert into forecast.past (product_id, date, origin, mean, p10, p90, basis)
  select p::text, date '2017-05-01' + d - 1, date '2017-05-01' + d - 2, 5, 3, 7, 'served'
  from generate_series(0, 1) as p, generate_series(1, 59) as d`

const start = (settings: Partial<Settings> = {}, caller?: Identity) =>
  startFunction(writeReport, {
    resources: { store: shop.store, llm: llmOf({ ...readSettings({}), ...settings }) },
    settings,
    ...(caller && { caller }),
  })
const write = async (input: object, settings: Partial<Settings> = {}, caller?: Identity) => {
  const { status, body } = await (await start(settings, caller)).call(input)
  assert.equal(status, 200, JSON.stringify(body))
  return body as unknown as WrittenReport
}
const ofTerritory = (...territory: string[]): Identity => ({
  isOperator: false,
  roles: [],
  claims: { territory },
})

/** What is left of a sentence without the numbers, names and dates of its facts. */
function withoutFacts(
  sentence: WrittenReport['sections'][number]['sentences'][number],
  facts: Fact[],
  language: Language,
): string {
  const own = facts.filter(({ id }) => sentence.facts.includes(id))
  const periods = own.flatMap(({ period, base }) => [period, ...(base ? [base.period] : [])])
  const said = [
    ...sentence.numbers.map(({ text }) => text),
    ...own.flatMap(({ entity }) => entity.map(({ value }) => value)),
    ...periods.flatMap(period => [
      formatPeriod(period, language),
      formatPeriod(period, language, 'end'),
      formatDay(period.to, language),
    ]),
  ]
  return said
    .sort((a, b) => b.length - a.length)
    .reduce((text, piece) => text.replaceAll(piece, ' '), sentence.text)
}

test('each kind in each language: every number of a sentence is that of a fact', async () => {
  for (const report of KIND_NAMES)
    for (const language of LANGUAGES) {
      const { sections, facts, narrative, charts } = await write({ report, language })
      const sentences = sections.flatMap(section => section.sentences)
      assert.ok(sentences.length > 1, `${report} ${language}: ${narrative}`)
      for (const sentence of sentences.filter(({ facts }) => facts.length > 0))
        assert.doesNotMatch(withoutFacts(sentence, facts, language), /\d/, sentence.text)
      const ids = new Set(facts.map(({ id }) => id))
      assert.equal(ids.size, facts.length)
      for (const { points } of charts) for (const { fact } of points) assert.ok(ids.has(fact), fact)
    }
})

test('numbers are those of the marts, and what is missing is said', async () => {
  const { sections, facts, period, asOf } = await write({ report: 'sales-overview' })
  assert.deepEqual(period, { from: '2017-05-01', to: '2017-05-31', isWhole: true })
  assert.equal(asOf.position, '0001-0000000000003000-00000000')
  const [row] = await shop.store.query<{ amount: string; before: string }>(
    `select sum(amount) filter (where sale_date >= '2017-05-01') as amount, sum(amount) filter (where sale_date < '2017-05-01') as before
     from mart.fct_sale where sale_date between '2017-04-01' and '2017-05-31'`,
  )
  const revenue = facts.filter(({ metric, entity }) => metric === 'revenue' && entity.length === 0)
  const numberOf = (kind: string, from: string) =>
    revenue.find(fact => fact.kind === kind && fact.period.from === from)?.value
  assert.equal(numberOf('value', '2017-05-01'), row?.amount)
  assert.equal(numberOf('value', '2017-04-01'), row?.before)
  assert.equal(Number(numberOf('difference', '2017-05-01')), Number(row?.amount) - Number(row?.before))
  assert.deepEqual(
    sections.map(({ name }) => name),
    ['numbers', 'findings'],
  )
  const effects = revenue
    .filter(({ driver }) => driver !== null)
    .reduce((sum, { value }) => sum + Number(value), 0)
  assert.equal(effects.toFixed(4), (Number(row?.amount) - Number(row?.before)).toFixed(4))
  const mart = await startFunction(readMart, { resources: { store: shop.store } })
  const behind = facts.filter(
    ({ kind, metric, source }) => kind === 'value' && metric === 'revenue' && source.rows,
  )
  assert.ok(behind.length > 2)
  for (const { value, period, source } of behind.filter(({ period }) => period.from > '2017-01')) {
    const { body } = await mart.call({ ...source.rows, limit: 1000 })
    const sum = (body.rows as { amount: string }[]).reduce((all, { amount }) => all + Number(amount), 0)
    assert.equal(sum.toFixed(4), value, period.from)
  }
  const partial = await write({ report: 'sales-overview', from: '2017-06-01', to: '2017-06-30' })
  assert.match(partial.narrative, /not whole: there are data up to 28 June 2017/)
})

test('what was sold beyond its forecast is named, and days without stock do not count', async () => {
  const { narrative, facts } = await write({ report: 'forecast-review' })
  assert.match(
    narrative,
    /^Units sold on days in stock in May 2017: 602, 100.7% more than forecast\. Of all days of products 50% were within/,
  )
  assert.match(narrative, /Sport-100 Helmet, Black sold 451, 301 more than forecast\./)
  assert.doesNotMatch(narrative, /Helmet, Red sold/)
  assert.ok(
    facts.some(
      ({ kind, base, direction }) => kind === 'difference' && base?.kind === 'forecast' && direction === 'up',
    ),
  )
})

test('a hundred reports are the same bytes again, after a restart and with a language model', async () => {
  const asked = Array.from({ length: 100 }, (_, i) => {
    const month = `2016-${String(1 + (i % 12)).padStart(2, '0')}`
    const filters = i % 5 === 0 ? { category: ['Bikes'] } : {}
    const report = ['sales-overview', 'inventory-status', 'client-segments'][i % 3]
    const period = report === 'sales-overview' ? { from: `${month}-01`, to: `${month}-28` } : {}
    return { report, language: LANGUAGES[i % 4], filters, ...period }
  })
  const first = await start()
  const before: string[] = []
  for (const input of asked) before.push(JSON.stringify((await first.call(input)).body))
  const model = await startLyingModel(() => text => text.replaceAll(/\d/g, '9'))
  try {
    const again = await start(readSettings({ LLM_URL: model.url }))
    for (const [i, input] of asked.entries())
      assert.equal(JSON.stringify((await again.call(input)).body), before[i])
  } finally {
    await model.close()
  }
})

test('a model rewrites what it may; what it adds or changes is not taken, and what it wrote stays', async () => {
  const speak = (text: string) =>
    text.startsWith('Revenue in')
      ? text.replace(/^Revenue in (\w+ \d+): ([^,]+),/, 'In $1 revenue was $2,')
      : text.replace(/\d/, digit => String((Number(digit) + 1) % 10))
  const model = await startLyingModel(() => speak)
  const input = { report: 'sales-overview', from: '2017-02-01', to: '2017-02-28' }
  let written: WrittenReport
  try {
    written = await write(input, readSettings({ LLM_URL: model.url }))
  } finally {
    await model.close()
  }
  const sentences = written.sections.flatMap(section => section.sentences)
  const rewritten = sentences.filter(({ by }) => by === 'model')
  assert.deepEqual(
    rewritten.map(({ text }) => text.slice(0, 29)),
    ['In February 2017 revenue was '],
  )
  assert.ok((rewritten[0]?.numbers.length ?? 0) > 0)
  assert.equal(written.problem, null)
  assert.deepEqual(await write(input), written)
  const away = readSettings({ LLM_URL: model.url, LLM_TIMEOUT_MS: '2000' })
  const { problem, narrative } = await write(
    { report: 'sales-overview', from: '2017-03-01', to: '2017-03-31' },
    away,
  )
  assert.match(narrative, /^Revenue in March 2017/)
  assert.notEqual(problem, null)
})

test('a report has only rows that its reader may see, and is given by its id to whoever sees the same', async () => {
  const whole = await write({ report: 'sales-overview' })
  const german = await write({ report: 'sales-overview' }, {}, ofTerritory('8'))
  assert.notEqual(german.id, whole.id)
  const regions = ({ facts }: WrittenReport) =>
    new Set(
      facts.flatMap(({ entity }) =>
        entity.filter(({ dimension }) => dimension === 'region').map(({ value }) => value),
      ),
    )
  assert.ok(regions(whole).size > 2)
  assert.deepEqual([...regions(german)], ['Germany'])
  assert.deepEqual(await write({ report: 'sales-overview' }, {}, ofTerritory('8')), german)
  assert.deepEqual(await write({ id: german.id }, {}, ofTerritory('8')), german)
  assert.deepEqual(await write({ id: german.id }), german)
  for (const caller of [ofTerritory('9'), ofTerritory()]) {
    const { status, body } = await (await start({}, caller)).call({ id: whole.id })
    assert.equal(status, 404, JSON.stringify(body))
  }
  const none = await write({ report: 'sales-overview' }, {}, ofTerritory())
  assert.equal(none.facts.filter(({ unit }) => unit === 'currency').length, 0)
  const health = await (await start({}, ofTerritory('8'))).call({ report: 'data-health' })
  assert.deepEqual([health.status, health.body.reason], [403, 'forbidden'])
})

test('marts that are published while it is written are in it whole, or not at all', async () => {
  let isPublished = false
  const query = (async (sql: string, values?: unknown[]) => {
    // The first that reads a mart, after those that look up which there are.
    const isFirst = !isPublished && /from mart_\d+\./.test(sql)
    if (isFirst) isPublished = true
    if (isFirst) await shop.store.query("update ops.mart set built_at = built_at + interval '1 second'")
    return await shop.store.query(sql, values)
  }) as QuestionShop['store']['query']
  const host = await startFunction(writeReport, { resources: { store: { ...shop.store, query } } })
  const { body } = await host.call({ report: 'sales-overview', from: '2016-11-01', to: '2016-11-30' })
  const builds = new Set((body as unknown as WrittenReport).facts.map(({ source }) => source.builtAt))
  assert.equal(builds.size, 1)
  const [row] = await shop.store.query<{ built_at: Date }>(
    "select built_at from ops.mart where mart = 'fct_sale'",
  )
  assert.deepEqual([...builds], [row?.built_at.toISOString()])
  assert.ok(isPublished)
})

test('a report is had as a page, a PDF and Markdown, each the same bytes again', async () => {
  const { host } = await start()
  const asked = { report: 'inventory-status', language: 'de' }
  for (const [format, type, begin] of [
    ['html', 'text/html; charset=utf-8', '<!doctype html>\n<html lang="de"'],
    ['pdf', 'application/pdf', '%PDF-1.'],
    ['markdown', 'text/markdown; charset=utf-8', '# Stand des Lagers'],
  ] as const) {
    const query = new URLSearchParams({ ...asked, format }).toString()
    const get = () => host.dispatch({ method: 'GET', path: '/', query, headers: {}, body: Buffer.alloc(0) })
    const [first, again] = [await get(), await get()]
    assert.equal(first.status, 200)
    assert.equal(first.headers['content-type'], type)
    assert.equal(Buffer.from(first.body).subarray(0, begin.length).toString('latin1'), begin)
    assert.deepEqual(first.body, again.body)
  }
})

test('bad input is refused with its field', async () => {
  const host = await start()
  const cases: [object, number, string][] = [
    [{}, 400, 'report'],
    [{ report: 'poetry' }, 400, 'report'],
    [{ report: 'sales-overview', id: '0'.repeat(32) }, 400, 'report'],
    [{ id: 'x' }, 400, 'id'],
    [{ id: '0'.repeat(32) }, 404, 'id'],
    [{ report: 'sales-overview', from: '2017-13-01' }, 400, 'from'],
    [{ report: 'sales-overview', from: '2017-05-02', to: '2017-05-01' }, 400, 'from'],
    [{ report: 'sales-overview', from: '2031-01-01' }, 400, 'from'],
    [{ report: 'sales-overview', to: '2001-01-01' }, 400, 'to'],
    [{ report: 'sales-overview', language: 'ru' }, 400, 'language'],
    [{ report: 'sales-overview', filters: { weather: ['rain'] } }, 400, 'filters.weather'],
    [{ report: 'sales-overview', filters: { category: [] } }, 400, 'filters.category'],
    [{ report: 'sales-overview', filters: { category: ['a\0b'] } }, 400, 'filters.category.0'],
  ]
  for (const [input, status, field] of cases) {
    const { status: got, body } = await host.call(input)
    assert.equal(got, status, `${JSON.stringify(input)} ${JSON.stringify(body)}`)
    const fields = (body.errors as { field: string }[] | undefined)?.map(each => each.field) ?? [body.field]
    assert.deepEqual(fields, [field], `${JSON.stringify(input)} ${JSON.stringify(body)}`)
  }
  const nothing = await write({ report: 'sales-overview', filters: { category: ['No such thing'] } })
  assert.ok(nothing.sections.length > 0)
})
