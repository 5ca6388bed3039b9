import type { Query } from '../store/index.ts'
import type { Family, Model, Role, Stored, Trained } from './family.ts'

/** Older ones than these cannot be called back any more. */
const KEPT_VERSIONS = 20

const COLUMNS = `version, role, trained_at as "trainedAt", champion_at as "championAt", origin::text as origin, metrics, data, code_version as "codeVersion"`

async function find<Own extends Record<string, unknown>>(
  query: Query,
  { table, content }: Family<Own>,
  where: string,
  value: unknown,
): Promise<Stored<Own> | undefined> {
  const columns = [COLUMNS, ...Object.keys(content)].join()
  const [found] = await query<Stored<Own>>(
    `select ${columns} from ${table} where ${where} order by version desc limit 1`,
    [value],
  )
  return found
}

export const findModel = <Own extends Record<string, unknown>>(
  query: Query,
  family: Family<Own>,
  role: Role,
) => find(query, family, 'role = $1', role)

export const findVersion = <Own extends Record<string, unknown>>(
  query: Query,
  family: Family<Own>,
  version: number,
) => find(query, family, 'version = $1', version)

export const listModels = (query: Query, { table }: Family): Promise<Model[]> =>
  query<Model>(`select ${COLUMNS} from ${table} order by version desc`)

export async function makeChampion(query: Query, { table }: Family, version: number): Promise<void> {
  await query(`update ${table} set role = 'retired' where role = 'champion' and version <> $1`, [version])
  await query(`update ${table} set role = 'champion', champion_at = clock_timestamp() where version = $1`, [
    version,
  ])
}

export async function saveModel<Own extends Record<string, unknown>>(
  query: Query,
  family: Family<Own>,
  trained: Trained<Own>,
): Promise<{ version: number; role: 'champion' | 'challenger' }> {
  const { table, content, servedIn } = family
  const { origin, metrics, data, codeVersion } = trained
  const [serving] = await query(`select version from ${table} where role = 'champion' for update`)
  const role = metrics.wins === true || !serving ? 'champion' : 'challenger'
  await query(`update ${table} set role = 'retired' where role = 'challenger'`)
  const columns: Record<string, unknown> = {
    ...{ role: 'challenger', origin, code_version: codeVersion },
    ...{ metrics: JSON.stringify(metrics), data: JSON.stringify(data) },
  }
  for (const [column, form] of Object.entries(content))
    columns[column] = form === 'bytes' ? trained[column] : JSON.stringify(trained[column])
  const names = Object.keys(columns)
  const [row] = await query<{ version: number }>(
    `insert into ${table} (${names.join()}) values (${names.map((_, n) => `$${n + 1}`).join()}) returning version`,
    Object.values(columns),
  )
  const version = row?.version ?? 0
  if (role === 'champion') await makeChampion(query, family, version)
  await query(
    `delete from ${table} where role = 'retired' and version <= $1 - ${KEPT_VERSIONS}
       and version not in (select version from ${servedIn})`,
    [version],
  )
  return { version, role }
}
