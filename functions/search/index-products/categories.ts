import type { Query } from '../../../shared/store/index.ts'

/** Categories and subcategories that have changed. */
export type TouchedCategories = { categoryIds: string[]; subcategoryIds: string[] }

/** The products that point to one of them, directly or by their subcategory. */
export async function findProductsOf(
  query: Query,
  { categoryIds, subcategoryIds }: TouchedCategories,
): Promise<string[]> {
  if (categoryIds.length === 0 && subcategoryIds.length === 0) return []
  const rows = await query<{ product_id: string }>(
    `select product_id from search.product
     where category_id = any($1) or subcategory_id = any($2)
       or subcategory_id in (select subcategory_id from search.subcategory where category_id = any($1))
     order by product_id`,
    [categoryIds, subcategoryIds],
  )
  return rows.map(row => row.product_id)
}

/**
 * Gives products that point to a category or a subcategory the names that these have now. A product whose table has them
 * as texts points to none, and keeps its own.
 */
export async function resolveCategories(query: Query, productIds: string[]): Promise<void> {
  if (productIds.length === 0) return
  await query(
    `update search.product p set category = named.category, subcategory = named.subcategory,
       category_key = named.category_key, subcategory_key = named.subcategory_key
     from (
       select p.product_id, coalesce(own.name, parent.name) as category,
         case when own.name is null then parent.name_key else own.name_key end as category_key,
         case when p.subcategory_id is null then p.subcategory else s.name end as subcategory,
         case when p.subcategory_id is null then p.subcategory_key else s.name_key end as subcategory_key
       from search.product p
       left join search.subcategory s on s.subcategory_id = p.subcategory_id and not s.is_deleted
       left join search.category own on own.category_id = p.category_id and not own.is_deleted
       left join search.category parent on parent.category_id = s.category_id and not parent.is_deleted
       where p.product_id = any($1) and (p.category_id is not null or p.subcategory_id is not null)
     ) named
     where named.product_id = p.product_id
       and (p.category, p.subcategory) is distinct from (named.category, named.subcategory)`,
    [productIds],
  )
}
