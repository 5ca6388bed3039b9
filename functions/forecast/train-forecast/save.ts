import { readRows, saveModel } from '../../../shared/forecasts/index.ts'
import type { Query, Store } from '../../../shared/store/index.ts'
import type { Build } from '../../../shared/warehouse/index.ts'
import type { Trained } from './train.ts'

const ROWS_AT_ONCE = 2000

/**
 * Keeps a model, and what would have been said of past days.
 * @param because why it was trained
 */
export async function save(
  store: Store,
  trained: Trained,
  build: Build,
  because: string,
): Promise<{ version: number; role: 'champion' | 'challenger' }> {
  const { members, parameters, metrics, origin, codeVersion, series, days, seconds } = trained
  return await store.transaction(async ({ query }) => {
    const saved = await saveModel(query, {
      ...{ members, parameters, origin, codeVersion, data: build },
      metrics: { ...metrics, series, days, seconds, trainedBecause: because },
    })
    await savePast(query, trained.past)
    return saved
  })
}

/** What people were told stays; a back-test of today's code replaces an older one. */
async function savePast(query: Query, file: string): Promise<void> {
  for await (const rows of readRows(file, ROWS_AT_ONCE))
    await query(
      `insert into forecast.past (product_id, date, origin, mean, p10, p90, basis)
       select r.*, 'back-test' from jsonb_to_recordset($1::jsonb) as r
         (product_id text, date date, origin date, mean real, p10 real, p90 real)
       on conflict (product_id, date) do update
         set origin = excluded.origin, mean = excluded.mean, p10 = excluded.p10, p90 = excluded.p90
         where past.basis = 'back-test'`,
      [rows],
    )
}
