import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  assertSound,
  backtest,
  dateAt,
  home,
  makeShop,
  type Row,
  write,
  writeParquet,
} from '../../tests/support/propositions-door.ts'
import { runProgram } from '../../tests/support/run.ts'

test('odd sales have lists all the same, of numbers, and no longer than there are products', async () => {
  const shop = makeShop({ clients: 20 })
  const busy = Array.from({ length: 10_000 }, (_, at) => ({
    client_id: 'busy',
    product_id: `p${(at * 7919) % 4000}`,
    date: dateAt(at % 200),
  }))
  const odd: Record<string, Row[]> = {
    'one client': makeShop({ clients: 1 }),
    'one product': shop.map(row => ({ ...row, product_id: 'only' })),
    'two of each': shop.map((row, at) => ({
      ...row,
      client_id: `c${at % 2}`,
      product_id: `p${at % 3 ? 0 : 1}`,
    })),
    'a client with 10,000 purchases': [...shop, ...busy],
    'long ago': shop.map(row => ({ ...row, date: row.date.replace('2025', '1902') })),
    'a year of nothing': [...shop, { ...(shop[0] as Row), date: '2027-01-01' }],
    'everybody buys the same': shop.map((row, at) => ({ ...row, product_id: `p${at % 3}` })),
    'new products only': shop.map(row => ({ ...row, product_id: `${row.product_id} ${row.date}` })),
  }
  for (const [name, rows] of Object.entries(odd))
    for (const split of ['days:30', 'last-basket']) {
      const { lists, stderr, report } = await backtest(write('odd', rows), {
        split,
        models: 'served,popularity,item_cosine,als,ease,personal',
      })
      assert.equal(stderr, '', name)
      assertSound(lists, `${name}, ${split}`)
      assert.doesNotMatch(JSON.stringify(report), /NaN|Infinity/)
    }
})

test('a million rows of one client are one client', async () => {
  const file = await writeParquet(
    'million',
    `select 'one' as client_id, 'p' || (range * 7919) % 5000 as product_id, date '2025-01-06' + cast(range % 180 as integer) as date
     from range(1000000)`,
  )
  for (const split of ['days:30', 'last-basket']) {
    const { lists, stderr } = await backtest(file, { split })
    assert.equal(stderr, '')
    assert.ok(assertSound(lists).size <= 1)
  }
})

test('in a file whose orders are all that was bought they are purchases', async () => {
  const rows = makeShop({ clients: 6 })
  const plain = await backtest(write('plain', rows))
  const orders = await backtest(
    write(
      'orders',
      rows.map(row => ({ ...row, kind: 'order' })),
    ),
  )
  assert.equal(orders.code, 0, orders.stderr)
  assert.equal(orders.bytes, plain.bytes)
})

test('what is wrong is said in one line that names where, and nothing is written', async () => {
  const rows = makeShop({ clients: 3 })
  const [first, ...others] = rows as [Row, ...Row[]]
  const nothing = join(home, 'nothing.csv')
  writeFileSync(nothing, '')
  const noParquet = join(home, 'no.parquet')
  writeFileSync(noParquet, 'client_id')
  const good = write('good', rows)
  const oneDay = rows.map(row => ({ ...row, date: dateAt(3) }))
  const wrong: [RegExp, string, { [option: string]: string }?][] = [
    [/there is no file .*nowhere.csv/, join(home, 'nowhere.csv')],
    [/column client_id is missing; there are: none/, nothing],
    [/no.parquet cannot be read as Parquet/, noParquet],
    [/there are no rows/, write('empty', [])],
    [
      /column product_id is missing; there are: client_id, date/,
      write(
        'columns',
        rows.map(({ client_id, date }) => ({ client_id, date })),
      ),
    ],
    [
      /row 1: client_id is missing; 1 other row/,
      write('missing', [{ ...first, client_id: '' }, { ...first, client_id: '' }, ...others]),
    ],
    [/row 2: product_id is missing/, write('product', [first, { ...first, product_id: '' }])],
    [
      /row 1: date is not as 2026-01-31 \(5.6.2025\)/,
      write('date', [{ ...first, date: '5.6.2025' }, ...others]),
    ],
    [
      /row 1: date is no day of the calendar \(2025-02-30\)/,
      write('day', [{ ...first, date: '2025-02-30' }, ...others]),
    ],
    [/row 1: quantity is not a number \(many\)/, write('quantity', [{ ...first, quantity: 'many' }])],
    [
      /nothing is bought in it/,
      write(
        'views',
        rows.map(row => ({ ...row, kind: 'view' })),
      ),
    ],
    [
      /all that is bought in it was sent back/,
      write('back', [
        { ...first, quantity: 1 },
        { ...first, quantity: -1 },
      ]),
    ],
    [
      /split days:30 leaves nothing to learn from: purchases go from 2025-01-09 to 2025-01-09/,
      write('one-day', oneDay),
    ],
    [/nobody bought on two days/, write('one-day', oneDay), { split: 'last-basket' }],
    [/split days:9999 leaves nothing to learn from/, good, { split: 'days:9999' }],
    [/split days:0 is neither last-basket nor days:N/, good, { split: 'days:0' }],
    [/split weeks is neither last-basket nor days:N/, good, { split: 'weeks' }],
    [/there is no model best; there are: served, popularity/, good, { models: 'best' }],
    [
      /column product_id is missing; there are: client_id/,
      good,
      { products: write('no-ids', [{ client_id: 1 }]) },
    ],
    [
      /row 1: price is not a number \(dear\)/,
      good,
      { products: write('dear', [{ product_id: 'a1', price: 'dear' }]) },
    ],
  ]
  for (const [message, file, options] of wrong) {
    const { code, stderr, out } = await backtest(file, options)
    assert.equal(code, 1, String(message))
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
    assert.ok(out && !existsSync(join(out, 'lists.parquet')))
  }
})

test('without its options it says how it is called', async () => {
  for (const args of [['propositions'], ['propositions', '--split', 'days:30'], ['lists'], []]) {
    const { code, stderr } = await runProgram(['stacks/backtest/main.ts', ...args], {}, 60_000)
    assert.equal(code, 1)
    assert.match(stderr, /usage: npm run backtest -- /)
  }
})
