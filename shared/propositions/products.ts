import type { Query } from '../store/index.ts'
import type { ProductFacts } from './rules/facts.ts'
import type { Served } from './scorers.ts'

/** A product as it is at this moment, as the index has it. */
export type Product = ProductFacts & { sku: string | null; name: string | null; color: string | null }

type Row = {
  product_id: string
  sku: string | null
  name: string | null
  category: string | null
  subcategory: string | null
  model: string | null
  color: string | null
  price: number | null
  stock: number | null
}

/**
 * Products as they are now, with what the models that serve know of them; one that is gone is not among them.
 * @param ids all products without them
 */
export async function readProducts(
  query: Query,
  { costs, champion: { repeatDays } }: Pick<Served, 'costs' | 'champion'>,
  ids?: string[],
): Promise<Map<string, Product>> {
  const rows = await query<Row>(
    `select p.product_id, p.sku, p.name, p.category, p.subcategory, p.model, p.color, p.list_price::float8 as price,
       (select sum(s.quantity)::float8 from search.stock s where s.product_id = p.product_id and not s.is_deleted) as stock
     from search.product p where not p.is_deleted ${ids ? 'and p.product_id = any($1)' : ''}`,
    ids ? [ids] : [],
    ids && { name: 'propositions.products' },
  )
  return new Map(
    rows.map(row => [
      row.product_id,
      {
        ...{ productId: row.product_id, sku: row.sku, name: row.name, color: row.color, brand: null },
        ...{ category: row.category, subcategory: row.subcategory, model: row.model },
        ...{ price: row.price, stock: row.stock },
        cost: costs.get(row.product_id) ?? null,
        repeatDays: repeatDays.get(row.product_id) ?? null,
      },
    ]),
  )
}
