import type { AddFile } from './actions.ts'
import { dataKey } from './data-files.ts'
import { readRowGroups } from './parquet.ts'
import { OWN_COLUMNS } from './raw-table.ts'
import type { Table } from './table.ts'

/** A change as a bus partition carries it: one position may be in every partition (a truncate is). */
export type ChangeId = { partition: number; position: string }

export const changeName = ({ partition, position }: ChangeId) => `${partition}/${position}`

const COLUMNS = OWN_COLUMNS.filter(({ name }) => name === '_partition' || name === '_position')

/**
 * Which of the changes the table's rows hold, by name. Reads two columns of the files whose statistics do not rule the
 * changes out: for the few that are asked for by hand, not for the stream.
 */
export async function findChanges(table: Table, changes: ChangeId[]): Promise<Set<string>> {
  const wanted = new Set(changes.map(changeName))
  const found = new Set<string>()
  if (wanted.size === 0) return found
  const partitionAt = COLUMNS.findIndex(({ name }) => name === '_partition')
  const positionAt = COLUMNS.findIndex(({ name }) => name === '_position')
  for (const file of table.snapshot.files.values()) {
    if (!changes.some(({ position }) => mayHold(file, position))) continue
    const stored = { key: dataKey(table, file.path), size: file.size }
    for await (const { rows, values } of readRowGroups(table.objects, stored, COLUMNS))
      for (let row = 0; row < rows; row++) {
        const position = Buffer.from(values[positionAt]?.[row] as Uint8Array).toString()
        const name = changeName({ partition: Number(values[partitionAt]?.[row]), position })
        if (wanted.has(name)) found.add(name)
      }
  }
  return found
}

function mayHold({ stats }: AddFile, position: string): boolean {
  if (stats === undefined) return true
  const { minValues, maxValues } = JSON.parse(stats) as Record<string, { _position?: string } | undefined>
  const least = minValues?._position
  const greatest = maxValues?._position
  return (least === undefined || least <= position) && (greatest === undefined || position <= greatest)
}
