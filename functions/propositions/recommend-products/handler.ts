import { randomUUID } from 'node:crypto'
import { defineFunction } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import {
  chooseModel,
  keepRules,
  keepServed,
  MODEL_NAME,
  makeListRecorder,
  readHistory,
  scorerOf,
} from '../../../shared/propositions/index.ts'
import { askedForOf, describeClient, toAnswer } from './answer.ts'
import { askedProducts, chooseProducts } from './choose.ts'
import { findFor } from './find.ts'
import { input, output } from './schema.ts'

const FLOW = {
  reads: ['history', 'recent', 'product', 'model'].map(table => ({ dataset: `propositions.${table}` })),
  writes: [{ dataset: 'source.cordage.Proposition' }],
}

/**
 * What to offer: to a client, beside a product, with a basket, or to somebody of whom nothing is known. What a client did until
 * this moment counts. That a list was shown is recorded later; a list that is asked for twice is another one.
 */
export default defineFunction({
  name: 'recommend-products',
  summary: 'What a client would want, or what goes with a product or a basket, and why',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  genericPlans: true,
  input,
  output,
  example: { clientId: '11000', limit: 3 },

  init({ resources: { store }, settings, log }) {
    return {
      served: keepServed(store),
      rules: keepRules(settings.PROPOSITION_RULES, log),
      lists: makeListRecorder(store, log),
    }
  },

  close: ({ lists }) => lists.close(),

  async handle(question, { state, resources: { store }, lineage }) {
    const startedAt = performance.now()
    const { clientId, productId, propositionsId: repeated } = question
    const propositionsId = repeated ?? randomUUID()
    const { rules, warnings } = state.rules()
    const [served, history] = await Promise.all([
      state.served(),
      clientId === undefined ? undefined : readHistory(store.query, clientId),
    ])
    if (!served) throw notYet()
    const serving = chooseModel(served, rules, clientId)
    const scorer = scorerOf(served, serving)
    const found = await findFor(store.query, served, serving, question, history)
    const { made, products } = await chooseProducts(store.query, served, rules, {
      ...{ question, serving, scored: found.scored, history },
    })
    if (productId !== undefined && !products.has(productId))
      throw new NotFoundError(`there is no product ${JSON.stringify(productId)}`, { field: 'productId' })
    const propositions = toAnswer(made.list, { products, found, scorer, productId })
    const experiment =
      rules.experiment && serving.group !== undefined
        ? { name: rules.experiment.name, group: serving.group }
        : null
    const askedFor = askedForOf(question, history !== undefined)
    const tookMs = Math.round((performance.now() - startedAt) * 10) / 10
    lineage(FLOW)
    if (repeated === undefined)
      state.lists.record({
        ...{ propositionsId, at: new Date(), clientId, askedFor, tookMs },
        askedProducts: [...askedProducts(question)],
        productIds: propositions.map(each => each.productId),
        experiment: experiment ?? undefined,
        model: serving.model && { name: MODEL_NAME, version: String(serving.model.version) },
      })
    return {
      ...{ propositionsId, askedFor, propositions, experiment, tookMs },
      known: history !== undefined,
      warnings: [...warnings, ...made.warnings],
      client: question.withHistory && history ? await describeClient(store.query, served, history) : null,
      asOf: { changedAt: served.build.changedAt, position: served.build.position },
      model: serving.model ? { name: MODEL_NAME, version: serving.model.version } : null,
    }
  },
})

const notYet = () =>
  new NotFoundError(
    'there are no propositions yet: train-propositions trains a model after the first build, and score-propositions lists by it',
  )
