import { NotFoundError } from '../../../shared/errors/index.ts'
import { findModel } from '../../../shared/forecasts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Question } from './schema.ts'

/** Why there is no forecast of it. */
export async function whyNone(
  query: Query,
  { productId, category, subcategory }: Question,
): Promise<NotFoundError> {
  const [any] = await query('select 1 from forecast.product limit 1')
  if (!any) {
    const model = await findModel(query, 'champion')
    return new NotFoundError(
      model
        ? 'nothing is forecast yet: score-forecast follows each build, and each training'
        : 'nothing is forecast yet: the model is trained after the first build, once something has been sold (train-forecast)',
    )
  }
  if (productId !== undefined) {
    const [known] = await query<{ name: string | null; isDeleted: boolean }>(
      'select name, is_deleted as "isDeleted" from search.product where product_id = $1',
      [productId],
    )
    if (!known || known.isDeleted)
      return new NotFoundError(`no product ${JSON.stringify(productId)}`, { field: 'productId' })
    return new NotFoundError(
      `no forecast of ${JSON.stringify(productId)} (${known.name}): it has not been sold yet, or not in the last two years`,
      { field: 'productId' },
    )
  }
  const rows = await query<{ category: string | null }>(
    `select distinct ${category !== undefined ? 'category' : 'subcategory'} as category from forecast.feature order by 1 limit 50`,
  )
  return new NotFoundError(
    `nothing is forecast of ${JSON.stringify(category ?? subcategory)}: there are ${rows.map(row => row.category ?? '(none)').join(', ')}`,
    { field: category !== undefined ? 'category' : 'subcategory' },
  )
}
