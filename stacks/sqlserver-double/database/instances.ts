import { SqlError } from '../tds/errors.ts'
import { emptyList, findFrom, itemsOf, lastOf, replaceAll } from './append-only.ts'
import type { CaptureAround } from './capture-job.ts'
import { type CaptureInstance, type Cdc, emptyCdc, instancesOf } from './cdc-state.ts'
import { localDateTime } from './clock.ts'
import { flushLog, writeRecord } from './log.ts'
import { type Lsn, NO_LSN } from './lsn.ts'
import { type DatabaseState, nextObjectId, requireCdc, tableNamed } from './state.ts'
import { columnNamed, fullName } from './table.ts'

/** sp_cdc_enable_db. */
export function enableDatabase({ state }: { state: DatabaseState }): void {
  state.cdc ??= emptyCdc()
}

export type EnableTable = {
  table: string
  /** Otherwise `schema_table`. */
  captureInstance?: string
  /** Otherwise all. */
  columns?: string[]
  role?: string
  allowPartitionSwitch?: boolean
}

const MAX_INSTANCES = 2

/** sp_cdc_enable_table: changes are captured from here on. The first makes the jobs. */
export function enableTable({ state, server, clock }: CaptureAround, options: EnableTable): CaptureInstance {
  const cdc = requireCdc(state)
  const table = tableNamed(state, options.table)
  const name = options.captureInstance ?? `${table.schema}_${table.name}`
  if (instancesOf(cdc, table).length >= MAX_INSTANCES)
    throw new SqlError(22_962, `Two capture instances already exist for source table '${fullName(table)}'.`)
  if (cdc.instances.some(instance => instance.name === name))
    throw new SqlError(22_926, `Could not create a capture instance because the name '${name}' is in use.`)
  const columns = options.columns?.map(column => columnNamed(table, column)) ?? table.columns
  if (cdc.instances.length === 0) {
    server.job.exists = true
    server.job.isRunning = true
    server.cleanupJobExists = true
  }
  state.seq += 1
  const startLsn = writeRecord(state.log)
  flushLog(state.log)
  const instance: CaptureInstance = {
    ...{
      name,
      objectId: nextObjectId(state),
      sourceObjectId: table.objectId,
      startLsn,
      createdSeq: state.seq,
    },
    createdAt: localDateTime(clock, clock.now()),
    columns: [...columns]
      .sort((a, b) => a.id - b.id)
      .map((column, index) => ({
        ...{ ordinal: index + 1, columnId: column.id, name: column.name, type: column.type },
        isComputed: column.compute !== undefined,
        isNullable: column.nullable,
      })),
    allowsPartitionSwitch: options.allowPartitionSwitch ?? true,
    role: options.role,
    changes: emptyList(),
  }
  cdc.instances.push(instance)
  return instance
}

export function instanceNamed(cdc: Cdc, name: string): CaptureInstance | undefined {
  return cdc.instances.find(instance => instance.name.toLowerCase() === name.toLowerCase())
}

/** sp_cdc_disable_table. Its rows of cdc.ddl_history go with it, but for those that some servers leave. */
export function disableTable(
  { state }: { state: DatabaseState },
  captureInstance: string,
  { leaveDdlHistory = false } = {},
): void {
  const cdc = requireCdc(state)
  const instance = instanceNamed(cdc, captureInstance)
  if (!instance) throw new SqlError(22_960, `The capture instance '${captureInstance}' does not exist.`)
  cdc.instances = cdc.instances.filter(other => other !== instance)
  state.seq += 1
  writeRecord(state.log)
  flushLog(state.log)
  if (!leaveDdlHistory)
    replaceAll(
      cdc.ddl,
      [...itemsOf(cdc.ddl)].filter(({ objectId }) => objectId !== instance.objectId),
    )
}

/** sp_cdc_disable_db. */
export function disableDatabase({ state, server }: CaptureAround): void {
  state.cdc = undefined
  state.log.unread = []
  server.job.exists = false
  server.job.isRunning = false
  server.cleanupJobExists = false
}

/** fn_cdc_get_max_lsn: as far as the capture job has read. */
export const maxLsn = (cdc: Cdc): Lsn | undefined => lastOf(cdc.times)?.startLsn

/** fn_cdc_get_min_lsn: zero for an instance that is not there. */
export const minLsn = (cdc: Cdc, captureInstance: string): Lsn =>
  instanceNamed(cdc, captureInstance)?.startLsn ?? NO_LSN

export type CleanUp = {
  before: Lsn
  /** The instances alone are told their new beginning: a clean-up that is at work. */
  onlyMark?: boolean
}

/** The clean-up job: instances begin later first, then what lies before is deleted. */
export function cleanUp({ state }: { state: DatabaseState }, { before, onlyMark = false }: CleanUp): void {
  const cdc = requireCdc(state)
  for (const instance of cdc.instances) if (instance.startLsn < before) instance.startLsn = before
  if (onlyMark) return
  for (const { changes } of cdc.instances) {
    const from = findFrom(changes, ({ startLsn }) => startLsn < before)
    replaceAll(changes, changes.items.slice(from, changes.length))
  }
  const from = findFrom(cdc.times, ({ startLsn }) => startLsn < before)
  replaceAll(cdc.times, cdc.times.items.slice(from, cdc.times.length))
}
