import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { objectSchema } from '../../../shared/events/index.ts'
import {
  dropCovered,
  followAlias,
  keepRules,
  readGone,
  readOrigin,
  readProductSignals,
  readTerritories,
} from '../../../shared/propositions/index.ts'
import { makeLeases, underLease } from '../../../shared/store/index.ts'
import { MART, publishLists } from './publish.ts'

/** Called by hand without a field, or with the announcement of a build that was checked, or of a model. */
const input = objectSchema.partial()

const output = z.object({
  state: z
    .enum(['scored', 'no_model', 'no_sales'])
    .describe('no_model: none has been trained yet; no_sales: no client has bought anything'),
  clients: z.number().int(),
  products: z.number().int(),
  version: z.number().int().nullable().describe('Of the model'),
  warnings: z.array(z.string()).describe('Of the file of rules'),
  tookMs: z.number(),
})

/** Its holder scores. */
const LEASE = 'score-propositions'
/** What clients did is kept beside the builds for so long: a build may begin late, and run long. */
const KEPT_MS = 7 * 86_400_000

/**
 * Reads from the build what is known of products and of clients, and lists for each client what it would want, by the champion and
 * the rules of the shop. What clients do later changes what recommend-products answers at once. A failure leaves what was there; a
 * repeat makes the same.
 */
export default defineFunction({
  name: 'score-propositions',
  summary: 'Lists for each client what it would want, by the model that serves',
  access: 'internal',
  uses: ['store', 'warehouse', 'mlflow'] as const,
  input,
  output,
  job: { repeat: 'a repeat lists again from what is then the finished build' },
  timeoutMs: 60 * 60_000,

  init({ resources: { store }, settings, log }) {
    return {
      leases: makeLeases(store, randomUUID()),
      rules: keepRules(settings.PROPOSITION_RULES, log),
    }
  },

  async handle(_, { state, resources, signal: ownSignal, report, log, lineage }) {
    const { store, warehouse, mlflow } = resources
    const startedAt = performance.now()
    const { rules, warnings } = state.rules()
    return await underLease(state.leases, LEASE, ownSignal, async lease => {
      const signal = AbortSignal.any([ownSignal, lease.signal])
      await followAlias({ mlflow, store, leases: state.leases, log, signal })
      const made = await warehouse.read(async reader => {
        const past = { reader, gone: await readGone(store.query) }
        const origin = await readOrigin(past)
        if (origin === undefined) return undefined
        report(0, 'reading what is known of each product')
        const signals = {
          products: await readProductSignals(past, origin),
          territories: await readTerritories(past, origin),
        }
        return await publishLists(store, past, { origin, ...signals, rules, signal, report })
      })
      await dropCovered(store.query, { before: new Date(Date.now() - KEPT_MS) })
      lineage(
        {
          reads: [{ dataset: 'warehouse.fct_client_interaction' }, { dataset: 'warehouse.dim_product' }],
          writes: [{ dataset: 'propositions.product' }, { dataset: 'propositions.history' }],
        },
        { reads: [{ dataset: 'propositions.history' }], writes: [{ dataset: `mart.${MART}` }] },
      )
      return {
        state: !made
          ? ('no_sales' as const)
          : made.version === null
            ? ('no_model' as const)
            : ('scored' as const),
        clients: made?.clients ?? 0,
        products: made?.products ?? 0,
        version: made?.version ?? null,
        warnings,
        tookMs: Math.round(performance.now() - startedAt),
      }
    })
  },
})
