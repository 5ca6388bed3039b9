import { defineFunction, type Identity } from '../../../shared/contract/index.ts'
import { MODEL_NAME } from '../../../shared/forecasts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { measure, ownBand, round, totalBand } from './band.ts'
import { conditionOf, type Found, readDemand } from './query.ts'
import { input, output, type Question } from './schema.ts'
import { type Part, readTerritory } from './territory.ts'
import { whyNone } from './why-none.ts'
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
    const { territory } = question
    const found = territory
      ? await store.transaction(({ query }) => readPart(query, { ...question, territory }, caller), {
          readOnly: true,
        })
      : await readWhole(store.query, question)
    lineage({ reads: [{ dataset: 'mart.mart_forecast_product_day' }, { dataset: 'forecast.feature' }] })
    return answer(found, question)
  },
})

async function readWhole(query: Query, question: Question, part?: Part): Promise<Found> {
  const found = await readDemand(query, question, part)
  if (!found) throw await whyNone(query, question)
  return found
}

/** What was sold is known of the part itself. */
async function readPart(
  query: Query,
  question: Question & { territory: string },
  caller: Identity,
): Promise<Found> {
  const { territory, productId, category, subcategory } = question
  const products = await query<{ id: string }>(
    `select f.product_id as id from forecast.feature f where ${conditionOf(question, 'f')}`,
    [productId ?? null, category ?? null, subcategory ?? null],
  )
  if (products.length === 0) throw await whyNone(query, question)
  const part = await readTerritory(query, { territory, productIds: products.map(({ id }) => id) }, caller)
  const found = await readWhole(query, question, part)
  const own = (date: string) => part.sold.get(date) ?? 0
  return {
    ...found,
    history: found.history.map(day => ({ ...day, quantity: own(day.date) })),
    past: found.past.map(said => ({ ...said, quantity: own(said.date) })),
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
