import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { runProgram } from '../../tests/support/run.ts'
import { makeRandom } from '../demo/random.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-backtest-'))
after(() => rmSync(home, { recursive: true }))

type Day = {
  series_id: string
  date: string
  quantity: number | string
  [column: string]: number | string | boolean
}
type Forecast = {
  series_id: string
  origin: Date
  date: Date
  mean: number
  p10: number
  p50: number
  p90: number
  model: string
}

const START = Date.UTC(2025, 0, 6)
const dateAt = (day: number) => new Date(START + day * 86_400_000).toISOString().slice(0, 10)

/** Of Monday to Sunday. */
const WEEK = [1, 1, 1, 1.2, 1.5, 2, 0]

/** What is expected of a series on a day: levels from 1 to 10, more on Saturdays, and nothing on Sundays. */
const expected = (series: number, day: number) => (1 + (series % 10)) * (WEEK[day % 7] ?? 0)

/** Sales around what is expected. */
function makeShop({ series = 30, days = 200, seed = 1 } = {}): Day[] {
  const random = makeRandom(seed)
  return Array.from({ length: series }, (_, one) =>
    Array.from({ length: days }, (_, day) => ({
      series_id: `item ${String(one).padStart(3, '0')}`,
      date: dateAt(day),
      quantity: Math.floor(expected(one, day) * 2 * random() + random()),
    })),
  ).flat()
}

function writePanel(
  name: string,
  rows: Day[],
  columns = Object.keys(rows[0] ?? { series_id: 0, date: 0, quantity: 0 }),
): string {
  const file = join(home, `${name}.csv`)
  writeFileSync(
    file,
    [columns.join(), ...rows.map(row => columns.map(column => row[column] ?? '').join())].join('\n'),
  )
  return file
}

let runs = 0
async function backtest(panel: string, { origins = dateAt(172), horizon = '14' } = {}) {
  const out = join(home, `out-${runs++}`)
  const { code, stdout, stderr } = await runProgram(
    [
      'stacks/backtest/main.ts',
      'forecast',
      '--panel',
      panel,
      '--origins',
      origins,
      '--horizon',
      horizon,
      '--out',
      out,
    ],
    {},
    120_000,
  )
  if (code !== 0) return { code, stderr, out }
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
  const file = await asyncBufferFromFile(join(out, 'forecasts.parquet'))
  const forecasts = (await parquetReadObjects({ file })) as Forecast[]
  return { code, stdout, stderr, report, forecasts, out }
}

function assertSound(forecasts: Forecast[] | undefined): void {
  assert.ok(forecasts && forecasts.length > 0)
  for (const { mean, p10, p50, p90, ...row } of forecasts)
    assert.ok(
      mean >= 0 && p10 >= 0 && p10 <= p50 && p50 <= p90,
      JSON.stringify({ ...row, mean, p10, p50, p90 }),
    )
}

test('each series has a forecast for each origin and day, better than the last week again, and the report says so', async () => {
  const { report, forecasts, stdout } = await backtest(writePanel('shop', makeShop()), {
    origins: `${dateAt(158)},${dateAt(172)}`,
  })
  assertSound(forecasts)
  assert.equal(forecasts?.length, 30 * 2 * 14)
  const days = new Set(forecasts?.map(({ series_id, origin, date }) => `${series_id} ${origin} ${date}`))
  assert.equal(days.size, forecasts?.length)
  const sundays = forecasts?.filter(({ date }) => date.getUTCDay() === 0) ?? []
  assert.equal(sundays.length, 30 * 4)
  assert.ok(sundays.every(({ mean, p90 }) => mean === 0 && p90 === 0))
  const { served, naive_7 } = report.models
  assert.ok(
    served.rmsse < naive_7.rmsse && served.wapeOfSum < naive_7.wapeOfSum,
    JSON.stringify(report.models),
  )
  assert.ok(served.aboveP90 <= 0.12 && served.belowP10 <= 0.12, JSON.stringify(served))
  assert.equal(report.origins.length, 2)
  assert.match(stdout ?? '', /origin .* \(1 of 2\)\n[\s\S]*served/)
})

test('what happens from the origin on changes no forecast, and neither does running it again', async () => {
  const rows = makeShop()
  const random = makeRandom(9)
  const changed = rows.map(row =>
    row.date >= dateAt(172) ? { ...row, quantity: Math.floor(random() * 500) } : row,
  )
  const removed = rows.filter(row => row.date < dateAt(173))
  const { forecasts } = await backtest(writePanel('as-it-was', rows))
  for (const [name, others] of Object.entries({ changed, removed, again: rows }))
    assert.deepEqual((await backtest(writePanel(name, others))).forecasts, forecasts, name)
})

test('rows in any order, several of a day, returns and days without a row are what they mean', async () => {
  const rows = makeShop({ series: 12 })
  const spelled = rows
    .filter(({ quantity, date }) => quantity !== 0 || date === dateAt(0) || date === dateAt(199))
    .flatMap(row => [
      { ...row, quantity: Number(row.quantity) + 5 },
      { ...row, quantity: -3 },
      { ...row, quantity: -2 },
    ])
    .reverse()
  const { forecasts } = await backtest(writePanel('plain', rows))
  assert.deepEqual((await backtest(writePanel('spelled', spelled))).forecasts, forecasts)
})

test('a planned closed day is forecast as closed, and a promotion as one', async () => {
  const rows = makeShop().map(row => {
    const day = (Date.parse(row.date) - START) / 86_400_000
    const promo = day % 14 < 3
    return {
      ...row,
      quantity: Number(row.quantity) * (promo ? 3 : 1) * (day === 175 ? 0 : 1),
      promo,
      closed: day === 175 || day % 7 === 6,
    }
  })
  const { forecasts } = await backtest(writePanel('plans', rows))
  const on = (day: number) =>
    forecasts
      ?.filter(({ date }) => date.toISOString().slice(0, 10) === dateAt(day))
      .reduce((sum, { mean }) => sum + mean, 0) ?? 0
  assert.equal(on(175), 0)
  // Days 182 to 184 are promoted; 189 is the same weekday without.
  assert.ok(on(182) > 1.7 * on(189), `${on(182)} and ${on(189)}`)
})

test('where the stock ran out demand was higher than the sales: it is not taken for no demand', async () => {
  const random = makeRandom(4)
  let stock = 0
  const sold = makeShop({ series: 60, seed: 3 }).map((row, at) => {
    const level = expected(Math.floor(at / 200), 0)
    if (row.date === dateAt(0)) stock = level * 10
    if (stock < level * 2 && random() < 0.3) stock += level * 12
    const quantity = Math.min(Number(row.quantity), stock)
    stock -= quantity
    return { ...row, quantity, stock }
  })
  const days = Array.from({ length: 14 }, (_, at) => 172 + at)
  const wanted = days
    .flatMap(day => Array.from({ length: 60 }, (_, one) => expected(one, day)))
    .reduce((a, b) => a + b)
  const total = (forecasts: Forecast[] | undefined) =>
    forecasts?.reduce((sum, { mean }) => sum + mean, 0) ?? 0
  const aware = total((await backtest(writePanel('stock', sold))).forecasts)
  const unaware = total(
    (await backtest(writePanel('no-stock', sold, ['series_id', 'date', 'quantity']))).forecasts,
  )
  assert.ok(unaware < 0.9 * wanted, `${unaware} of ${wanted}`)
  assert.ok(Math.abs(aware / wanted - 1) < 0.05, `${aware} of ${wanted}`)
})

test('odd panels have forecasts without a number that is none, or negative', async () => {
  const shop = makeShop({ series: 5 })
  const odd: Record<string, Day[]> = {
    'one series': makeShop({ series: 1 }),
    'single sales': shop.map(row => ({ ...row, quantity: row.date === dateAt(40) ? 1 : 0 })),
    nothing: shop.map(row => ({ ...row, quantity: 0 })),
    'a gap of most of its days': shop.filter(({ date }) => date < dateAt(20) || date > dateAt(165)),
    'sold by weight': shop.map(row => ({ ...row, quantity: Number(row.quantity) * 0.137 })),
    'began yesterday': [...shop, { series_id: 'new', date: dateAt(171), quantity: 4 }],
    'begins tomorrow': [...shop, { series_id: 'later', date: dateAt(173), quantity: 4 }],
    'one day before': shop.filter(({ date }) => date >= dateAt(171)),
    large: shop.map(row => ({ ...row, quantity: Number(row.quantity) * 1e7 })),
  }
  for (const [name, rows] of Object.entries(odd)) {
    const { forecasts, stderr } = await backtest(writePanel(name, rows))
    assert.equal(stderr, '', name)
    assertSound(forecasts)
  }
})

test('what is wrong with a panel is said in one line that names where, and nothing is written', async () => {
  const rows = makeShop({ series: 2, days: 180 })
  const [first, ...others] = rows as [Day, ...Day[]]
  const wrong: [RegExp, string, object?][] = [
    [/there is no file .*nowhere.csv/, join(home, 'nowhere.csv')],
    [
      /column quantity is missing; there are: series_id, date/,
      writePanel('columns', rows, ['series_id', 'date']),
    ],
    [/row 2: quantity is missing/, writePanel('missing', [first, { ...first, quantity: '' }, ...others])],
    [
      /row 1: quantity is not a number \(many\); 1 other row/,
      writePanel('text', [{ ...first, quantity: 'many' }, { ...first, quantity: 'few' }, ...others]),
    ],
    [
      /row 1: price is negative \(-2/,
      writePanel('price', [{ ...first, price: -2 }, ...others], ['series_id', 'date', 'quantity', 'price']),
    ],
    [
      /row 1: date is not as 2026-01-31 \(5.6.2025\)/,
      writePanel('date', [{ ...first, date: '5.6.2025' }, ...others]),
    ],
    [
      /row 1: date is no day of the calendar \(2025-02-30\)/,
      writePanel('day', [{ ...first, date: '2025-02-30' }, ...others]),
    ],
    [
      /date goes from 0025-01-06 .* typing error/,
      writePanel('year', [{ ...first, date: '0025-01-06' }, ...others]),
    ],
    [
      /row 1: closed is neither true nor false \(perhaps\)/,
      writePanel(
        'closed',
        [{ ...first, closed: 'perhaps' }, ...others],
        ['series_id', 'date', 'quantity', 'closed'],
      ),
    ],
    [/there are no rows/, writePanel('empty', [])],
    [
      /origin 2031-01-01 is outside the panel, which goes from 2025-01-06 to/,
      writePanel('good', rows),
      { origins: '2031-01-01' },
    ],
    [/--origins: 2025-02-30 is not a day/, writePanel('good', rows), { origins: '2025-02-30' }],
    [/horizon 0 is not between 1 and 366/, writePanel('good', rows), { horizon: '0' }],
  ]
  for (const [message, file, options] of wrong) {
    const { code, stderr, out } = await backtest(file, options)
    assert.equal(code, 1, String(message))
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
    assert.ok(!existsSync(join(out, 'forecasts.parquet')))
  }
})
