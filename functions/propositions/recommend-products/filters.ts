import type { Product } from '../../../shared/propositions/index.ts'
import type { Question } from './schema.ts'

/** As search: texts whatever their case, prices from and to, both included. */
export function passesFilters(product: Product, filters: Question['filters']): boolean {
  const { category, subcategory, color, priceMin, priceMax, inStock } = filters
  const isText = (wanted: string | undefined, value: string | null) =>
    wanted === undefined || wanted.toLowerCase() === value?.toLowerCase()
  if (!isText(category, product.category) || !isText(subcategory, product.subcategory)) return false
  if (!isText(color, product.color)) return false
  if (priceMin !== undefined && !(product.price !== null && product.price >= priceMin)) return false
  if (priceMax !== undefined && !(product.price !== null && product.price <= priceMax)) return false
  return inStock === undefined || (product.stock !== null && product.stock > 0) === inStock
}
