import { findFrom } from '../database/append-only.ts'
import { lsnAsNumeric } from '../database/lsn.ts'
import type { Table } from '../database/table.ts'
import type { Answer, Part } from '../tds/answer.ts'
import { SqlError } from '../tds/errors.ts'
import { compileCondition, compileOrder, compileSelected } from './evaluate.ts'
import { type Condition, type Expression, parseCondition, parseSelected } from './parse-expression.ts'
import type { Asked, Recogniser } from './registry.ts'
import { map, slice, tableOf, tableScope, take } from './rows.ts'
import type { DoubleSession } from './session.ts'
import { isBehind, sortedRows } from './sorted-rows.ts'

/** What our capture asks of the tables themselves: a lock, a snapshot with its place in the log, and rows. */
export const tableStatements: Recogniser<DoubleSession>[] = [
  {
    name: 'lockTable',
    text: `set lock_timeout {ms:number};
begin transaction;
select * from {schema}.{table} with (tablock, holdlock) where 1 = 0;`,
    answer: lockTable,
  },
  {
    name: 'beginSnapshot',
    text: `set transaction isolation level snapshot;
begin transaction;
select top (1) object_id from cdc.change_tables;
save transaction cordage;`,
    answer: beginSnapshot,
  },
  {
    name: 'readPlace',
    text: `select cast(t.database_transaction_most_recent_savepoint_lsn as varchar(30)) as lsn
from sys.dm_tran_database_transactions t
join sys.dm_tran_current_transaction c on c.transaction_id = t.transaction_id
where t.database_id = db_id()`,
    answer({ session }) {
      session.requireServerState()
      const { transaction } = session
      const lsn = transaction?.savepointLsn
      return [
        tableOf({ lsn: 'varchar(30)' }, transaction ? [[lsn === undefined ? null : lsnAsNumeric(lsn)]] : []),
      ]
    },
  },
  {
    name: 'rollBack',
    text: `if @@trancount > 0 rollback transaction;
set transaction isolation level read committed;`,
    answer({ session }) {
      session.isolation = 'read committed'
      return session.depth > 0 ? session.rollback() : []
    },
  },
  {
    name: 'readRows',
    text: 'select top (@limit) {columns:list} from {schema}.{table} where {after:condition} order by {along:list}',
    answer: readRows,
  },
  {
    name: 'readRows',
    text: 'select top (@limit) {columns:list} from {schema}.{table} order by {along:list}',
    answer: readRows,
  },
]

/** The lock waits for transactions that have changed the table, and then holds others off. */
async function* lockTable({ holes, session, signal }: Asked<DoubleSession>): AsyncGenerator<Part> {
  session.lockTimeoutMs = Number(holes.ms)
  yield* session.begin()
  const table = namedTable(session, holes)
  session.requireSelect(table)
  const owner = session.transaction
  // Its connection may have been cut meanwhile: nobody would give the lock back.
  if (!owner)
    throw new SqlError(596, 'Cannot continue the execution because the session is in the kill state.', {
      severity: 21,
    })
  await session.database.locks.lock(table.objectId, owner, 'shared', session.lockTimeoutMs, signal)
  yield { columns: table.columns.map(({ name, type, nullable }) => ({ name, type, nullable })), rows: [] }
}

function* beginSnapshot({ session }: Asked<DoubleSession>): Generator<Part> {
  session.isolation = 'snapshot'
  yield* session.begin()
  session.requireCdc('change_tables')
  const instances = [...session.view().cdc().instances].sort((a, b) => a.objectId - b.objectId)
  yield tableOf(
    { object_id: 'int not null' },
    instances.slice(0, 1).map(({ objectId }) => [objectId]),
  )
  session.transaction?.save()
  yield { changed: undefined }
}

function readRows({ holes, session, parameter }: Asked<DoubleSession>): Answer {
  const table = namedTable(session, holes)
  const scope = tableScope(table)
  const selected = parseSelected(holes.columns ?? '')
  const condition = holes.after === undefined ? undefined : parseCondition(holes.after)
  const along = parseSelected(holes.along ?? '')
  session.requireSelect(table, [
    ...new Set(
      [...selected, ...along]
        .flatMap(({ expression }) => columnsOf(expression))
        .concat(condition ? columnsIn(condition) : []),
    ),
  ])
  const { columns, read } = compileSelected(selected, scope, parameter)
  const isAfter = condition ? compileCondition(condition, scope, parameter) : () => true
  const order = compileOrder(along, scope, parameter)
  const sorted = sortedRows(session.view(), table, holes.along ?? '', order)
  const isLastPart = condition !== undefined && isBehind(condition, along)
  const from = isLastPart ? findFrom({ items: sorted, length: sorted.length }, row => !isAfter(row)) : 0
  const rows = isLastPart ? slice(sorted, from) : sorted.filter(isAfter)
  return [{ columns, rows: map(take(rows, Number(parameter('limit'))), read) }]
}

const namedTable = (session: DoubleSession, { schema, table }: Asked<DoubleSession>['holes']): Table =>
  session.view().table(`${schema}.${table}`)

const columnsOf = (expression: Expression): string[] => {
  if (expression.kind === 'column') return [expression.name]
  return expression.kind === 'convert' ? columnsOf(expression.of) : []
}

const columnsIn = (condition: Condition): string[] =>
  condition.kind === 'compare'
    ? [...columnsOf(condition.left), ...columnsOf(condition.right)]
    : condition.of.flatMap(columnsIn)
