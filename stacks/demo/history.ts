import { readFileSync } from 'node:fs'

/** The day of the last order in the published data: day 0, a Friday. The day before is -1. */
export const LAST_ORDER = '2017-06-30'
export const DAY_MS = 86_400_000

/** A line of an order. */
export type Line = {
  order: number
  number: number
  day: number
  product: number
  client: number
  territory: number
  quantity: number
  /** The list price of that day, where it was not the product's present one. */
  listPrice: number | undefined
  /** The part of the list price that was taken off, from 0 to 1. */
  discount: number
}
export type Product = { subcategory: string; category: string; listPrice: number }
export type History = {
  /** By order, as published. */
  lines: Line[]
  products: Map<number, Product>
  returns: { day: number; product: number; quantity: number }[]
}

/** Where the published files are. */
export const dataFile = (name: string) => new URL(`./data/${name}.csv`, import.meta.url)

function readRows(name: string): string[][] {
  const [, ...rows] = readFileSync(dataFile(name), 'utf8').trimEnd().split(/\r?\n/)
  return rows.map(row => row.split(','))
}

const dayOf = (date: string) => (Date.parse(date) - Date.parse(LAST_ORDER)) / DAY_MS

/** The date of a day in the published data. */
export const dateOf = (day: number) =>
  new Date(Date.parse(LAST_ORDER) + day * DAY_MS).toISOString().slice(0, 10)

/** Reads what was published of sales, from files in which only a product's texts are quoted. */
export function readHistory(): History {
  const lines = readRows('order_line').map(([order, number, date, product, client, territory, quantity]) => ({
    order: Number(order?.slice('SO'.length)),
    number: Number(number),
    day: dayOf(date ?? ''),
    product: Number(product),
    client: Number(client),
    territory: Number(territory),
    quantity: Number(quantity),
    listPrice: undefined,
    discount: 0,
  }))
  const products = new Map<number, Product>()
  for (const row of readRows('product')) {
    // Commas in texts move the columns between the first and the last.
    const [listPrice, subcategory = '', category = ''] = row.slice(-3)
    products.set(Number(row[0]), { subcategory, category, listPrice: Number(listPrice) })
  }
  const returns = readRows('return').map(([date, , product, quantity]) => ({
    day: dayOf(date ?? ''),
    product: Number(product),
    quantity: Number(quantity),
  }))
  return { lines, products, returns }
}
