import { readCommit, type Table } from './table.ts'

const BATCH_ID = 'cordage.batchId'

/** The batch that the table's properties name: the Delta version of the commit that landed it. */
export function batchIdOf({ snapshot }: Table): number | undefined {
  const text = snapshot.metadata?.configuration[BATCH_ID]
  return text === undefined ? undefined : Number(text)
}

/**
 * Writes the last landed batch into the table's properties, beside the schema version, where every reader of Delta finds
 * them. The snapshot is then of that version (docs/decisions/0011-a-lake-in-a-metastore.md).
 */
export async function stampBatch(table: Table): Promise<void> {
  for (;;) {
    const { metadata } = table.snapshot
    const batch = await findLastBatch(table)
    if (!metadata || batch === undefined || batch === batchIdOf(table)) return
    const configuration = { ...metadata.configuration, [BATCH_ID]: String(batch) }
    if (await table.commit('SET TBLPROPERTIES', [{ metaData: { ...metadata, configuration } }])) {
      await table.checkpointIfDue()
      return
    }
  }
}

/** @returns the properties' batch if the log no longer has one: nothing has landed within its retention */
async function findLastBatch(table: Table): Promise<number | undefined> {
  for (let { version } = table.snapshot; version >= 0; version--) {
    const actions = await readCommit(table, version)
    if (!actions) return batchIdOf(table) ?? version + 1
    // A merge of files changes no data, a stamp has none.
    if (actions.some(action => ('add' in action && action.add.dataChange) || 'txn' in action)) return version
  }
  return undefined
}
