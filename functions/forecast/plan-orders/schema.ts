import { z } from 'zod'
import { asOfSchema } from '../../../shared/bus/index.ts'
import { csvForm, storableText } from '../../../shared/contract/index.ts'

const MAX_PRODUCTS = 10_000
const MAX_DELIVERIES = 100
const MAX_UNITS = 1e9

const id = storableText(200)
const units = z.number().min(0).max(MAX_UNITS)
const pack = z.number().min(0.001).max(1e6)
const delivery = z.strictObject({
  quantity: units,
  expectedOn: z.iso.date().optional().describe('Left out: it comes in time'),
})
const byProduct = <Value extends z.ZodType>(value: Value) =>
  z
    .record(id, value)
    .refine(given => Object.keys(given).length <= MAX_PRODUCTS, `at most ${MAX_PRODUCTS} products`)
    .default({})

export const input = z
  .strictObject({
    productId: id.optional().describe('One product'),
    category: id.optional().describe('Its products only'),
    subcategory: id.optional().describe('Its products only'),
    serviceLevel: z
      .number()
      .min(0.5)
      .max(0.999)
      .default(0.95)
      .describe('How often stock should last until the order after this one has come'),
    leadTimeDays: z.number().int().min(1).max(90).default(7).describe('From an order to its delivery'),
    reviewDays: z.number().int().min(1).max(90).default(1).describe('From one look at the stock to the next'),
    coverDays: z
      .number()
      .int()
      .min(0)
      .max(180)
      .default(7)
      .describe(
        'Days that an order is for, beyond what has to be in stock: more makes orders larger and fewer',
      ),
    withinDays: z
      .number()
      .int()
      .min(0)
      .max(60)
      .default(7)
      .describe('Orders that are due in so many days; 0 for today only'),
    packSize: pack.default(1).describe('Orders are multiples of it; a fraction for what is sold by weight'),
    packSizes: byProduct(pack).describe('By product id, where it differs'),
    stockOnHand: byProduct(z.number().min(-MAX_UNITS).max(MAX_UNITS)).describe(
      'By product id: units, instead of what the source says; negative is owed',
    ),
    onOrder: byProduct(z.union([delivery, z.array(delivery).max(MAX_DELIVERIES)])).describe(
      'By product id: what has been ordered and has not come: {quantity, expectedOn}, or a list of them',
    ),
    limit: z.number().int().min(1).max(MAX_PRODUCTS).default(100),
    format: z
      .enum(['json', 'csv'])
      .optional()
      .describe('Left out: CSV where the header Accept asks for text/csv, else JSON'),
  })
  .refine(
    ({ productId, category, subcategory }) =>
      productId === undefined || (category ?? subcategory) === undefined,
    {
      path: ['productId'],
      message: 'a product, or a category, not both',
    },
  )

export type Request = z.output<typeof input>

const order = z.object({
  productId: z.string(),
  name: z.string().nullable(),
  orderOn: z.iso.date(),
  quantity: z.number().describe('Units, a multiple of the pack size'),
  because: z.string().describe('One sentence'),
  reorderPoint: z.number().describe('Order when stock and what is on order are down to it'),
  safetyStock: z.number().describe('What of it is more than the expected demand'),
  stockOnHand: z.number().describe('Units now, over all locations; negative is owed'),
  onOrder: z.number().describe('Units on order that come in time'),
  expectedDemand: z.number().describe('Units of the lead time and the review after it, from orderOn on'),
  coversUntil: z.iso
    .date()
    .nullable()
    .describe('The last day whose expected demand is covered without the safety stock; null beyond a year'),
})
export type Order = z.output<typeof order>

const notOrdered = z.object({
  productId: z.string(),
  name: z.string().nullable(),
  reason: z.enum(['enough_stock', 'no_stock_known', 'no_forecast', 'unknown_product']),
  because: z.string(),
})
export type NotOrdered = z.output<typeof notOrdered>

export const output = z.object({
  orders: z.array(order).describe('The earliest first'),
  total: z.number().int().describe('How many there are, with those beyond `limit`'),
  notOrdered: z
    .array(notOrdered)
    .describe('Products that cannot be planned; where one product was asked for, also why it needs no order'),
  asOf: asOfSchema,
  model: z
    .object({ name: z.string(), version: z.number().int() })
    .nullable()
    .describe('The training that the forecasts are of; null without a product'),
})

const COLUMNS = [
  ...['orderOn', 'productId', 'name', 'quantity', 'stockOnHand', 'onOrder', 'expectedDemand', 'safetyStock'],
  ...['reorderPoint', 'coversUntil', 'because', 'asOf', 'modelVersion'],
]

/** A row for each order. */
export const forms = [
  csvForm({
    columns: COLUMNS,
    rows: ({ orders, asOf, model }: z.output<typeof output>) =>
      orders.map(one => ({ ...one, asOf: asOf.changedAt, modelVersion: model?.version ?? null })),
  }),
]
