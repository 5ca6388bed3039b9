import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { makeSeededLake, type SeededLake } from './seeded-lake.ts'
import { SEEDS } from './seeds.ts'

/**
 * Errors that do not hide each other, many in one build; those that tell a whole day otherwise come first, each with a
 * day of its own. tests/bench/quality.ts has each of them alone.
 */
const BUILDS = [
  [
    'half of a day missing',
    'another currency, times 0.9',
    'a column suddenly empty',
    'orders without items',
    'decimals lost',
    'a day loaded twice',
    'a time zone slipped by two hours back',
    'a whole day missing',
    'a column that turned to text',
    'a time zone slipped by an hour',
    'a table that stopped',
    'an article number twice',
    'an order number twice',
    'a line invoiced twice',
    'sales without their order',
    'an unknown territory',
    'a list price a thousand times too high',
    'a test product',
    'an unknown status',
    'names cut',
    'a name in a wrong encoding',
    'a placeholder for a name',
    'clients whose gender is gone',
    'clients merged into one',
    'an old month that changes',
    'products that move to another category',
    'a join that doubles',
  ],
  [
    'prices in cents',
    'one territory has all orders',
    'a sign flipped',
    'all sales to one client',
    'another currency, times 150',
    'the sales of half of a day missing',
    'a time zone slipped by seven hours',
    'every second order of a day missing',
    'the time of day lost',
    'sales of a product that there is not',
    'sales to a client that there is not',
    'a price a thousand times too high, on one line',
    'orders deleted whose sales are still there',
    'old history deleted',
    'a category renamed',
    "a test client's orders",
    'dates of the future',
    'dates of long ago',
    'a quantity times twelve',
    'a price of zero',
    'a negative list price',
    'a cost above its price',
    'other codes for gender',
    'impossible years of birth',
    'a negative income',
    'a placeholder for a price',
    'all stock zero',
    'negative stock',
    'stock a thousand times too high',
    'items that do not add up to the sale',
    'a sale before its order',
    'products deleted by the dozen',
    'an article number with a blank',
    'a category in another spelling',
    'a product twice',
    'a client twice',
    'nearly for nothing',
    'an order of fifty lines',
    'a table that was emptied',
  ],
]
/** Where there are no sales, or every product is another, other errors have nothing to differ from. */
const ALONE = ['sales that stopped', 'list prices in another currency']

let lake: SeededLake
before(async () => {
  lake = await makeSeededLake({ history: 200, liveDays: 16 })
})
after(() => lake?.close())

test('a build of a shop without errors passes every check', async () => {
  const { status, detail, failed, isPublished, alerts } = await lake.buildWith([])
  assert.equal(status, 200, detail)
  assert.deepEqual(failed, [])
  assert.ok(isPublished)
  assert.deepEqual(alerts, [])
})

for (const names of BUILDS) {
  test(`each of ${names.length} errors in one build is caught by a check of its own, ${names[0]} and others`, async () => {
    const seeds = names.map(name => SEEDS.find(seed => seed.name === name) ?? assert.fail(name))
    const { status, detail, failed, isPublished, alerts } = await lake.buildWith(seeds)
    assert.equal(status, 200, detail)
    assert.equal(isPublished, false)
    assert.equal(alerts.length, failed.length, 'each failed check is an alert')
    const found = new Set(failed.map(result => result.check))
    const missed = seeds.filter(({ caughtBy }) => !caughtBy.some(check => found.has(check)))
    assert.deepEqual(
      missed.map(seed => seed.name),
      [],
      [...found].join(', '),
    )
  })
}

test('every kind of error is in one of these builds, but for those that hide others', () => {
  assert.deepEqual(SEEDS.map(seed => seed.name).toSorted(), [...BUILDS.flat(), ...ALONE].toSorted())
})
