import type { Sold } from './observed.ts'

/** What of a change came from prices, from how much was sold, and from what was sold: they add up to it. Ten-thousandths of the currency. */
export type Effects = { price: bigint; volume: bigint; mix: bigint; change: bigint }

type Moved = { now: Sold; base: Sold }

/**
 * - price: what was sold of each product, at its price now instead of the one before.
 * - volume: as many pieces more or less, at the mean price before.
 * - mix: the rest, which is dearer or cheaper products than before, and those that are new or gone.
 */
export function effectsOf(products: Moved[], total: Moved): Effects {
  const change = total.now.amount - total.base.amount
  const price = products.reduce((sum, { now, base }) => sum + priceEffect(now, base), 0n)
  const { base, now } = total
  const volume = base.quantity > 0n ? divide(base.amount * (now.quantity - base.quantity), base.quantity) : 0n
  return { price, volume, mix: change - price - volume, change }
}

const priceEffect = (now: Sold, base: Sold) =>
  now.quantity > 0n && base.quantity > 0n
    ? now.amount - divide(base.amount * now.quantity, base.quantity)
    : 0n

/** To the nearest. */
function divide(a: bigint, b: bigint): bigint {
  const half = (a < 0n ? -1n : 1n) * (b / 2n)
  return (a + half) / b
}
