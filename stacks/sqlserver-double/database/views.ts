import { SqlError } from '../tds/errors.ts'
import { type Cdc, freezeCdc } from './cdc-state.ts'
import { type DatabaseState, requireCdc, tableNamed } from './state.ts'
import { type StoredRow, type Table, versionAt } from './table.ts'

/** What a reader sees: the last commits, or those up to a snapshot's. */
export type View = {
  /** A snapshot stays as it is. */
  isFrozen: boolean
  state: DatabaseState
  table(name: string): Table
  rows(table: Table): Iterable<StoredRow>
  cdc(): Cdc
}

/** As the last commit left it. A reader does not wait for open transactions, as with READ_COMMITTED_SNAPSHOT. */
export function liveView(state: DatabaseState): View {
  return {
    isFrozen: false,
    state,
    table: name => tableNamed(state, name),
    rows: table => rowsAt(table, Number.POSITIVE_INFINITY),
    cdc: () => requireCdc(state),
  }
}

export function snapshotView(state: DatabaseState, database: string): View {
  const { seq } = state
  const cdc = state.cdc && freezeCdc(state.cdc)
  const refuseChanged = (changedAt: number) => {
    if (changedAt > seq)
      throw new SqlError(
        3961,
        `Snapshot isolation transaction failed in database '${database}' because the object accessed by the statement has been modified by a DDL statement in another concurrent transaction since the start of this transaction.`,
      )
  }
  return {
    isFrozen: true,
    state,
    table(name) {
      const table = tableNamed(state, name)
      refuseChanged(table.changedAt)
      return table
    },
    rows: table => rowsAt(table, seq),
    cdc: () => cdc ?? requireCdc(state),
  }
}

function* rowsAt({ rows }: Table, seq: number): Generator<StoredRow> {
  for (const version of rows.values()) {
    const row = versionAt(version, seq)
    if (row) yield row
  }
}
