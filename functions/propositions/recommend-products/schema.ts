import { z } from 'zod'
import { storableText } from '../../../shared/contract/index.ts'

const id = storableText(100).min(1)
const text = storableText(100)
const price = z.number().min(0).max(1e12)

export const input = z
  .strictObject({
    clientId: id.optional().describe('For whom; one of whom nothing is known is offered what is bought most'),
    productId: id.optional().describe('What goes with this product, and what is like it'),
    basket: z.array(id).max(50).optional().describe('Products that are in the basket already'),
    relation: z
      .enum(['together', 'similar'])
      .optional()
      .describe('Of productId: only what is bought with it, or only what is like it'),
    territory: id
      .optional()
      .describe('Where nobody is known: what is bought most there; an id of dim_territory'),
    limit: z.number().int().min(1).max(100).default(10),
    filters: z
      .strictObject({
        category: text.optional(),
        subcategory: text.optional(),
        color: text.optional(),
        priceMin: price.optional(),
        priceMax: price.optional(),
        inStock: z.boolean().optional(),
      })
      .prefault({}),
    withHistory: z.boolean().default(false).describe('Also what the client has bought'),
    propositionsId: z
      .uuid()
      .optional()
      .describe('Of a list that is asked for again, to see what has changed: it is not recorded again'),
  })
  .refine(({ relation, productId }) => !relation || productId !== undefined, {
    path: ['relation'],
    message: 'is of a productId',
  })
export type Question = z.infer<typeof input>

export const output = z.object({
  propositionsId: z.uuid().describe('By which proposition-feedback refers to this list'),
  askedFor: z.enum(['client', 'product', 'basket', 'nobody']),
  known: z.boolean().describe('Whether anything is known of the client'),
  propositions: z.array(
    z.object({
      productId: z.string(),
      sku: z.string().nullable(),
      name: z.string().nullable(),
      category: z.string().nullable(),
      subcategory: z.string().nullable(),
      color: z.string().nullable(),
      listPrice: z.number().nullable(),
      inStock: z.boolean().nullable().describe('null: nobody says'),
      score: z.number().describe('Comparable within this list only'),
      because: z.string(),
      kind: z.enum(['ranked', 'pinned', 'explored']),
    }),
  ),
  warnings: z
    .array(z.string())
    .describe('Why the list is shorter than asked for, and what is wrong with the rules'),
  client: z
    .object({
      baskets: z.number().int().describe('Days on which something was bought'),
      lastOn: z.string().nullable(),
      territoryId: z.string().nullable(),
      bought: z.array(
        z.object({
          productId: z.string(),
          name: z.string().nullable(),
          times: z.number().int(),
          lastOn: z.string(),
        }),
      ),
    })
    .nullable()
    .describe('With withHistory, of a known client: the last fifty products'),
  experiment: z.object({ name: z.string(), group: z.string() }).nullable(),
  tookMs: z.number(),
  asOf: z.object({
    changedAt: z.string().nullable(),
    position: z.string().nullable().describe('Of the build; what the client did since counts too'),
  }),
  model: z
    .object({ name: z.string(), version: z.number().int() })
    .nullable()
    .describe('null: the trend alone'),
})
