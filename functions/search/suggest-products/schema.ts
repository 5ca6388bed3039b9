import { z } from 'zod'
import { asOfSchema } from '../../../shared/bus/index.ts'

/** What a suggestion is, the more specific before the less: of two with one text the first stays. */
export const KINDS = ['category', 'subcategory', 'model', 'product', 'word', 'identifier'] as const
export type Kind = (typeof KINDS)[number]

export const input = z.strictObject({
  query: z.string().max(200).describe('What is typed so far; the last word may be half typed or misspelled'),
  limit: z.number().int().min(1).max(20).default(8),
  language: z
    .string()
    .regex(/^[a-z]{2}(-[A-Za-z]{2,4})?$/, 'must be a language code such as en or pt-BR')
    .optional()
    .describe('Of the query; where it is not English, a word and the same with an s are two suggestions'),
})

export const output = z.object({
  suggestions: z.array(
    z.object({
      text: z.string().describe('What to search for instead of what is typed'),
      kind: z
        .enum(KINDS)
        .describe('`model` stands for several products, such as sizes of one; `identifier` is a number'),
      productId: z.string().nullable().describe('Of a suggestion that is one product'),
      count: z.number().int().describe('How many products there are; of words, counted up to 500'),
      ranges: z
        .array(z.tuple([z.number().int(), z.number().int()]))
        .describe('Where in `text` is what was typed: from, to, in UTF-16 units'),
    }),
  ),
  tookMs: z.number(),
  asOf: asOfSchema,
})

export type Suggestion = z.output<typeof output>['suggestions'][number]
