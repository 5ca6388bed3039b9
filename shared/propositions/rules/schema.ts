import { z } from 'zod'

const days = z.int().min(0).max(36_500)
const cap = z.int().min(1).max(1000)
const text = z.string().trim().min(1, 'is empty')
const day = z.iso.date('must be a day such as 2026-12-24')

/** From when until when an entry holds, both days included; one that is left out has no end on that side. */
const period = {
  from: day.optional().describe('Its first day; default: since ever'),
  until: day.optional().describe('Its last day; default: for ever'),
}

type Period = { from?: string | undefined; until?: string | undefined }
const endsAfterItBegins = ({ from, until }: Period) =>
  from === undefined || until === undefined || from <= until
const ENDS_FIRST = { path: ['until'], error: 'is before "from"' }

const pin = z
  .strictObject({
    productId: text.describe('The product'),
    rank: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Its place, from 1; default: the first that no other pin has'),
    ...period,
    territory: text.optional().describe('Only for clients of it; default: for all'),
  })
  .refine(endsAfterItBegins, ENDS_FIRST)

/** What an exclusion can go by. */
export const EXCLUDED_BY = ['productId', 'category', 'subcategory', 'brand'] as const

const exclusion = z
  .strictObject({
    productId: text.optional().describe('One product'),
    category: text.optional().describe('All products of a category'),
    subcategory: text.optional().describe('All of a subcategory'),
    brand: text.optional().describe('All of a brand'),
    ...period,
  })
  .refine(entry => EXCLUDED_BY.filter(key => entry[key] !== undefined).length === 1, {
    error: `must have exactly one of ${EXCLUDED_BY.join(', ')}`,
  })
  .refine(endsAfterItBegins, ENDS_FIRST)

/** Shares are written with a few digits: a third is 0.3333. */
const SHARES_TOLERANCE = 1e-3

const experiment = z.strictObject({
  name: text.describe('Its name: another name gives every client a group anew'),
  groups: z
    .record(z.string().min(1), z.number().gt(0, 'must be more than 0').max(1))
    .refine(
      groups =>
        Math.abs(Object.values(groups).reduce((sum, share) => sum + share, 0) - 1) <= SHARES_TOLERANCE,
      'the shares must add up to 1',
    )
    .describe('Share of the clients in each group, by its name; together 1'),
})

/** A shop's rules. docs/reference/rules.md is printed from it. */
export const rulesSchema = z.strictObject({
  inStock: z
    .boolean()
    .default(true)
    .describe('Only products in stock; one whose stock nobody keeps counts as in stock'),
  minMargin: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Least margin, (price - cost) / price; with it a product without price or cost is left out'),
  notBoughtDays: days
    .default(30)
    .describe(
      'Days for which a product that the client bought is left out, unless it is used up about now; 0 never leaves one out',
    ),
  notReturned: z.boolean().default(true).describe('No product that this client returned'),
  notDismissedDays: days
    .default(90)
    .describe('Days for which a product that the client dismissed is left out; 0 never leaves one out'),
  maxPerCategory: cap.optional().describe('Most products of one category in a list'),
  maxPerSubcategory: cap.optional().describe('Most products of one subcategory'),
  maxPerBrand: cap.optional().describe('Most products of one brand'),
  maxPerModel: cap.default(1).describe('Most products of one model, such as sizes of one glove'),
  diversity: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('How far products of one subcategory give way to others; 0 keeps the order of the scores'),
  pinned: z.array(pin).max(1000).default([]).describe('Products that come first, or at a rank'),
  excluded: z.array(exclusion).max(10_000).default([]).describe('What is never proposed'),
  exploration: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Share of the places that new and seldom shown products get'),
  experiment: experiment.optional().describe('Groups of clients, to compare what propositions they get'),
})

/** What propositions keep to. */
export type Rules = Readonly<z.output<typeof rulesSchema>>
export type Pin = Rules['pinned'][number]
export type Exclusion = Rules['excluded'][number]
export type Experiment = NonNullable<Rules['experiment']>

/** The rules of a shop that has no file of them. */
export const DEFAULT_RULES: Rules = rulesSchema.parse({})
