import { itemsOf } from '../database/append-only.ts'
import type { Cdc } from '../database/cdc-state.ts'
import { localOffset } from '../database/clock.ts'
import { describeType, isCollated } from '../database/describe.ts'
import { lsnToBytes } from '../database/lsn.ts'
import { fullName, type Table, toObject } from '../database/table.ts'
import type { Value } from '../tds/types.ts'
import type { Asked, Recogniser } from './registry.ts'
import { tableOf } from './rows.ts'
import type { DoubleSession } from './session.ts'

/** What our capture asks of the catalogue. */
export const catalogueStatements: Recogniser<DoubleSession>[] = [
  {
    name: 'readServer',
    text: `select cast(serverproperty('ProductVersion') as nvarchar(128)) as version,
  cast(serverproperty('EngineEdition') as int) as edition, db_name() as database_name, d.is_cdc_enabled,
  d.snapshot_isolation_state, cast(databasepropertyex(db_name(), 'Updateability') as nvarchar(128)) as updateability,
  datepart(tzoffset, sysdatetimeoffset()) as utc_offset, d.collation_name,
  (select cast(c.value_in_use as int) from sys.configurations c where c.name = 'max text repl size (B)') as max_text_bytes
from sys.databases d where d.database_id = db_id()`,
    answer({ session: { database } }) {
      const { server, state, name, clock, isReadOnly } = database
      const types = {
        ...{
          version: 'nvarchar(128)',
          edition: 'int',
          database_name: 'nvarchar(128)',
          is_cdc_enabled: 'bit',
        },
        ...{ snapshot_isolation_state: 'tinyint', updateability: 'nvarchar(128)', utc_offset: 'int' },
        ...{ collation_name: 'sysname', max_text_bytes: 'int' },
      }
      const row = [
        ...[server.version, server.edition, name, state.cdc !== undefined, state.allowsSnapshots ? 1 : 0],
        ...[
          isReadOnly ? 'READ_ONLY' : 'READ_WRITE',
          localOffset(clock),
          server.collation,
          server.maxTextBytes,
        ],
      ]
      return [tableOf(types, [row])]
    },
  },
  {
    name: 'readTableNames',
    text: `select s.name as schema_name, t.name as table_name from sys.tables t
join sys.schemas s on s.schema_id = t.schema_id
where t.is_ms_shipped = 0 and s.name <> N'cdc' order by s.name, t.name`,
    answer({ session: { database } }) {
      const tables = database.state.tables.filter(({ kind }) => kind === 'table')
      const names = tables.map(({ schema, name }) => [schema, name])
      names.sort(([a = '', b = ''], [c = '', d = '']) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1))
      return [tableOf({ schema_name: 'sysname not null', table_name: 'sysname not null' }, names)]
    },
  },
  {
    name: 'readColumns',
    text: `select o.name as table_name, o.object_id, o.type as kind, c.name as column_name, c.column_id,
  t.name as type_name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_computed, c.is_column_set, c.collation_name,
  has_perms_by_name(quotename(s.name) + '.' + quotename(o.name), 'OBJECT', 'SELECT', c.name, 'COLUMN') as may_read
from sys.objects o
join sys.schemas s on s.schema_id = o.schema_id
join sys.columns c on c.object_id = o.object_id
join sys.types t on t.user_type_id = case when c.system_type_id = 240 then c.user_type_id else c.system_type_id end
where s.name = @schema and o.type in ('U', 'V') and o.name in ({tables:parameters})
order by o.object_id, c.column_id`,
    answer(asked) {
      const types = {
        ...{
          table_name: 'sysname not null',
          object_id: 'int not null',
          kind: 'char(2)',
          column_name: 'sysname',
        },
        ...{ column_id: 'int not null', type_name: 'sysname not null', max_length: 'smallint not null' },
        ...{
          precision: 'tinyint not null',
          scale: 'tinyint not null',
          is_nullable: 'bit',
          is_computed: 'bit not null',
        },
        ...{ is_column_set: 'bit', collation_name: 'sysname', may_read: 'int' },
      }
      return [
        tableOf(
          types,
          askedTables(asked).flatMap(table => columnRows(table, asked.session)),
        ),
      ]
    },
  },
  {
    name: 'readIndexes',
    text: `select i.object_id, i.index_id, i.is_primary_key, c.name as column_name
from sys.indexes i
join sys.objects o on o.object_id = i.object_id
join sys.schemas s on s.schema_id = o.schema_id
join sys.index_columns ic on ic.object_id = i.object_id and ic.index_id = i.index_id
join sys.columns c on c.object_id = ic.object_id and c.column_id = ic.column_id
where s.name = @schema and o.name in ({tables:parameters}) and i.is_unique = 1 and i.has_filter = 0
  and i.is_disabled = 0 and ic.key_ordinal > 0
order by i.object_id, i.index_id, ic.key_ordinal`,
    answer(asked) {
      const types = {
        object_id: 'int not null',
        index_id: 'int not null',
        is_primary_key: 'bit',
        column_name: 'sysname',
      }
      const rows = askedTables(asked).flatMap(({ objectId, indexes, columns }) =>
        indexes.flatMap(({ id, isPrimary, columnIds }) =>
          columnIds.map(columnId => [
            objectId,
            id,
            isPrimary,
            columns.find(own => own.id === columnId)?.name ?? null,
          ]),
        ),
      )
      return [tableOf(types, rows)]
    },
  },
  {
    name: 'readPartitions',
    text: `select p.object_id, p.partition_number, p.partition_id, p.rows
from sys.partitions p
join sys.objects o on o.object_id = p.object_id
join sys.schemas s on s.schema_id = o.schema_id
where s.name = @schema and o.name in ({tables:parameters}) and p.index_id in (0, 1)
order by p.object_id, p.partition_number`,
    answer(asked) {
      const types = {
        ...{ object_id: 'int not null', partition_number: 'int not null' },
        ...{ partition_id: 'bigint not null', rows: 'bigint' },
      }
      return [
        tableOf(
          types,
          askedTables(asked)
            .filter(({ kind }) => kind === 'table')
            .flatMap(partitionRows),
        ),
      ]
    },
  },
  {
    name: 'readInstances',
    text: `select ct.capture_instance, ct.object_id, ct.source_object_id, ct.start_lsn, ct.partition_switch,
  (select max(d.ddl_lsn) from cdc.ddl_history d where d.object_id = ct.object_id) as ddl_lsn, cc.column_id, cc.column_ordinal
from cdc.change_tables ct
join cdc.captured_columns cc on cc.object_id = ct.object_id
order by ct.object_id, cc.column_ordinal`,
    answer({ session }) {
      session.requireCdc('change_tables')
      const cdc = session.view().cdc()
      const types = {
        ...{ capture_instance: 'sysname not null', object_id: 'int not null', source_object_id: 'int' },
        ...{ start_lsn: 'binary(10)', partition_switch: 'bit', ddl_lsn: 'binary(10)', column_id: 'int' },
        column_ordinal: 'int not null',
      }
      const rows = byObjectId(cdc).flatMap(instance => {
        const { name, objectId, sourceObjectId, startLsn, allowsPartitionSwitch } = instance
        const facts = [name, objectId, sourceObjectId, lsnToBytes(startLsn), allowsPartitionSwitch]
        return instance.columns.map(({ columnId, ordinal }) => [
          ...facts,
          lastDdl(cdc, objectId),
          columnId,
          ordinal,
        ])
      })
      return [tableOf(types, rows)]
    },
  },
  {
    name: 'readGuards',
    text: `select ct.object_id, ct.source_object_id, ct.capture_instance, ct.start_lsn,
  (select max(d.ddl_lsn) from cdc.ddl_history d where d.object_id = ct.object_id) as ddl_lsn
from cdc.change_tables ct order by ct.object_id`,
    answer({ session }) {
      session.requireCdc('change_tables')
      const cdc = session.view().cdc()
      const types = {
        ...{ object_id: 'int not null', source_object_id: 'int', capture_instance: 'sysname not null' },
        ...{ start_lsn: 'binary(10)', ddl_lsn: 'binary(10)' },
      }
      const rows = byObjectId(cdc).map(({ objectId, sourceObjectId, name, startLsn }) => [
        ...[objectId, sourceObjectId, name, lsnToBytes(startLsn), lastDdl(cdc, objectId)],
      ])
      return [tableOf(types, rows)]
    },
  },
]

/** The tables of `@schema` that the statement lists, by their numbers. */
function askedTables({ holes, parameter, session }: Asked<DoubleSession>): Table[] {
  const schema = String(parameter('schema')).toLowerCase()
  const names = new Set((holes.tables ?? '').split(', ').map(name => String(parameter(name)).toLowerCase()))
  return session.database.state.tables
    .filter(table => table.schema.toLowerCase() === schema && names.has(table.name.toLowerCase()))
    .sort((a, b) => a.objectId - b.objectId)
}

function columnRows(table: Table, session: DoubleSession): Value[][] {
  const isHidden = session.isDenied(`select on ${fullName(table)}`)
  return table.columns.map(({ id, name, type, nullable, compute, collation }) => {
    const { typeName, maxLength, precision, scale } = describeType(type)
    const mayRead = !isHidden && !session.isDenied(`select on ${fullName(table)}(${name})`)
    return [
      ...[table.name, table.objectId, table.kind === 'table' ? 'U ' : 'V ', name, id],
      ...[typeName, maxLength, precision, scale, nullable, compute !== undefined, false],
      ...[isCollated(type) ? (collation ?? session.database.server.collation) : null, mayRead ? 1 : 0],
    ]
  })
}

function partitionRows(table: Table): Value[][] {
  const { objectId, partitions, partitionOf, count } = table
  if (!partitionOf) return partitions.map(({ id, number }) => [objectId, number, id, BigInt(count)])
  const counts = new Map<number, number>()
  for (const { row } of table.rows.values()) {
    if (!row) continue
    const number = partitionOf(toObject(table, row))
    counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  return partitions.map(({ id, number }) => [objectId, number, id, BigInt(counts.get(number) ?? 0)])
}

const byObjectId = ({ instances }: Cdc) => [...instances].sort((a, b) => a.objectId - b.objectId)

/** The last DDL of a change table's source that the capture job has read. */
function lastDdl({ ddl }: Cdc, objectId: number): Value {
  let last: string | undefined
  for (const row of itemsOf(ddl))
    if (row.objectId === objectId && (last === undefined || row.lsn > last)) last = row.lsn
  return last === undefined ? null : lsnToBytes(last)
}
