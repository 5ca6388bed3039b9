import { findFrom } from '../database/append-only.ts'
import type { CaptureInstance, Cdc, ChangeRow, LsnTime } from '../database/cdc-state.ts'
import { localOffset } from '../database/clock.ts'
import { maxLsn, minLsn } from '../database/instances.ts'
import { incrementLsn, type Lsn, lsnFromBytes, lsnToBytes } from '../database/lsn.ts'
import type { Answer } from '../tds/answer.ts'
import { writeOffset } from '../tds/times.ts'
import { column, type Value } from '../tds/types.ts'
import { instanceOfTable, timeOf } from './capture-changes.ts'
import { compileSelected } from './evaluate.ts'
import { asSent, requireDatabase } from './jdbc-text.ts'
import { parseSelected } from './parse-expression.ts'
import type { Asked, Recogniser } from './registry.ts'
import { changeScope, map, tableOf } from './rows.ts'
import type { DoubleSession } from './session.ts'

type Ask = Asked<DoubleSession>

const LSN = 'binary(10)'

/** Change data capture as a statement sees it that names it in a database. */
function cdcOf({ holes, session }: Ask, object: string): Cdc {
  requireDatabase(session.database, holes.database)
  session.requireCdc(object)
  return session.view().cdc()
}
const lsnOf = ({ parameter }: Ask, name: string): Lsn => lsnFromBytes(parameter(name))
const oneLsn = (lsn: Lsn | undefined): Answer => [
  tableOf({ '': LSN }, [[lsn === undefined ? null : lsnToBytes(lsn)]]),
]

/** Entries of transactions, from an LSN on: those without changes say only how far the log was read. */
function transactionsFrom({ times }: Cdc, from: Lsn): LsnTime[] {
  const first = findFrom(times, ({ startLsn }) => startLsn < from)
  return times.items
    .slice(first, times.length)
    .filter(({ transactionId }) => transactionId.some(byte => byte !== 0))
}

const nthTransaction = (where: string, count: string) =>
  `SELECT MAX(start_lsn) FROM (SELECT TOP (${count}) start_lsn FROM {database}.cdc.lsn_time_mapping WHERE ${where}tran_id <> 0x00 ORDER BY start_lsn) as next_lsns`

const changeTables = (where: string) =>
  `WITH ordered_change_tables AS (SELECT ROW_NUMBER() OVER (PARTITION BY ct.source_object_id, ct.start_lsn ORDER BY ct.create_date DESC) AS ct_sequence, ct.* FROM {database}.cdc.change_tables AS ct${where}) SELECT OBJECT_SCHEMA_NAME(source_object_id, DB_ID(?)), OBJECT_NAME(source_object_id, DB_ID(?)), capture_instance, object_id, start_lsn FROM ordered_change_tables WHERE ct_sequence = 1`

/** With `data.query.mode=direct`: the function would order by sequence values. */
const CHANGES = `SELECT cdc_data.[__$start_lsn], cdc_data.[__$seqval], cdc_data.[__$operation], cdc_data.[__$update_mask], {columns:list}, TODATETIMEOFFSET(ltm.tran_begin_time, DATEPART(TZOFFSET, SYSDATETIMEOFFSET()))
FROM {database}.cdc.{changeTable} AS cdc_data LEFT JOIN {database}.cdc.lsn_time_mapping ltm ON ltm.start_lsn = cdc_data.[__$start_lsn]
WHERE (([cdc_data].[__$start_lsn] = ? AND [cdc_data].[__$seqval] = ? AND [cdc_data].[__$operation] > ?) OR ([cdc_data].[__$start_lsn] = ? AND [cdc_data].[__$seqval] > ?) OR ([cdc_data].[__$start_lsn] > ?)) AND [cdc_data].[__$start_lsn] <= ?
ORDER BY cdc_data.[__$start_lsn] ASC, cdc_data.[__$command_id] ASC, cdc_data.[__$seqval] ASC, cdc_data.[__$operation] ASC`

/** What Debezium asks of change data capture. */
export const debeziumChanges: Recogniser<DoubleSession>[] = [
  {
    name: 'debezium: max lsn',
    text: 'SELECT {database}.sys.fn_cdc_get_max_lsn()',
    answer: asked => oneLsn(maxLsn(cdcOf(asked, 'lsn_time_mapping'))),
  },
  {
    name: 'debezium: min lsn',
    text: asSent('SELECT {database}.sys.fn_cdc_get_min_lsn(?)'),
    answer: asked => oneLsn(minLsn(cdcOf(asked, 'change_tables'), String(asked.parameter('P0')))),
  },
  {
    name: 'debezium: min lsn of all',
    text: 'select min(start_lsn) from {database}.cdc.change_tables',
    answer: asked =>
      oneLsn(
        cdcOf(asked, 'change_tables')
          .instances.map(({ startLsn }) => startLsn)
          .sort()[0],
      ),
  },
  {
    name: 'debezium: next lsn',
    text: asSent('SELECT {database}.sys.fn_cdc_increment_lsn(?)'),
    answer(asked) {
      requireDatabase(asked.session.database, asked.holes.database)
      return oneLsn(incrementLsn(lsnOf(asked, 'P0')))
    },
  },
  {
    name: 'debezium: last transaction',
    text: 'SELECT MAX(start_lsn) FROM {database}.cdc.lsn_time_mapping WHERE tran_id <> 0x00',
    answer: asked => oneLsn(transactionsFrom(cdcOf(asked, 'lsn_time_mapping'), '').at(-1)?.startLsn),
  },
  {
    name: 'debezium: nth transaction',
    text: asSent(nthTransaction('', '?')),
    answer(asked) {
      const all = transactionsFrom(cdcOf(asked, 'lsn_time_mapping'), '')
      return oneLsn(all.slice(0, Number(asked.parameter('P0'))).at(-1)?.startLsn)
    },
  },
  {
    name: 'debezium: nth transaction from the last',
    text: asSent(nthTransaction('start_lsn >= ? AND ', '? + 1')),
    answer(asked) {
      const next = transactionsFrom(cdcOf(asked, 'lsn_time_mapping'), lsnOf(asked, 'P1'))
      return oneLsn(next.slice(0, Number(asked.parameter('P0')) + 1).at(-1)?.startLsn)
    },
  },
  {
    name: 'debezium: captured columns',
    text: 'SELECT object_id, column_name FROM {database}.cdc.captured_columns ORDER BY object_id, column_id',
    answer(asked) {
      const instances = cdcOf(asked, 'captured_columns').instances.toSorted((a, b) => a.objectId - b.objectId)
      const rows = instances.flatMap(({ objectId, columns }) =>
        columns.map(({ name }): Value[] => [objectId, name]),
      )
      return [tableOf({ object_id: 'int not null', column_name: 'sysname not null' }, rows)]
    },
  },
  {
    name: 'debezium: change tables',
    text: asSent(changeTables('')),
    answer: asked => listInstances(asked, cdcOf(asked, 'change_tables').instances),
  },
  {
    name: 'debezium: change tables up to an lsn',
    text: asSent(changeTables(' WHERE ct.start_lsn <= ?')),
    answer(asked) {
      const to = lsnOf(asked, 'P0')
      const { instances } = cdcOf(asked, 'change_tables')
      return listInstances(
        asked,
        instances.filter(({ startLsn }) => startLsn <= to),
      )
    },
  },
  {
    name: 'debezium: new change tables',
    text: asSent('SELECT * FROM {database}.cdc.change_tables WHERE start_lsn BETWEEN ? AND ?'),
    answer(asked) {
      const [from, to] = [lsnOf(asked, 'P0'), lsnOf(asked, 'P1')]
      const rows = cdcOf(asked, 'change_tables')
        .instances.filter(({ startLsn }) => from <= startLsn && startLsn <= to)
        .map(({ objectId, sourceObjectId, name, startLsn }): Value[] => [
          ...[objectId, 0, sourceObjectId, name, lsnToBytes(startLsn)],
        ])
      const types = { object_id: 'int not null', version: 'int', source_object_id: 'int' }
      return [tableOf({ ...types, capture_instance: 'sysname not null', start_lsn: LSN }, rows)]
    },
  },
  { name: 'debezium: changes', text: asSent(CHANGES), answer: readChanges },
]

/** Instances with their tables; of two of a table that begin at one place the newer one. */
function listInstances({ session }: Ask, instances: readonly CaptureInstance[]): Answer {
  const { tables } = session.database.state
  const isOutdone = ({ sourceObjectId, startLsn, createdSeq }: CaptureInstance) =>
    instances.some(
      other =>
        other.sourceObjectId === sourceObjectId &&
        other.startLsn === startLsn &&
        other.createdSeq > createdSeq,
    )
  const rows = instances
    .filter(instance => !isOutdone(instance))
    .map(({ name, objectId, sourceObjectId, startLsn }): Value[] => {
      const source = tables.find(table => table.objectId === sourceObjectId)
      return [source?.schema ?? null, source?.name ?? null, name, objectId, lsnToBytes(startLsn)]
    })
  const unnamed = [column('', 'sysname'), column('', 'sysname')]
  const named = [column('capture_instance', 'sysname'), column('object_id', 'int'), column('start_lsn', LSN)]
  return [{ columns: [...unnamed, ...named], rows }]
}

/** Reads a change table directly: nothing refuses an LSN that clean-up has passed. */
function readChanges(asked: Ask): Answer {
  const { holes, parameter, session } = asked
  const cdc = cdcOf(asked, holes.changeTable ?? '')
  const instance = instanceOfTable(cdc, holes.changeTable ?? '')
  const selected = compileSelected(parseSelected(holes.columns ?? ''), changeScope(instance), parameter)
  const offset = writeOffset(localOffset(session.database.clock))
  const beganAt = ({ startLsn }: ChangeRow) => {
    const began = timeOf(cdc, startLsn)?.began
    return began === undefined ? null : began + offset
  }
  const lsn = `${LSN} not null`
  const columns = [
    ...[column('__$start_lsn', lsn), column('__$seqval', lsn), column('__$operation', 'int not null')],
    ...[column('__$update_mask', 'varbinary(128)'), ...selected.columns, column('', 'datetimeoffset(3)')],
  ]
  const rows = map(changesAsked(asked, instance), (row): Value[] => [
    ...[lsnToBytes(row.startLsn), lsnToBytes(row.seqval), row.operation, row.updateMask],
    ...[...selected.read(row), beganAt(row)],
  ])
  return [{ columns, rows }]
}

/** In the order of the change table's index, which is the order that is asked for. */
function* changesAsked(asked: Ask, { changes }: CaptureInstance): Generator<ChangeRow> {
  const [commit, seqval, operation] = [lsnOf(asked, 'P0'), lsnOf(asked, 'P1'), Number(asked.parameter('P2'))]
  const [sameCommit, afterSeqval] = [lsnOf(asked, 'P3'), lsnOf(asked, 'P4')]
  const [after, to] = [lsnOf(asked, 'P5'), lsnOf(asked, 'P6')]
  const lowest = [commit, sameCommit, after].sort()[0] as Lsn
  for (let i = findFrom(changes, ({ startLsn }) => startLsn < lowest); i < changes.length; i++) {
    const row = changes.items[i] as ChangeRow
    if (row.startLsn > to) return
    const isBehind =
      row.startLsn > after ||
      (row.startLsn === sameCommit && row.seqval > afterSeqval) ||
      (row.startLsn === commit && row.seqval === seqval && row.operation > operation)
    if (isBehind) yield row
  }
}
