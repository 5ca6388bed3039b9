import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSound,
  backtest,
  client,
  dateAt,
  makeShop,
  write,
  writeParquet,
} from '../../tests/support/propositions-door.ts'
import { makeRandom } from '../demo/random.ts'

test('each client has a list of what they have not bought yet, better than popularity, and the report says so', async () => {
  const rows = makeShop()
  const { report, lists, stdout } = await backtest(write('shop', rows), {
    models: 'served,popularity,als,item_bm25',
  })
  const found = assertSound(lists)
  const known = rows.filter(({ date }) => date < dateAt(170))
  assert.deepEqual([...found.keys()].sort(), [...new Set(known.map(row => row.client_id))].sort())
  const had = new Set(known.map(row => `${row.client_id} ${row.product_id}`))
  for (const { client_id, product_id } of lists) assert.ok(!had.has(`${client_id} ${product_id}`))
  assert.equal(report.products, new Set(known.map(row => row.product_id)).size)
  const { served, popularity, als } = report.models
  assert.ok(served['recall@20'] > popularity['recall@20'], JSON.stringify(report.models))
  assert.ok(als['recall@20'] > 0 && served.coverage > popularity.coverage)
  assert.ok(report.slices.oneBasket && report.slices.newProducts && report.slices.newClients)
  assert.deepEqual(Object.keys(report.models), ['served', 'popularity', 'item_bm25', 'als'])
  assert.match(stdout ?? '', /served \(1 of 4\)\n[\s\S]*recall@20/)
})

test('the last basket of each client is foretold from what they and others bought, what they had before too', async () => {
  const rows = makeShop()
  const { report, lists } = await backtest(write('baskets', rows), { split: 'last-basket' })
  const found = assertSound(lists)
  assert.equal(found.size, report.clients)
  const last = new Map<string, string>()
  for (const { client_id, date } of rows) if (date > (last.get(client_id) ?? '')) last.set(client_id, date)
  const known = rows.filter(({ client_id, date }) => date < (last.get(client_id) ?? ''))
  assert.equal(report.products, new Set(known.map(row => row.product_id)).size)
  const had = new Set(known.map(row => `${row.client_id} ${row.product_id}`))
  assert.ok(lists.some(({ client_id, product_id }) => had.has(`${client_id} ${product_id}`)))
  assert.ok(report.models.served['recall@20'] > report.models.popularity['recall@20'])
})

test('where clients buy what everybody buys lately, the trend is served', async () => {
  const random = makeRandom(5)
  // A few products of each week are bought by everybody, and each client's favourites never again.
  const rows = Array.from({ length: 300 }, (_, one) =>
    Array.from({ length: 20 }, (_, week) =>
      Array.from({ length: 2 }, () => ({
        client_id: client(one),
        product_id:
          random() < 0.5
            ? `week ${Math.floor(week / 5)} ${Math.floor(random() * 25)}`
            : `any ${Math.floor(random() * 500)}`,
        date: dateAt(week * 7 + Math.floor(random() * 7)),
      })),
    ).flat(),
  ).flat()
  const { report, lists } = await backtest(write('trend', rows), {
    split: 'days:20',
    models: 'served,popularity_28_days',
  })
  assertSound(lists)
  assert.equal(report.servedBy.manyBaskets.served, 'trend', JSON.stringify(report.servedBy))
  const { served, popularity_28_days: popular } = report.models
  assert.ok(served['recall@20'] >= 0.9 * popular['recall@20'], JSON.stringify(report.models))
})

test('the measures of a list are those of the protocol', async () => {
  const rows = makeShop({ seed: 7 })
  const { report, lists } = await backtest(write('measured', rows))
  const known = rows.filter(({ date }) => date < dateAt(170))
  const clients = new Set(known.map(row => row.client_id))
  const products = new Set(known.map(row => row.product_id))
  const had = new Set(known.map(row => `${row.client_id} ${row.product_id}`))
  const next = new Map<string, Set<string>>()
  for (const { client_id, product_id, date } of rows)
    if (
      date >= dateAt(170) &&
      clients.has(client_id) &&
      products.has(product_id) &&
      !had.has(`${client_id} ${product_id}`)
    )
      next.set(client_id, (next.get(client_id) ?? new Set()).add(product_id))
  const worth = (rank: number) => 1 / Math.log2(rank + 1)
  const ideal = (count: number) =>
    Array.from({ length: Math.min(count, 20) }, (_, at) => worth(at + 1)).reduce((a, b) => a + b)
  const sums = { recall: 0, gain: 0, hit: 0, precision: 0 }
  for (const [one, bought] of next) {
    const hits = lists.filter(({ client_id, product_id }) => client_id === one && bought.has(product_id))
    sums.recall += hits.length / bought.size
    sums.gain += hits.map(({ rank }) => worth(rank)).reduce((a, b) => a + b, 0) / ideal(bought.size)
    sums.hit += Math.min(hits.length, 1)
    sums.precision += hits.length / 20
  }
  const near = (name: string, sum: number) =>
    assert.ok(Math.abs(report.models.served[name] - sum / next.size) < 1e-4, `${name} ${sum / next.size}`)
  assert.equal(report.testClients, next.size)
  near('recall@20', sums.recall)
  near('NDCG@20', sums.gain)
  near('hit@20', sums.hit)
  near('precision@20', sums.precision)
  assert.ok(
    Math.abs(report.models.served.coverage - new Set(lists.map(row => row.product_id)).size / products.size) <
      1e-4,
  )
})

test('what happens from the split on changes no list, and the same file gives the same bytes', async () => {
  const rows = makeShop()
  const random = makeRandom(9)
  const kinds = rows.map(row => ({ ...row, kind: 'sale' }))
  const changed = kinds.map(row =>
    row.date >= dateAt(170) ? { ...row, product_id: `b${Math.floor(random() * 20)}` } : row,
  )
  // The last day stays the last.
  changed.push({ client_id: client(0), product_id: 'b1', date: dateAt(199), kind: 'sale' })
  kinds.push({ client_id: client(0), product_id: 'b2', date: dateAt(199), kind: 'sale' })
  const clicked = [...kinds, ...kinds.slice(-40).map(row => ({ ...row, date: dateAt(190), kind: 'click' }))]
  const { bytes } = await backtest(write('as-it-was', kinds))
  assert.ok(bytes.length > 1000)
  for (const [name, others] of Object.entries({ changed, clicked, again: kinds }))
    assert.equal((await backtest(write(name, others))).bytes, bytes, name)
})

test('rows in any order, twice, with returns, kinds, times and semicolons are what they mean', async () => {
  const rows = makeShop({ clients: 30 })
  const spelled = rows
    .flatMap(row => [
      { ...row, date: `${row.date}T14:30:00Z`, quantity: 2, kind: 'purchase' },
      { ...row, date: `${row.date} 09:00:00`, quantity: '', kind: '' },
    ])
    .concat([
      { client_id: client(1), product_id: 'c9', date: dateAt(100), quantity: 3, kind: 'sale' },
      { client_id: client(1), product_id: 'c9', date: dateAt(101), quantity: -3, kind: 'sale' },
      { client_id: client(2), product_id: 'never', date: dateAt(100), quantity: 1, kind: 'Sale' },
      { client_id: client(2), product_id: 'never', date: dateAt(102), quantity: 1, kind: 'return' },
      { client_id: client(3), product_id: 'seen', date: dateAt(100), quantity: 1, kind: 'view' },
      { client_id: client(3), product_id: 'gone', date: dateAt(100), quantity: 0, kind: 'sale' },
    ])
    .filter(row => row.product_id !== 'c9' || row.client_id === client(1))
    .reverse()
  const plain = rows.filter(row => row.product_id !== 'c9')
  const { bytes } = await backtest(write('plain', plain))
  assert.equal((await backtest(write('spelled', spelled, ';'))).bytes, bytes)
})

test('ids stay what they are: zeros at the front, other writings, numbers as numbers', async () => {
  const rows = makeShop({ clients: 30 }).map(row => ({
    ...row,
    client_id: `${row.client_id} Ünï 客户`,
    product_id: `${row.product_id}.0`,
  }))
  const { lists } = await backtest(write('names', rows))
  const names = new Set(rows.map(row => row.client_id))
  const products = new Set(rows.map(row => row.product_id))
  for (const row of lists) assert.ok(names.has(String(row.client_id)) && products.has(row.product_id))
  const numbers = await writeParquet(
    'numbers',
    `select 9007199254740993 + range % 40 as client_id, cast(range * 7 % 31 as varchar) as product_id,
      timestamp '2025-01-06 23:59:00' + to_days(cast(range % 97 as integer)) as date from range(2000)`,
  )
  const found = await backtest(numbers)
  assertSound(found.lists)
  for (const { client_id } of found.lists) assert.equal(typeof client_id, 'bigint')
  assert.ok(new Set(found.lists.map(row => row.client_id)).has(9007199254740995n))
})

test('what a file of products says helps, or does no harm', async () => {
  const rows = makeShop()
  const file = write('with-products', rows)
  const ids = [...new Set(rows.map(row => row.product_id))]
  const described = ids.map((id, at) => ({
    product_id: id,
    name: `thing of ${id[0]}`,
    category: at % 5 ? `kind ${id[0]}` : '',
    price: at % 4 ? 10 + at : '',
  }))
  const others = described.map(row => ({ ...row, product_id: `other ${row.product_id}` }))
  const all = await backtest(file, { products: write('products', [...described, ...others, ...described]) })
  assertSound(all.lists)
  for (const { product_id } of all.lists) assert.ok(ids.includes(product_id))
  assert.ok(all.report.models.served['recall@20'] > all.report.models.popularity['recall@20'])
  const without = await backtest(file)
  assert.equal((await backtest(file, { products: write('strangers', others) })).bytes, without.bytes)
  assert.equal((await backtest(file, { products: write('none', described.slice(0, 0)) })).code, 0)
  const nan = await writeParquet(
    'nan',
    `select * from (values ('a1', 'nan'::double, null), ('a2', 12.5, null), (null, 1, null)) v(product_id, price, category) where product_id is not null`,
  )
  assertSound((await backtest(file, { products: nan })).lists)
})
