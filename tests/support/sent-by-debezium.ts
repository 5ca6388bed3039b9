/** A change as SQL Server's change tables have it. */
export type LoggedChange = {
  table: string
  commit: number
  /** Its place in the log: not in the order in which a transaction's statements changed rows. */
  seqval: number
  op: 'c' | 'u' | 'd'
  key: number
  /** What tells it from every other change of a history. */
  mark: string
}

/** Changes by table, each in the order of commits and statements, as `cdc.<instance>_CT` is read. */
export type History = { tables: Map<string, LoggedChange[]>; commits: number }

export const TABLES = ['Product', 'Transporter', 'Territory']

/**
 * Random transactions over few keys, so that they meet. A later statement may lie before an earlier one in the log, and a
 * deferred update is a deletion and a creation at one place.
 */
export function makeHistory(random: () => number, commits: number): History {
  const pick = (count: number) => Math.floor(random() * count)
  const tables = new Map<string, LoggedChange[]>(TABLES.map(table => [table, []]))
  let count = 0
  for (let commit = 1; commit <= commits; commit++) {
    const blocks = [...Array(1 + pick(4)).keys()].sort(() => random() - 0.5)
    for (const block of blocks) {
      const table = TABLES[pick(TABLES.length)] as string
      const log = (op: LoggedChange['op'], seqval: number, key: number) =>
        tables.get(table)?.push({ table, commit, seqval, op, key, mark: `m${count++}` })
      for (let row = 0, size = 1 + pick(6); row < size; row++) {
        const seqval = block * 100 + row + 1
        const key = pick(4)
        if (random() < 0.2) {
          log('d', seqval, key)
          log('c', seqval, key)
        } else log((['c', 'u', 'd'] as const)[pick(3)] as LoggedChange['op'], seqval, key)
      }
    }
  }
  return { tables, commits }
}

/** What Debezium's connector stores of its place: of the last change sent, and how many of its transaction those were. */
export type ConnectorOffset = { commit: number; seqval: number; serial: number; counted: number }

export type Sent = { change: LoggedChange; serial: number; total: number; offset: ConnectorOffset }

/**
 * The order in which Debezium's SQL Server connector (3.6.1, SqlServerStreamingChangeEventSource) sends these tables' changes
 * from an offset on: always the lowest place of all tables' heads. After a restart it leaves out what lies before its
 * offset, until a table's changes are no longer in the log's order; from there to the transaction's end it sends everything.
 */
export function* sendFrom(
  history: History,
  tables: string[],
  from: ConnectorOffset | undefined,
): Generator<Sent> {
  const pointers = tables.map(table => ({
    rows: (history.tables.get(table) ?? []).filter(({ commit }) => commit >= (from?.commit ?? 0)),
    next: 0,
  }))
  let last = from
  let isUnordered = false
  let skippedAtOffset = 1
  for (;;) {
    const heads = pointers.filter(({ rows, next }) => next < rows.length)
    if (heads.length === 0) return
    const pointer = heads.reduce((lowest, other) =>
      compare(headOf(other), headOf(lowest)) < 0 ? other : lowest,
    )
    const change = headOf(pointer)
    const previous = pointer.rows[pointer.next - 1]
    if (previous && change.commit > previous.commit) isUnordered = false
    if (previous && compare(change, previous) < 0) isUnordered = true
    pointer.next += 1
    // Both rows of an update count.
    const rows = change.op === 'u' ? 2 : 1
    const toOffset = from ? compare(change, from) : 1
    if (!isUnordered && toOffset < 0) continue
    if (!isUnordered && from && toOffset === 0 && skippedAtOffset <= from.serial) {
      skippedAtOffset += rows
      continue
    }
    const serial = last && compare(change, last) === 0 ? last.serial + rows : rows
    const counted = last?.commit === change.commit ? last.counted + 1 : 1
    last = { commit: change.commit, seqval: change.seqval, serial, counted }
    yield { change, serial, total: counted, offset: last }
  }
}

type Pointer = { rows: LoggedChange[]; next: number }

function headOf({ rows, next }: Pointer): LoggedChange {
  return rows[next] as LoggedChange
}

type Place = Pick<LoggedChange, 'commit' | 'seqval'>

function compare(a: Place, b: Place): number {
  return a.commit - b.commit || a.seqval - b.seqval
}

const lsn = (block: number, slot: number) =>
  `0001f0af:${block.toString(16).padStart(8, '0')}:${slot.toString(16).padStart(4, '0')}`

/** A message of the raw topic as the connector writes it, with its count or without. */
export function toMessage({ change, serial, total }: Sent, isCounted: boolean): object {
  const row = { id: change.key, mark: change.mark }
  return {
    op: change.op,
    before: change.op === 'c' ? null : row,
    after: change.op === 'd' ? null : row,
    source: {
      connector: 'sqlserver',
      schema: 'dbo',
      table: change.table,
      ts_ms: 1_767_225_600_000 + change.commit,
      snapshot: 'false',
      commit_lsn: lsn(change.commit, 0xffff),
      change_lsn: lsn(change.commit, change.seqval),
      event_serial_no: serial,
    },
    transaction: isCounted ? { id: lsn(change.commit, 0xffff), total_order: total } : null,
  }
}

/** A row of a snapshot. */
export function toSnapshotRow(
  table: string,
  key: number,
  snapshot: 'first' | 'last',
  commit: number,
): object {
  return {
    op: 'r',
    before: null,
    after: { id: key, mark: 'read' },
    source: {
      connector: 'sqlserver',
      schema: 'dbo',
      table,
      ts_ms: 1_767_225_600_000 + commit,
      snapshot,
      commit_lsn: lsn(commit, 0xffff),
      change_lsn: null,
      event_serial_no: null,
    },
    transaction: null,
  }
}
