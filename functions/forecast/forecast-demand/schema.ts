import { z } from 'zod'
import { asOfSchema } from '../../../shared/bus/index.ts'
import { storableText } from '../../../shared/contract/index.ts'

const text = storableText(100)

export const input = z
  .strictObject({
    productId: text.optional(),
    category: text.optional().describe('All of its products together'),
    subcategory: text.optional(),
    territory: text
      .optional()
      .describe(
        'Id of a territory: the part of the demand that comes from there, by its share of the last twelve weeks',
      ),
    horizonDays: z.coerce.number().int().min(1).max(90).default(28),
    historyDays: z.coerce.number().int().min(0).max(182).default(91),
  })
  .refine(({ productId, category, subcategory }) => !productId || !(category || subcategory), {
    message: 'a product has its categories already: name either',
    path: ['productId'],
  })
export type Question = z.output<typeof input>

const units = z.number().describe('Units of a day')

export const output = z.object({
  productId: z.string().nullable(),
  name: z.string().nullable(),
  products: z.number().int().describe('How many are counted'),
  history: z
    .array(
      z.object({
        date: z.string(),
        quantity: units,
        outOfStock: z.boolean().describe('The stock ran out: demand may have been higher'),
        forecast: units.nullable().describe('What was forecast for that day, a week before it at most'),
        p10: units.nullable(),
        p90: units.nullable(),
      }),
    )
    .describe('Sold, less what was returned'),
  forecast: z
    .array(z.object({ date: z.string(), quantity: units, p10: units, p50: units, p90: units }))
    .describe('quantity is the mean; on eight of ten days what is sold should be from p10 to p90'),
  accuracy: z
    .object({
      days: z.number().int().describe('Past days that a forecast is known of'),
      served: z
        .number()
        .int()
        .describe('Of them, those whose forecast was served; the others are a back-test'),
      error: z
        .number()
        .nullable()
        .describe('Sum of the absolute errors of a day, as a share of what was sold'),
      bias: z.number().nullable().describe('Forecast less sold, as a share of what was sold'),
      inBand: z.number().nullable().describe('Share of the days that were within the band'),
    })
    .describe('Of earlier forecasts'),
  why: z
    .array(
      z.object({
        feature: z.string(),
        effect: z
          .number()
          .describe('0.12: the forecast is 12 % higher than if it were as with most products'),
        text: z.string(),
      }),
    )
    .describe('What moved the forecast most'),
  served: z.array(z.string()).describe('What forecasts: the trees (boosted), another forecast, or a mixture'),
  model: z.object({ name: z.string(), version: z.number().int(), trainedAt: z.string() }),
  asOf: asOfSchema,
})
