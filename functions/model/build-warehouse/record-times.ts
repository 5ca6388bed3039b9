import type { Store } from '../../../shared/store/index.ts'

/** How long times are kept: a few weeks show which model grows. */
const KEPT_DAYS = 30
const SHOWN = 5

type Took = { node: string; ms: number }

/** Keeps how long each model and test of a finished build took. @returns those that took longest, longest first */
export async function recordTimes(store: Store, took: Took[]): Promise<Took[]> {
  await store.transaction(async ({ query }) => {
    await query(
      'insert into ops.build_time (node, ms) select node, ms from jsonb_to_recordset($1::jsonb) as t (node text, ms integer)',
      [JSON.stringify(took)],
    )
    await query(`delete from ops.build_time where built_at < now() - $1 * interval '1 day'`, [KEPT_DAYS])
  })
  return took.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN)
}
