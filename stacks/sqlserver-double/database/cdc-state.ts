import type { SqlType, Value } from '../tds/types.ts'
import { type AppendOnly, emptyList, freeze } from './append-only.ts'
import type { Lsn } from './lsn.ts'

export type CapturedColumn = {
  ordinal: number
  columnId: number
  name: string
  type: SqlType
  isComputed: boolean
  /** Of the source's column; a change table's may always be null. */
  isNullable: boolean
}

/** A row of a change table: `values` in the order of the captured columns. */
export type ChangeRow = {
  startLsn: Lsn
  seqval: Lsn
  operation: 1 | 2 | 3 | 4
  updateMask: Buffer
  values: readonly Value[]
  commandId: number
}

export type CaptureInstance = {
  name: string
  /** Of the change table. */
  objectId: number
  sourceObjectId: number
  startLsn: Lsn
  createdAt: string
  /** The commit that made it, which older snapshots may not look behind. */
  createdSeq: number
  columns: CapturedColumn[]
  allowsPartitionSwitch: boolean
  role: string | undefined
  changes: AppendOnly<ChangeRow>
}

/** A row of cdc.lsn_time_mapping; times are the server's own. */
export type LsnTime = { startLsn: Lsn; began: string; ended: string; transactionId: Buffer; beginLsn: Lsn }

export type DdlRow = {
  sourceObjectId: number
  objectId: number
  requiredColumnUpdate: boolean
  command: string
  lsn: Lsn
  at: string
}

/** A row of sys.dm_cdc_log_scan_sessions. */
export type ScanSession = {
  id: number
  began: string
  ended: string
  startLsn: Lsn
  endLsn: Lsn
  transactions: number
  emptyScans: number
  errors: number
}

/** A row of sys.dm_cdc_errors. */
export type CaptureError = { sessionId: number; at: string; number: number; message: string }

export type CaptureJob = {
  exists: boolean
  isRunning: boolean
  sessions: ScanSession[]
  errors: CaptureError[]
}

/** What change data capture holds; undefined in a database where it is off. */
export type Cdc = {
  instances: CaptureInstance[]
  times: AppendOnly<LsnTime>
  ddl: AppendOnly<DdlRow>
}

export const emptyCdc = (): Cdc => ({ instances: [], times: emptyList(), ddl: emptyList() })

export const instancesOf = (cdc: Cdc | undefined, { objectId }: { objectId: number }) =>
  cdc?.instances.filter(({ sourceObjectId }) => sourceObjectId === objectId) ?? []

/** As it is now, whatever the capture job and clean-up do: what a snapshot sees. */
export function freezeCdc({ instances, times, ddl }: Cdc): Cdc {
  return {
    instances: instances.map(instance => ({ ...instance, changes: freeze(instance.changes) })),
    times: freeze(times),
    ddl: freeze(ddl),
  }
}
