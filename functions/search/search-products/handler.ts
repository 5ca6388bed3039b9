import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { asOfSchema, toAsOf } from '../../../shared/bus/index.ts'
import { defineFunction, storableText } from '../../../shared/contract/index.ts'
import { interpret } from './interpret.ts'
import { lookUpTerms } from './look-up.ts'
import { findProducts } from './query.ts'
import { makeSearchRecorder } from './record-searches.ts'
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
  searchId: z
    .uuid()
    .optional()
    .describe(
      'Of a search that is asked again, to see what has changed: it keeps this id and is not recorded again',
    ),
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

/** What an answer is made of, and what is recorded of it. */
const FLOW = {
  reads: ['product', 'product_text', 'stock'].map(table => ({ dataset: `search.${table}` })),
  writes: [{ dataset: 'source.cordage.Search' }],
}

/**
 * Finds products by identifier, words and meaning at once, in what the index holds at this moment. That there was a search is
 * recorded later (docs/search.md): a search that is repeated is another one.
 */
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

  async init({ resources: { store, models, sources }, settings, log }) {
    await models.embed(['warm-up'])
    const tables = sources.flatMap(source => source.tables.filter(table => ENTITIES.includes(table.entity)))
    return {
      vocabulary: keepVocabulary(store),
      topics: tables.map(table => table.topic),
      searches: makeSearchRecorder(store, settings, log),
    }
  },

  close: ({ searches }) => searches.close(),

  async handle(
    { query, limit, filters, language, clientId, searchId: known },
    { state, resources: { store, models }, lineage },
  ) {
    const startedAt = performance.now()
    const searchId = known ?? randomUUID()
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
    const tookMs = Math.round((performance.now() - startedAt) * 10) / 10
    const model = models.embedding
    lineage(FLOW)
    const results = found.results.length
    if (known === undefined)
      state.searches.record({
        searchId,
        at: new Date(),
        query,
        clientId,
        filters: applied,
        language,
        results,
        tookMs,
        model,
      })
    return {
      searchId,
      results: found.results.map(({ product_id, list_price, ...rest }) => ({
        ...rest,
        productId: product_id,
        listPrice: list_price === null ? null : Number(list_price),
        matched: rest.matched as ('identifier' | 'words' | 'meaning' | 'filters')[],
      })),
      facets: found.facets,
      interpreted: { query: meant.query, filters: applied, corrected: terms.corrected },
      tookMs,
      asOf: toAsOf(found),
      model,
    }
  },
})
