import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '../../shared/store/index.ts'
import type { Warehouse } from '../../shared/warehouse/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import { writeBuild } from './build.ts'

const DAY = 86_400_000
/** The last day of the shop. */
export const END = Date.UTC(2025, 5, 30)
export const dayBefore = (days: number): string => new Date(END - days * DAY).toISOString().slice(0, 10)

export type Did = {
  client_id: string
  product_id: string
  interaction_date: string
  kind: string
  quantity: number
}

const TASTES = 4
export const tasteOf = (product: number): number => product % TASTES

/**
 * Clients of four tastes, who buy products of theirs, and some of them again and again, on some days of the last two hundred;
 * product p000 is bought most in the last weeks.
 */
export function makePurchases({ clients = 120, products = 60, seed = 3 } = {}): Did[] {
  return Array.from({ length: clients }, (_, client) => {
    const random = makeRandom(seed * 1000 + client)
    const baskets = 1 + Math.floor(random() * 8)
    return Array.from({ length: baskets }, () => {
      const ago = Math.floor(random() * 200)
      return Array.from({ length: 1 + Math.floor(random() * 4) }, (): Did => {
        const own = Math.floor((random() ** 2 * products) / TASTES) * TASTES + (client % TASTES)
        const product = ago < 20 && random() < 0.3 ? 0 : own
        return {
          client_id: `c${client}`,
          product_id: `p${String(product % products).padStart(3, '0')}`,
          interaction_date: dayBefore(ago),
          kind: 'purchase',
          quantity: 1,
        }
      })
    }).flat()
  }).flat()
}

/** A finished build of a shop in which only this was done. */
export async function buildPurchases(
  warehouse: Warehouse,
  folder: string,
  rows: Did[],
  {
    products = 60,
    position = '0001-0000000000003000-00000000',
    gone = [],
  }: { products?: number; position?: string; gone?: string[] } = {},
): Promise<void> {
  const file = join(folder, 'interactions.csv')
  const columns = ['client_id', 'product_id', 'interaction_date', 'kind', 'quantity'] as const
  await writeFile(
    file,
    [columns.join(), ...rows.map(row => columns.map(name => row[name]).join())].join('\n'),
  )
  const did = `select * from read_csv('${file}', header = true, columns = {
    client_id: 'varchar', product_id: 'varchar', interaction_date: 'date', kind: 'varchar', quantity: 'decimal(19,4)'})`
  const catalogue = `select printf('p%03d', n) as product_id, printf('Thing %d', n) as name, printf('M%d', n) as model,
    printf('Taste %d', n % ${TASTES}) as category, printf('Kind %d', n % 8) as subcategory, '' as description,
    cast(10 + n as decimal(19,4)) as list_price, cast(5 as decimal(19,4)) as standard_cost, true as is_current from range(${products}) as r (n)`
  await writeBuild(
    warehouse,
    {
      fct_client_interaction: { sql: did, key: ['client_id'] },
      dim_product: { sql: catalogue, key: ['product_id'] },
      dim_client: {
        sql: `select distinct client_id, not list_contains([${['', ...gone].map(id => `'${id}'`).join()}], client_id) as is_current from (${did})`,
        key: ['client_id'],
      },
      fct_order: {
        sql: `select client_id, 'T' || (hash(client_id) % 2) as territory_id, interaction_date as order_date from (${did}) where kind = 'purchase'`,
        key: ['client_id'],
      },
      fct_order_item: {
        sql: `select client_id, 'T' || (hash(client_id) % 2) as territory_id, product_id, interaction_date as order_date from (${did}) where kind = 'purchase'`,
        key: ['client_id'],
      },
    },
    { position },
  )
}

/** The same products as the index has them, with ten pieces of each. */
export async function indexProducts(store: Pick<Store, 'query'>, products = 60): Promise<void> {
  await store.query(
    `insert into search.product (product_id, system, sku, name, model, category, subcategory, color, list_price, position)
     select 'p' || lpad(n::text, 3, '0'), 'shop', 'S-' || n, 'Thing ' || n, 'M' || n, 'Taste ' || n % ${TASTES}, 'Kind ' || n % 8, 'Red', 10 + n, '0001-0-0'
     from generate_series(0, $1::int - 1) as n`,
    [products],
  )
  await store.query(
    `insert into search.stock (product_id, location, system, quantity, position)
     select product_id, 'L', 'shop', 10, '0001-0-0' from search.product`,
  )
}
