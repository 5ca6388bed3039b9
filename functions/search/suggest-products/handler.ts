import { toAsOf, topicsOfEntities } from '../../../shared/bus/index.ts'
import { defineFunction } from '../../../shared/contract/index.ts'
import { withoutMarks } from '../../../shared/text/index.ts'
import { keepRead, keepVocabulary } from '../../../shared/vocabulary/index.ts'
import { chooseSuggestions } from './choose.ts'
import { findKinds, readKinds } from './kinds.ts'
import { findSuggested } from './query.ts'
import { input, output } from './schema.ts'
import { readTyped } from './typed.ts'

/** Entities that suggestions are made of: they are as fresh as the least of their tables. */
const ENTITIES = ['product', 'product_text', 'category', 'subcategory']

const FLOW = { reads: [{ dataset: 'search.product' }], writes: [] }

/**
 * Completes what somebody is typing by what the index has: words, names, categories and numbers. Words and the counts of
 * categories are read in the background, seconds apart; that they find something is looked up with each call.
 */
export default defineFunction({
  name: 'suggest-products',
  summary: 'What a half typed query may become: words, names, categories, product numbers',
  access: 'public',
  readOnly: true,
  uses: ['store', 'sources'] as const,
  genericPlans: true,
  input,
  output,
  example: { query: 'mountain bo', limit: 5 },

  async init({ resources: { store, sources } }) {
    return {
      vocabulary: keepVocabulary(store, []),
      kinds: keepRead(() => readKinds(store), []),
      topics: topicsOfEntities(sources, ENTITIES),
    }
  },

  async handle({ query, limit, language }, { state, resources: { store }, lineage }) {
    const startedAt = performance.now()
    const vocabulary = state.vocabulary()
    const typed = readTyped(query, vocabulary)
    const corrected = typed.completions.map(({ word }) => withoutMarks(word))
    const kinds = findKinds(state.kinds(), typed.pieces, typed.isCorrected ? corrected : [])
    const group = 'index-products'
    const found = await findSuggested(store, { typed, vocabulary, kinds, group, topics: state.topics })
    lineage(FLOW)
    const isEnglish = language === undefined || language.startsWith('en')
    return {
      suggestions: chooseSuggestions({ typed, kinds, found }, { limit, isEnglish }),
      tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
      asOf: toAsOf(found),
    }
  },
})
