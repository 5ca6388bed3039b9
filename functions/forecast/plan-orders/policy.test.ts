import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { planOrder, type Supply, type Terms } from './policy.ts'

const TERMS: Terms = { serviceLevel: 0.95, leadTimeDays: 7, reviewDays: 1, coverDays: 7, packSize: 1 }
const days = (mean: number, count = 60) => ({
  mean: new Array<number>(count).fill(mean),
  p10: new Array<number>(count).fill(mean * 0.5),
  p90: new Array<number>(count).fill(mean * 1.6),
})
const SPREAD = { dispersion: 2, sellingDays: 60 }
const plan = (supply: Partial<Supply> = {}, terms: Partial<Terms> = {}, mean = 10, withinDays = 0) =>
  planOrder(
    days(mean),
    SPREAD,
    { stockOnHand: 0, onOrder: [], ...supply },
    { ...TERMS, ...terms },
    withinDays,
  )

test('an empty stock is filled up to the reorder point and the days that an order is for', () => {
  const made = plan()
  assert.ok(made)
  assert.equal(made.orderIn, 0)
  assert.equal(made.expectedDemand, 80)
  assert.ok(made.safetyStock > 0)
  assert.equal(made.reorderPoint, made.expectedDemand + made.safetyStock)
  assert.equal(made.quantity, Math.ceil(made.reorderPoint + 70))
  // 150 without the reserve: days 0 to 14, and what was rounded up.
  assert.equal(made.coversUntil, 14)
})

test('nothing is ordered above the reorder point, and something at it', () => {
  const reorderPoint = plan()?.reorderPoint ?? 0
  assert.equal(plan({ stockOnHand: reorderPoint + 0.01 }), undefined)
  assert.equal(plan({ stockOnHand: reorderPoint })?.quantity, 70)
})

test('an order that is due later says when, by what will have been sold', () => {
  const reorderPoint = plan()?.reorderPoint ?? 0
  const made = plan({ stockOnHand: reorderPoint + 25 }, {}, 10, 7)
  assert.equal(made?.orderIn, 3)
  assert.equal(Math.round(made?.available ?? 0), Math.round(reorderPoint - 5))
  assert.equal(plan({ stockOnHand: reorderPoint + 25 }, { reviewDays: 5 }, 10, 0)?.orderIn, 0)
  assert.equal(plan({ stockOnHand: reorderPoint + 100 }, {}, 10, 7), undefined)
})

test('what is on order counts if it comes before the next order could', () => {
  const without = plan()?.quantity ?? 0
  assert.equal(plan({ onOrder: [{ quantity: 30, day: 5 }] })?.quantity, without - 30)
  assert.equal(plan({ onOrder: [{ quantity: 30, day: -3 }] })?.quantity, without - 30)
  assert.equal(plan({ onOrder: [{ quantity: 30, day: 7 }] })?.onOrder, 30)
  assert.equal(plan({ onOrder: [{ quantity: 30, day: 8 }] })?.onOrder, 0)
  assert.equal(plan({ onOrder: [{ quantity: 1000, day: 2 }] }), undefined)
})

test('what is owed is ordered as well', () => {
  assert.equal(plan({ stockOnHand: -12 })?.quantity, (plan()?.quantity ?? 0) + 12)
  assert.equal(plan({ stockOnHand: -12 }, {}, 0)?.quantity, 12)
  assert.equal(plan({ stockOnHand: 0 }, {}, 0), undefined)
})

test('orders are full packs, and fractions only where packs are', () => {
  const single = plan()?.quantity ?? 0
  assert.equal(plan({}, { packSize: 12 })?.quantity, Math.ceil(single / 12) * 12)
  assert.equal(plan({}, { packSize: 1000 })?.quantity, 1000)
  const weighed = plan({}, { packSize: 0.1 }, 0.37)?.quantity ?? 0
  assert.equal(weighed, Number(weighed.toFixed(1)))
  assert.notEqual(weighed, Math.round(weighed))
  assert.equal(plan({}, { packSize: 1000 })?.coversUntil !== null, true)
  assert.equal(plan({}, { packSize: 1000 }, 0.5)?.coversUntil, null)
})

test('beyond the end of a forecast its last week counts again', () => {
  const week = [0, 1, 2, 3, 4, 5, 6]
  const short = { mean: week, p10: week, p90: week }
  const terms = { ...TERMS, leadTimeDays: 20 }
  const made = planOrder(short, SPREAD, { stockOnHand: 0, onOrder: [] }, terms, 0)
  assert.equal(made?.expectedDemand, 63)
  const single = { mean: [2], p10: [1], p90: [3] }
  assert.equal(planOrder(single, undefined, { stockOnHand: 0, onOrder: [] }, TERMS, 0)?.expectedDemand, 16)
})

test('whatever comes in, quantities are numbers, positive, and full packs', () => {
  const random = makeRandom(15)
  const pick = (values: number[]) => values[Math.floor(random() * values.length)] ?? 0
  for (let tries = 0; tries < 3000; tries++) {
    const mean = Array.from(
      { length: 1 + Math.floor(random() * 90) },
      () => pick([0, 0, 1e-6, 0.3, 4, 1e5]) * random(),
    )
    const forecast = {
      mean,
      p10: mean.map(units => units * random()),
      p90: mean.map(units => units * 4 * random()),
    }
    const spread =
      random() < 0.3 ? undefined : { dispersion: pick([0, 1e-9, 1, 400]), sellingDays: pick([1, 5, 100]) }
    const supply = {
      stockOnHand: pick([-50, 0, 1, 30, 1e6]),
      onOrder: [{ quantity: pick([0, 20]), day: pick([-5, 3, 200]) }],
    }
    const terms = {
      ...{
        serviceLevel: pick([0.5, 0.95, 0.999]),
        leadTimeDays: pick([1, 7, 90]),
        reviewDays: pick([1, 7, 90]),
      },
      ...{ coverDays: pick([0, 7, 180]), packSize: pick([0.001, 0.1, 1, 12, 1e6]) },
    }
    const made = planOrder(forecast, spread, supply, terms, pick([0, 7, 60]))
    if (!made) continue
    for (const [name, value] of Object.entries(made))
      if (value !== null) assert.ok(Number.isFinite(value), `${name}: ${value}`)
    assert.ok(made.quantity > 0 && made.reorderPoint >= 0 && made.safetyStock >= 0)
    const packs = made.quantity / terms.packSize
    assert.ok(
      Math.abs(packs - Math.round(packs)) < 1e-6 * Math.max(1, packs),
      `${made.quantity} of ${terms.packSize}`,
    )
    assert.ok(made.coversUntil === null || made.coversUntil >= -1, String(made.coversUntil))
  }
})
