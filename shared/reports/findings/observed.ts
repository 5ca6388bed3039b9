import type { Entity } from '../facts.ts'

/** What was sold of something in a period; amounts in ten-thousandths of the currency, quantities likewise. */
export type Sold = { amount: bigint; quantity: bigint; orders: number }

/** What is known of something over the period of a report, the one that it is compared with, and the weeks before. */
export type Observed = {
  entity: Entity[]
  /** Of a product: the parts that it is in. */
  within?: Entity[]
  now: Sold
  base: Sold
  /** Sums of the whole weeks before the report's period, the last one last. */
  weeks: { amount: number[]; quantity: number[]; orders: number[] }
  /** Days of both periods on which there was none in stock; undefined where nobody keeps its stock. */
  daysOut?: { now: number; base: number } | undefined
}

/** All in one currency. */
export type SalesHistory = {
  currency: string
  days: { now: number; base: number }
  total: Observed
  products: Observed[]
  clients: Observed[]
  /** Categories, regions and the like: what is sold of each of them is a part of the total. */
  parts: Observed[]
  /** How many products, clients and parts there are besides, which moved less. */
  others: number
}

export const NOTHING: Sold = { amount: 0n, quantity: 0n, orders: 0 }

/**
 * What has happened. `money` is what it moved in ten-thousandths of the currency: less than nothing where that was lost.
 *
 * - `price`: the price per piece of a product is another one.
 * - `stock_out`: less was sold of a product, which was not in stock on some days.
 * - `new`: a product or client that had bought or sold nothing before.
 * - `lost`: a client who used to buy has not.
 * - `moved`: more or less was sold than chance makes likely.
 */
export type Finding = {
  kind: 'price' | 'stock_out' | 'new' | 'lost' | 'moved'
  observed: Observed
  money: bigint
  /** How likely it is by chance. */
  p: number
}
