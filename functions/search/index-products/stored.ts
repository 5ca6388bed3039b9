import type { Row } from '../../../shared/events/index.ts'
import { boundText, toBareKey, toKey } from '../../../shared/text/index.ts'

/** Columns that are compared folded, and where their folded text is. */
const KEYS: Record<string, string> = {
  sku: 'sku_key',
  name: 'name_key',
  category: 'category_key',
  subcategory: 'subcategory_key',
  color: 'color_key',
}

/** Columns in a B-tree, whose rows Postgres bounds at 2,704 bytes: three of them are one key. */
const BOUNDED = ['product_id', 'category_id', 'subcategory_id', 'model', 'culture', 'location']

/** A row of our names as the index keeps it: with its folded texts, and its keys of a length that an index takes. */
export function toStored(row: Row): Row {
  const stored = { ...row }
  for (const name of BOUNDED) {
    const value = row[name]
    if (typeof value === 'string') stored[name] = boundText(value)
  }
  for (const [name, key] of Object.entries(KEYS)) {
    const value = row[name]
    if (value !== null && value !== undefined) stored[key] = toKey(String(value))
  }
  if (typeof stored.sku === 'string') stored.sku_bare = toBareKey(stored.sku)
  return stored
}
