import { defineFunction } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import { findModel, MODEL_NAME } from '../../../shared/forecasts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { measure, ownBand, round, totalBand } from './band.ts'
import { type Found, readDemand } from './query.ts'
import { input, output, type Question } from './schema.ts'
import { type Part, readTerritory } from './territory.ts'
import { inWords } from './words.ts'

/**
 * What is expected to be sold of a product, of a category or of the whole shop in the coming days, with what was sold, what was
 * forecast for it then, and why. Totals are the sums of their products, and territories add up to the whole.
 */
export default defineFunction({
  name: 'forecast-demand',
  summary: 'Expected sales of a product, a category or the shop by day, with a band and reasons',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  genericPlans: true,
  input,
  output,
  example: { productId: '214', horizonDays: 7, historyDays: 7 },

  async handle(question, { resources: { store }, caller, lineage }) {
    const found = await store.transaction(
      async ({ query }) => {
        const part = question.territory
          ? await readTerritory(query, await productsOf(query, question, question.territory), caller)
          : undefined
        const demand = await readDemand(query, question, part)
        if (!demand) throw await whyNone(query, question)
        return part ? partOf(demand, part) : demand
      },
      { readOnly: true },
    )
    lineage({ reads: [{ dataset: 'mart.mart_forecast_product_day' }, { dataset: 'forecast.feature' }] })
    return answer(found, question)
  },
})

async function productsOf(query: Query, { productId, category, subcategory }: Question, territory: string) {
  const rows = await query<{ product_id: string }>(
    `select product_id from forecast.feature
     where ($1::text is null or product_id = $1) and ($2::text is null or lower(category) = lower($2))
       and ($3::text is null or lower(subcategory) = lower($3))`,
    [productId ?? null, category ?? null, subcategory ?? null],
  )
  return { territory, productIds: rows.map(row => row.product_id) }
}

/** What was sold is known of the part itself. */
function partOf(demand: Found, { sold }: Part): Found {
  const own = (date: string) => sold.get(date) ?? 0
  return {
    ...demand,
    history: demand.history.map(day => ({ ...day, quantity: own(day.date) })),
    past: demand.past.map(said => ({ ...said, quantity: own(said.date) })),
  }
}

function answer(found: Found, { productId, territory }: Question) {
  const isProduct = productId !== undefined && !territory
  const said = new Map(found.past.map(past => [past.date, past]))
  const banded = isProduct ? ownBand(found.forecast) : totalBand(found.forecast, found.past)
  return {
    productId: productId ?? null,
    name: found.name,
    products: found.products,
    history: found.history.map(({ date, quantity, outOfStock }) => {
      const then = said.get(date)
      return {
        ...{ date, quantity: round(quantity), outOfStock },
        forecast: then ? round(then.mean) : null,
        p10: then && isProduct ? round(then.p10) : null,
        p90: then && isProduct ? round(then.p90) : null,
      }
    }),
    forecast: banded.map(({ date, ...units }) => ({
      date,
      quantity: round(units.quantity),
      p10: round(units.p10),
      p50: round(units.p50),
      p90: round(units.p90),
    })),
    accuracy: measure(found.past, isProduct),
    why: inWords(found.why, found.own),
    served: found.served,
    model: { name: MODEL_NAME, version: found.version, trainedAt: found.trainedAt.toISOString() },
    asOf: { changedAt: found.changedAt?.toISOString() ?? null, position: found.position },
  }
}

/** Why there is no forecast of it. */
async function whyNone(query: Query, { productId, category, subcategory }: Question): Promise<NotFoundError> {
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
