import { completedEpoch, openTable, stampBatch, tablePath } from '../../../shared/lake/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import type { LakeTable, SystemVars, TableVars, Warehouse } from '../../../shared/warehouse/index.ts'

/** A table as a build has pinned it. */
export type Pinned = TableVars & {
  /** Delta version; null where nothing has landed. */
  version: number | null
  /** The last epoch whose snapshot is complete, and begun by what the build covers. */
  epoch: number
  /** Columns that are there. */
  landed: string[]
}

/**
 * Pins every table of the lake, its version after the stamp of its batch, and has the engine's metastore know it. Tables in
 * which nothing has landed are left out of the metastore: there is nothing to read yet.
 */
export async function registerLake(
  objects: ObjectStore,
  register: NonNullable<Warehouse['registerTables']>,
  systems: Record<string, SystemVars>,
  objectsUrl: string,
): Promise<Record<string, SystemVars & { tables: Record<string, Pinned> }>> {
  const pinned: Record<string, SystemVars & { tables: Record<string, Pinned> }> = {}
  const there: LakeTable[] = []
  for (const [system, vars] of Object.entries(systems)) {
    const tables: Record<string, Pinned> = {}
    for (const [name, declared] of Object.entries(vars.tables)) {
      tables[name] = await pinTable(objects, tablePath(system, name), declared, vars.through)
      if (tables[name].version !== null)
        there.push({ system, table: declared.folder, url: `${objectsUrl}/${tablePath(system, name)}` })
    }
    pinned[system] = { ...vars, tables }
  }
  await register(there)
  return pinned
}

async function pinTable(
  objects: ObjectStore,
  path: string,
  declared: TableVars,
  through: SystemVars['through'],
): Promise<Pinned> {
  const table = await openTable(objects, path)
  if (!table.snapshot.exists) return { ...declared, version: null, epoch: 0, landed: [] }
  await stampBatch(table)
  const { snapshot } = table
  const columns = new Set(snapshot.columns.map(({ name }) => name))
  const completed = completedEpoch(snapshot, declared.topic, declared.partitions)
  const begun = through ? Number.parseInt(through.split('-')[0] ?? '', 16) : Number.POSITIVE_INFINITY
  return {
    ...declared,
    version: snapshot.version,
    epoch: Math.min(completed, begun),
    landed: Object.keys(declared.columns).filter(name => columns.has(name)),
  }
}
