import { findFrom, lastOf } from '../database/append-only.ts'
import type { CaptureInstance, Cdc, ChangeRow, LsnTime } from '../database/cdc-state.ts'
import { compareChanges } from '../database/change-rows.ts'
import { instanceNamed } from '../database/instances.ts'
import { type Lsn, lsnFromBytes, lsnToBytes } from '../database/lsn.ts'
import type { Answer } from '../tds/answer.ts'
import { SqlError } from '../tds/errors.ts'
import { column, type Value } from '../tds/types.ts'
import { compileSelected } from './evaluate.ts'
import { parseSelected } from './parse-expression.ts'
import type { Asked, Recogniser } from './registry.ts'
import { changeScope, map, tableOf, take } from './rows.ts'
import type { DoubleSession } from './session.ts'

/** A list without its alias, and its order, as both statements of changes have them. */
const IN_ORDER = 'c.[__$start_lsn], c.[__$command_id], c.[__$seqval], c.[__$operation]'
const changesWhere = (where: string) =>
  `select top (@limit) ${IN_ORDER}, m.tran_end_time, c.[__$update_mask], {columns:list}
from cdc.{changeTable} c
left join cdc.lsn_time_mapping m on m.start_lsn = c.[__$start_lsn]
where ${where}
order by ${IN_ORDER}`

/** What our capture asks of the change tables. */
export const changeStatements: Recogniser<DoubleSession>[] = [
  {
    name: 'readLog',
    text: `select start_lsn, tran_end_time, tran_id from cdc.lsn_time_mapping where start_lsn = @reached
union all
select start_lsn, tran_end_time, tran_id from (select top (1) start_lsn, tran_end_time, tran_id
  from cdc.lsn_time_mapping order by start_lsn desc) latest`,
    answer({ session, parameter }) {
      session.requireCdc('lsn_time_mapping')
      const cdc = session.view().cdc()
      const entries = [timeOf(cdc, lsnFromBytes(parameter('reached'))), lastOf(cdc.times)]
      const rows = entries
        .filter(entry => entry !== undefined)
        .map(({ startLsn, ended, transactionId }) => [lsnToBytes(startLsn), ended, transactionId])
      return [
        tableOf(
          { start_lsn: 'binary(10) not null', tran_end_time: 'datetime', tran_id: 'varbinary(10)' },
          rows,
        ),
      ]
    },
  },
  {
    name: 'readChanges',
    text: changesWhere('c.[__$start_lsn] > @reached and c.[__$start_lsn] <= @to'),
    answer(asked) {
      const reached = lsnFromBytes(asked.parameter('reached'))
      return answerChanges(asked, ({ startLsn }) => startLsn <= reached)
    },
  },
  {
    name: 'readMoreChanges',
    text: changesWhere(`c.[__$start_lsn] >= @lsn and c.[__$start_lsn] <= @to and (c.[__$start_lsn] > @lsn or c.[__$command_id] > @command
  or c.[__$command_id] = @command and (c.[__$seqval] > @seqval or c.[__$seqval] = @seqval and c.[__$operation] > @operation))`),
    answer(asked) {
      const { parameter } = asked
      const place = {
        startLsn: lsnFromBytes(parameter('lsn')),
        commandId: Number(parameter('command')),
        seqval: lsnFromBytes(parameter('seqval')),
        operation: Number(parameter('operation')),
      }
      return answerChanges(asked, row => compareChanges(row, place) <= 0)
    },
  },
]

/** Change tables are held in the order that is asked for: it is that of their clustered index. */
function answerChanges(asked: Asked<DoubleSession>, isBefore: (row: ChangeRow) => boolean): Answer {
  const { holes, parameter, session } = asked
  session.requireCdc(holes.changeTable ?? '')
  const cdc = session.view().cdc()
  const instance = instanceOfTable(cdc, holes.changeTable ?? '')
  const to = lsnFromBytes(parameter('to'))
  const selected = compileSelected(parseSelected(holes.columns ?? ''), changeScope(instance), parameter)
  const lsn = 'binary(10) not null'
  const columns = [
    ...[column('__$start_lsn', lsn), column('__$command_id', 'int'), column('__$seqval', lsn)],
    ...[column('__$operation', 'int not null'), column('tran_end_time', 'datetime')],
    ...[column('__$update_mask', 'varbinary(128)'), ...selected.columns],
  ]
  const times = makeTimes(cdc)
  const rows = map(take(changesUpTo(instance, isBefore, to), Number(parameter('limit'))), (row): Value[] => [
    ...[lsnToBytes(row.startLsn), row.commandId, lsnToBytes(row.seqval), row.operation],
    ...[times(row.startLsn), row.updateMask, ...selected.read(row)],
  ])
  return [{ columns, rows }]
}

function* changesUpTo({ changes }: CaptureInstance, isBefore: (row: ChangeRow) => boolean, to: Lsn) {
  const { items, length } = changes
  for (let i = findFrom(changes, isBefore); i < length; i++) {
    const row = items[i] as ChangeRow
    if (row.startLsn > to) return
    yield row
  }
}

/** `cdc.[dbo_product_CT]` is the change table of `dbo_product`. */
export function instanceOfTable(cdc: Cdc, changeTable: string): CaptureInstance {
  const instance = instanceNamed(cdc, changeTable.replace(/_CT$/i, ''))
  if (instance && /_CT$/i.test(changeTable)) return instance
  throw new SqlError(208, `Invalid object name 'cdc.${changeTable}'.`)
}

/** An entry of cdc.lsn_time_mapping. */
export function timeOf({ times }: Cdc, lsn: Lsn): LsnTime | undefined {
  const entry = times.items[findFrom(times, ({ startLsn }) => startLsn < lsn)]
  return entry?.startLsn === lsn ? entry : undefined
}

/** The times of commits, each looked up once: their rows stand together. */
function makeTimes(cdc: Cdc): (lsn: Lsn) => string | null {
  let last: { lsn: Lsn; ended: string | null } | undefined
  return lsn => {
    if (last?.lsn !== lsn) last = { lsn, ended: timeOf(cdc, lsn)?.ended ?? null }
    return last.ended
  }
}
