import { randomUUID } from 'node:crypto'
import { defineFunction } from '../../../shared/contract/index.ts'
import { promoteModel } from '../../../shared/propositions/index.ts'
import { promotion, promotionInput } from '../../../shared/registry/index.ts'
import { makeLeases } from '../../../shared/store/index.ts'

/**
 * Lets another version of the propositions' model serve. recommend-products answers by it within a second; the lists of the night follow
 * with the scoring that this starts. A repeat without a version goes back again.
 */
export default defineFunction({
  name: 'promote-propositions',
  summary: 'Lets another version of the propositions model serve: the challenger, or the one before',
  access: 'operator',
  uses: ['store', 'objects', 'mlflow'] as const,
  input: promotionInput,
  output: promotion,

  init({ resources }) {
    return { leases: makeLeases(resources.store, randomUUID()) }
  },

  async handle(input, { state, resources: { store, objects, mlflow }, signal, log }) {
    return await promoteModel(input, { store, objects, mlflow, leases: state.leases, signal, log })
  },
})
