import { makeChampion, readRows } from '../../../shared/forecasts/index.ts'
import type { Query, Store } from '../../../shared/store/index.ts'
import type { Build } from '../../../shared/warehouse/index.ts'
import type { Trained } from './train.ts'

/** Older ones than these cannot be called back any more. */
const KEPT_VERSIONS = 20
const ROWS_AT_ONCE = 2000

/**
 * Keeps a model, as the champion if it won, or if none serves; and what would have been said of past days.
 * @param because why it was trained
 */
export async function saveModel(
  store: Store,
  trained: Trained,
  build: Build,
  because: string,
): Promise<{ version: number; role: 'champion' | 'challenger' }> {
  const { members, parameters, metrics, origin, codeVersion, series, days, seconds } = trained
  return await store.transaction(async ({ query }) => {
    const [serving] = await query("select version from forecast.model where role = 'champion' for update")
    const role = metrics.wins === true || !serving ? 'champion' : 'challenger'
    await query("update forecast.model set role = 'retired' where role = 'challenger'")
    const [row] = await query<{ version: number }>(
      `insert into forecast.model (role, origin, members, parameters, metrics, data, code_version)
       values ('challenger', $1, $2, $3, $4, $5, $6) returning version`,
      [
        origin,
        JSON.stringify(members),
        JSON.stringify(parameters),
        JSON.stringify({ ...metrics, series, days, seconds, trainedBecause: because }),
        JSON.stringify(build),
        codeVersion,
      ],
    )
    const version = row?.version ?? 0
    if (role === 'champion') await makeChampion(query, version)
    await savePast(query, trained.past)
    await query(
      `delete from forecast.model where role = 'retired' and version <= $1 - ${KEPT_VERSIONS}
         and version not in (select version from forecast.product)`,
      [version],
    )
    return { version, role }
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
