import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { asOfSchema, toAsOf } from '../../../shared/bus/index.ts'
import { defineFunction, storableText } from '../../../shared/contract/index.ts'
import { interpret } from './interpret.ts'
import { lookUpTerms } from './look-up.ts'
import { findProducts } from './query.ts'
import { keepVocabulary } from './vocabulary.ts'

const text = storableText(100)
const price = z.number().min(0).max(1e12)
const facet = z.array(z.object({ value: z.string(), count: z.number().int() }))

const input = z.strictObject({
  query: z
    .string()
    .max(1000)
    .default('')
    .describe(
      'Words, a description or an identifier, whole or its prefix, with or without a price; if empty, everything that passes the filters',
    ),
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
  language: z
    .string()
    .regex(/^[a-z]{2}(-[A-Za-z]{2,4})?$/, 'must be a language code such as en or pt-BR')
    .default('en'),
  clientId: text.optional().describe('The client for whom the search is made; it does not affect the order'),
})

const output = z.object({
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
      score: z.number().min(0).max(1).describe('1 is the best possible'),
      matched: z.array(z.enum(['identifier', 'words', 'meaning', 'filters'])),
    }),
  ),
  facets: z.object({ category: facet, subcategory: facet, color: facet }),
  interpreted: z.object({
    query: z.string(),
    filters: z.record(z.string(), z.unknown()),
    corrected: z.string().nullable(),
  }),
  tookMs: z.number(),
  asOf: asOfSchema,
  model: z.object({ name: z.string(), version: z.string() }),
})

/** Entities that the index is made of: an answer is as fresh as the least of their tables. */
const ENTITIES = ['product', 'product_text', 'category', 'subcategory', 'inventory']

/** Finds products by identifier, words and meaning at once, in what the index holds at this moment. */
export default defineFunction({
  name: 'search-products',
  summary: 'Products that match a query in words or meaning',
  access: 'public',
  readOnly: true,
  uses: ['store', 'models', 'sources'] as const,
  genericPlans: true,
  input,
  output,
  example: { query: 'warm gloves', limit: 3, filters: { category: 'Clothing', priceMax: 50 } },

  async init({ resources: { store, models, sources } }) {
    await models.embed(['warm-up'])
    const tables = sources.flatMap(source => source.tables.filter(table => ENTITIES.includes(table.entity)))
    return { vocabulary: keepVocabulary(store), topics: tables.map(table => table.topic) }
  },

  async handle({ query, limit, filters, language }, { state, resources: { store, models } }) {
    const startedAt = performance.now()
    const vocabulary = state.vocabulary()
    const meant = interpret(query, vocabulary)
    const applied = { ...meant.filters, ...filters }
    const [terms, [vector]] = await Promise.all([
      lookUpTerms(store, meant, vocabulary),
      meant.query === '' ? [] : models.embed([meant.query]),
    ])
    const found = await findProducts(store, {
      query: meant.query,
      terms,
      vector,
      filters: applied,
      limit,
      isEnglish: language.startsWith('en'),
      group: 'index-products',
      topics: state.topics,
    })
    return {
      searchId: randomUUID(),
      results: found.results.map(({ product_id, list_price, ...rest }) => ({
        ...rest,
        productId: product_id,
        listPrice: list_price === null ? null : Number(list_price),
        matched: rest.matched as ('identifier' | 'words' | 'meaning' | 'filters')[],
      })),
      facets: found.facets,
      interpreted: { query: meant.query, filters: applied, corrected: terms.corrected },
      tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
      asOf: toAsOf(found),
      model: models.embedding,
    }
  },
})
