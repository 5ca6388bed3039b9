import { z } from 'zod'
import { asOfSchema } from '../../../shared/bus/index.ts'
import { storableText } from '../../../shared/contract/index.ts'
import { SORTS } from './order-words.ts'

const text = storableText(100)
const price = z.number().min(0).max(1e12)
const facet = z.array(z.object({ value: z.string(), count: z.number().int() }))

export const input = z.strictObject({
  query: z
    .string()
    .max(1000)
    .default('')
    .describe(
      'Words, a description or an identifier, whole or its prefix, with or without a price, a colour, an order or a refusal; if empty, everything that passes the filters',
    ),
  similarTo: text
    .optional()
    .describe('A product, instead of a query: what is like it, without others of its model'),
  limit: z.number().int().min(1).max(100).default(10),
  offset: z.number().int().min(0).max(10_000).default(0).describe('How many of the first are left out'),
  sort: z.enum(SORTS).optional().describe('What the answer is in order by, rather than by how well it fits'),
  group: z
    .enum(['model'])
    .optional()
    .describe('Products of one model, such as the sizes of a shirt, are one result: the best of them'),
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
  language: z
    .string()
    .regex(/^[a-z]{2}(-[A-Za-z]{2,4})?$/, 'must be a language code such as en or pt-BR')
    .optional()
    .describe('Of the query, where it is known; else it is found out'),
  clientId: text.optional().describe('The client for whom the search is made; it does not affect the order'),
  searchId: z
    .uuid()
    .optional()
    .describe(
      'Of a search that is asked again, to see what has changed: it keeps this id and is not recorded again',
    ),
})

export const output = z.object({
  searchId: z.uuid(),
  results: z.array(
    z.object({
      productId: z.string(),
      sku: z.string().nullable(),
      name: z.string().nullable(),
      category: z.string().nullable(),
      subcategory: z.string().nullable(),
      color: z.string().nullable(),
      listPrice: z.number().nullable(),
      inStock: z.boolean().nullable().describe('null: nobody says'),
      variants: z
        .number()
        .int()
        .describe(
          'How many products of its model it stands for, itself included; 1 where nothing is grouped',
        ),
      variantIds: z.array(z.string()).describe('Those products, the best first'),
      score: z.number().min(0).max(1).describe('1 is the best possible'),
      matched: z.array(z.enum(['identifier', 'words', 'meaning', 'filters'])),
      highlights: z
        .array(
          z.object({
            field: z.string(),
            text: z.string(),
            ranges: z.array(z.tuple([z.number().int(), z.number().int()])),
          }),
        )
        .describe('Where the texts of the result have the words: from and to, in UTF-16 units'),
      purpose: z
        .string()
        .nullable()
        .describe('What it is for, by the source file, where the query is nearer to that than to its texts'),
    }),
  ),
  total: z.number().int().describe('How many were found, of which `results` are a page'),
  facets: z.object({ category: facet, subcategory: facet, color: facet }),
  didYouMean: z
    .string()
    .nullable()
    .describe('The query with words that the catalogue has, where one of its words may be a slip for them'),
  interpreted: z.object({
    query: z.string(),
    filters: z.record(z.string(), z.unknown()),
    corrected: z.string().nullable(),
    sort: z.enum(SORTS).nullable().describe('What the answer is in order by; null: by how well it fits'),
    not: z.array(z.string()).describe('Colours and words that the query refused'),
  }),
  tookMs: z.number(),
  asOf: asOfSchema,
  model: z.object({ name: z.string(), version: z.string() }),
})
