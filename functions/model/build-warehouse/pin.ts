import { completedEpoch, openTable, stampBatch, tablePath } from '../../../shared/lake/index.ts'
import type { ObjectStore } from '../../../shared/objects/index.ts'
import type { LakeTable, SystemVars, TablePin, TableVars } from '../../../shared/warehouse/index.ts'
import type { Coverage } from './coverage.ts'

type Lake = {
  objects: ObjectStore
  /** DuckDB's name of a folder of the objects. */
  locate(folder: string): string
  /** Whether to write the last batch into the table's properties, which an engine with a metastore shows. */
  stamps: boolean
}

/**
 * Pins every table of the lake: one version, and what our own reader finds in it. The version, its columns and its epoch
 * are of one snapshot: an older epoch would take fewer rows for deleted, a newer one too many.
 * @param coverage read before: what is covered then is in every version that is found now
 */
export async function pinSystems(
  lake: Lake,
  systems: Record<string, SystemVars>,
  coverage: Coverage[],
): Promise<Record<string, SystemVars>> {
  const pinned = Object.entries(systems).map(async ([system, vars]) => {
    const covered = coverage.find(each => each.system === system)
    const tables = Object.entries(vars.tables).map(async ([name, declared]) => {
      const pin = await pinTable(lake, tablePath(system, name), declared, covered?.position)
      return [name, { ...declared, ...pin, covered_at: covered?.tables[name] ?? null }] as const
    })
    const through = covered?.position ?? null
    return [system, { ...vars, through, tables: Object.fromEntries(await Promise.all(tables)) }] as const
  })
  return Object.fromEntries(await Promise.all(pinned))
}

async function pinTable(
  { objects, locate, stamps }: Lake,
  path: string,
  { topic, partitions, columns }: TableVars,
  through: string | undefined,
): Promise<Partial<TablePin>> {
  const table = await openTable(objects, path)
  if (!table.snapshot.exists) return {}
  if (stamps) await stampBatch(table)
  const { snapshot } = table
  const there = new Set(snapshot.columns.map(({ name }) => name))
  const coveredEpoch = through ? Number.parseInt(through.split('-')[0] ?? '', 16) : Number.POSITIVE_INFINITY
  return {
    path: locate(path),
    version: snapshot.version,
    epoch: Math.min(completedEpoch(snapshot, topic, partitions), coveredEpoch),
    landed: Object.keys(columns).filter(name => there.has(name)),
  }
}

/** Delta version by `<system>.<table>`. */
export function versionsOf(systems: Record<string, SystemVars>): Record<string, number> {
  const versions = landedTables(systems).map(({ system, name, version }) => [`${system}.${name}`, version])
  return Object.fromEntries(versions)
}

/** Tables for an engine's metastore: those in which nothing has landed cannot be read yet. */
export function tablesToRegister(systems: Record<string, SystemVars>, objectsUrl: string): LakeTable[] {
  return landedTables(systems).map(({ system, name, folder }) => ({
    system,
    table: folder,
    url: `${objectsUrl}/${tablePath(system, name)}`,
  }))
}

function landedTables(systems: Record<string, SystemVars>) {
  return Object.entries(systems).flatMap(([system, { tables }]) =>
    Object.entries(tables).flatMap(([name, { folder, version }]) =>
      version === null ? [] : [{ system, name, folder, version }],
    ),
  )
}
