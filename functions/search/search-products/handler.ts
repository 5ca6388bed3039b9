import { randomUUID } from 'node:crypto'
import { toAsOf, topicsOfEntities } from '../../../shared/bus/index.ts'
import { defineFunction } from '../../../shared/contract/index.ts'
import { keepVocabulary } from '../../../shared/vocabulary/index.ts'
import { modelOf, toAnswer } from './answer.ts'
import { loadEnglish } from './english.ts'
import { findWithin } from './find-within.ts'
import { makeHighlighter } from './highlight.ts'
import { readIndexState } from './index-state.ts'
import { readPurposes } from './purposes.ts'
import { type Filters, findProducts } from './query.ts'
import { makeRanking } from './ranking.ts'
import { readQuery } from './read-query.ts'
import { makeSearchRecorder } from './record-searches.ts'
import { input, output } from './schema.ts'
import { readSynonyms } from './synonyms.ts'
import { embedText, rememberVectors } from './vectors.ts'

/** Entities that the index is made of: an answer is as fresh as the least of their tables. */
const ENTITIES = ['product', 'product_text', 'category', 'subcategory', 'inventory']

/** What an answer is made of, and what is recorded of it. */
const FLOW = {
  reads: ['product', 'product_text', 'product_vector', 'stock', 'click_evidence'].map(table => ({
    dataset: `search.${table}`,
  })),
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
  uses: ['store', 'models', 'sources', 'cache'] as const,
  genericPlans: true,
  input,
  output,
  example: { query: 'warm gloves', limit: 3, filters: { category: 'Clothing', priceMax: 50 } },

  async init({ resources: { store, models, sources }, settings, log }) {
    await embedText(models, 'warm-up', true)
    const synonyms = readSynonyms(sources)
    return {
      vocabulary: keepVocabulary(store, synonyms.words),
      synonyms,
      embed: rememberVectors((text, isEnglish) => embedText(models, text, isEnglish)),
      isEnglish: loadEnglish(),
      purposes: await readPurposes(sources, models),
      topics: topicsOfEntities(sources, ENTITIES),
      isInStockFirst: settings.SEARCH_IN_STOCK === 'first',
      rank: makeRanking(store, settings, log),
      searches: makeSearchRecorder(store, settings, log),
    }
  },

  close: ({ searches }) => searches.close(),

  async handle(given, { state, resources, lineage }) {
    const { query, language, clientId, limit, offset, similarTo, searchId: known } = given
    const startedAt = performance.now()
    const { store, models } = resources
    const searchId = known ?? randomUUID()
    const [index, asked] = await Promise.all([
      readIndexState(store, state.topics),
      readQuery(given, state, resources),
    ])
    const { meant, wanted, english } = asked
    const sort = given.sort ?? meant.sort
    const ranked = state.rank({ searchId, query, page: { limit, offset }, isByFit: query !== '' && !sort })
    const find = (applied: Filters) =>
      findProducts(
        resources,
        {
          wanted,
          filters: { ...applied, ...asked.others },
          sort,
          isStrict: given.sort === undefined && sort !== undefined,
          isGrouped: given.group === 'model',
          isInStockFirst: state.isInStockFirst,
          ...ranked.page,
        },
        index.version,
      )
    const { found, applied } = await findWithin(find, meant, given.filters)
    const shown = await ranked.show(found.results)
    const tookMs = Math.round((performance.now() - startedAt) * 10) / 10
    const model = modelOf(models, english)
    lineage(FLOW)
    // What is like a product is shown beside it: nobody has searched.
    if (known === undefined && similarTo === undefined)
      state.searches.record({
        ...{ searchId, query, clientId, tookMs, model },
        at: new Date(),
        filters: applied,
        language: language ?? (english >= 0.5 ? 'en' : 'und'),
        ...{ offset, shown },
      })
    const highlight = makeHighlighter(asked.terms, word => asked.vocabulary.get(word)?.stems)
    return {
      searchId,
      ...toAnswer({ ...found, results: shown.results }, highlight),
      didYouMean: asked.didYouMean,
      interpreted: {
        query: meant.query,
        filters: applied,
        corrected: asked.corrected,
        sort: sort ?? null,
        not: [...meant.notColours, ...meant.notWords],
      },
      tookMs,
      asOf: toAsOf(index),
      model,
    }
  },
})
