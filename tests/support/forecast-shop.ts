import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Warehouse } from '../../shared/warehouse/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { writeBuild } from './build.ts'

const START = Date.UTC(2025, 0, 6)
const DAY = 86_400_000
/** Of Monday to Sunday: nothing on Sundays. */
const WEEK = [1, 1, 1, 1.2, 1.5, 2, 0]
export const PLANNED_DAYS = 90
export const dayAt = (day: number): string => new Date(START + day * DAY).toISOString().slice(0, 10)

export type SoldDay = {
  product_id: string
  date_day: string
  quantity: number | null
  returned_quantity: number
  price: number | null
  discount: number | null
  is_promotion: boolean
  is_out_of_stock: boolean
  is_closed: boolean
  is_complete: boolean
  is_planned: boolean
  category: string | null
  subcategory: string | null
  source_system: string
}

export type ShopShape = {
  products?: number
  /** Until the origin, which is not over. */
  days?: number
  seed?: number
  /** Factor of a product's demand on a day. */
  demand?: (product: number, day: number) => number
}

/** What is expected of a product on a day: levels from 1 to 10, twice as many on Saturdays. */
export const expectedOf = (product: number, day: number): number =>
  (1 + (product % 10)) * (WEEK[day % 7] ?? 0)

/** Sales around what is expected, with a promotion now and then, up to a day that has begun; and plans. */
export function makeSoldDays({
  products = 40,
  days = 250,
  seed = 1,
  demand = () => 1,
}: ShopShape = {}): SoldDay[] {
  return Array.from({ length: products }, (_, product) => {
    // What was sold stays what it was, however many days follow.
    const random = makeRandom(seed * 10_000 + product)
    return Array.from({ length: days + 1 + PLANNED_DAYS }, (_, day): SoldDay => {
      const isPromotion = (day + product) % 40 < 3
      const isKnown = day <= days
      const factor = demand(product, day) * (isPromotion ? 1.5 : 1)
      return {
        product_id: `p${String(product).padStart(4, '0')}`,
        date_day: dayAt(day),
        quantity: isKnown
          ? Math.floor(expectedOf(product, day) * factor * 2 * random() + random() * factor)
          : null,
        returned_quantity: 0,
        price: 20,
        discount: isPromotion ? 0.1 : 0,
        is_promotion: isPromotion,
        is_out_of_stock: false,
        is_closed: day % 7 === 6,
        is_complete: day < days,
        is_planned: day > days,
        category: product % 2 === 0 ? 'Bikes' : 'Clothing',
        subcategory: product % 4 === 0 ? 'Road Bikes' : 'Others',
        source_system: 'shop',
      }
    })
  }).flat()
}

/** A product that came on a day, and has not been sold. */
export type Newcomer = { id: string; category: string; subcategory: string; price: number; since: string }

/** A finished build whose only table of sales is what is known of each product and day. */
export async function buildSoldDays(
  warehouse: Warehouse,
  folder: string,
  rows: SoldDay[],
  {
    position = '0001-0000000000003000-00000000',
    newcomers = [],
  }: { position?: string; newcomers?: Newcomer[] } = {},
): Promise<void> {
  const file = join(folder, 'feat_product_day.csv')
  const columns = [
    ...['product_id', 'date_day', 'quantity', 'returned_quantity', 'price', 'discount', 'is_promotion'],
    ...[
      'is_out_of_stock',
      'is_closed',
      'is_complete',
      'is_planned',
      'category',
      'subcategory',
      'source_system',
    ],
  ] as (keyof SoldDay)[]
  await writeFile(
    file,
    [columns.join(), ...rows.map(row => columns.map(column => row[column] ?? '').join())].join('\n'),
  )
  const sql = `select * from read_csv('${file}', header = true, columns = {
    product_id: 'varchar', date_day: 'date', quantity: 'decimal(19,4)', returned_quantity: 'decimal(19,4)', price: 'decimal(19,4)',
    discount: 'decimal(19,4)', is_promotion: 'boolean', is_out_of_stock: 'boolean', is_closed: 'boolean', is_complete: 'boolean',
    is_planned: 'boolean', category: 'varchar', subcategory: 'varchar', source_system: 'varchar'})`
  const products = [
    `select product_id, min(category) as category, min(subcategory) as subcategory, 20::decimal(19,4) as list_price, date '${dayAt(0)}' as since from (${sql}) group by 1`,
    ...newcomers.map(
      ({ id, category, subcategory, price, since }) =>
        `select '${id}', '${category}', '${subcategory}', ${price}::decimal(19,4), date '${since}'`,
    ),
  ].join(' union all ')
  await writeBuild(
    warehouse,
    {
      feat_product_day: { sql, key: ['product_id', 'date_day'] },
      dim_product: { sql: `select *, true as is_current from (${products})`, key: ['product_id'] },
      hist_product: {
        sql: `select product_id, 'shop' as source_system, since as changed_date, 'r' as op from (${products})`,
        key: ['product_id'],
      },
    },
    { position },
  )
}
