import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { objectSchema } from '../../../shared/events/index.ts'
import type { Flow } from '../../../shared/lineage/index.ts'
import { makeLeases, type Store, underLease } from '../../../shared/store/index.ts'
import { copyMarts, type Published } from './copy.ts'
import { requireChecked } from './gate.ts'
import { dropOldSchemas } from './keep.ts'
import { checkRowRules } from './rights.ts'
import { moveViews } from './views.ts'

/** Its holder publishes. */
const LEASE = 'publish-marts'

/** Called by hand without a field, or with the announcement of a build that was checked. */
const input = objectSchema.partial()

const output = z.object({
  schema: z.string(),
  marts: z.record(z.string(), z.number()).describe('Rows by mart'),
  droppedSchemas: z.array(z.string()),
  covered: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
  tookMs: z.number(),
})

/**
 * Copies the warehouse's marts into a schema of their own, `mart_<n>`, then moves all views `mart.*` to it at once.
 * Only a build whose checks did not fail is published. Nobody's query fails or waits for the copying. A repeat publishes the same under another number; one that fails
 * leaves the views where they were. One at a time, so that an older build never takes a newer one's place.
 */
export default defineFunction({
  name: 'publish-marts',
  summary: "Publishes the warehouse's marts in the store, all at once",
  access: 'internal',
  uses: ['store', 'warehouse'] as const,
  input,
  output,
  timeoutMs: 10 * 60_000,

  init({ resources }) {
    return { leases: makeLeases(resources.store, randomUUID()) }
  },

  async handle(_, { state, resources: { store, warehouse }, signal: ownSignal, log, lineage }) {
    const startedAt = performance.now()
    return await underLease(state.leases, LEASE, ownSignal, lease =>
      warehouse.read(async reader => {
        const { build, marts, models, metrics } = reader
        checkRowRules(marts)
        const signal = AbortSignal.any([ownSignal, lease.signal])
        await requireChecked(store.query, build.builtAt, signal)
        const number = await takeNumber(store)
        const published = await copyMarts(store, reader, number, signal)
        await moveViews(store, { published, build, models, metrics }, { number, lease, signal })
        const droppedSchemas = await dropOldSchemas(store, number)
        log.debug({ schema: `mart_${number}` }, 'marts published')
        lineage({}, ...published.map(mart => toFlow(mart, number)))
        return {
          schema: `mart_${number}`,
          marts: Object.fromEntries(published.map(mart => [mart.name, mart.rows])),
          droppedSchemas,
          covered: { changedAt: build.changedAt, position: build.position },
          tookMs: Math.round(performance.now() - startedAt),
        }
      }),
    )
  },
})

/** A mart has the columns of its model as they are. */
function toFlow({ name, columns, rows }: Published, number: number): Flow {
  const dataset = `warehouse.${name}`
  const origins = columns.map(column => [column.name, [{ dataset, column: column.name }]])
  return {
    part: name,
    reads: [{ dataset }],
    writes: [
      { dataset: `mart.${name}`, version: String(number), rows, columns: Object.fromEntries(origins) },
    ],
  }
}

async function takeNumber(store: Store): Promise<number> {
  const [row] = await store.query<{ number: string }>(`select nextval('ops.mart_schema') as number`)
  return Number(row?.number)
}
