import type { TableColumn } from '../database/table.ts'
import type { Answer } from '../tds/answer.ts'
import type { SqlType, Value } from '../tds/types.ts'
import { asSent, likePattern, requireDatabase } from './jdbc-text.ts'
import type { Asked } from './registry.ts'
import { tableOf } from './rows.ts'
import type { DoubleSession } from './session.ts'

/** What a type is in ODBC: its number, its precision, and its length in bytes. */
type OdbcType = { number: number; precision: number; bytes: number; scale?: number; radix?: number }

const MAX_BYTES = 2_147_483_647
const exact = (number: number, precision: number, bytes: number, scale = 0): OdbcType => ({
  ...{ number, precision, bytes, scale, radix: 10 },
})
const plain = (number: number, precision: number, bytes = precision): OdbcType => ({
  number,
  precision,
  bytes,
})

const ODBC: { [name: string]: OdbcType } = {
  bit: plain(-7, 1),
  tinyint: exact(-6, 3, 1),
  smallint: exact(5, 5, 2),
  int: exact(4, 10, 4),
  bigint: exact(-5, 19, 8),
  smallmoney: exact(3, 10, 12, 4),
  money: exact(3, 19, 21, 4),
  real: { ...plain(7, 24, 4), radix: 2 },
  float: { ...plain(6, 53, 8), radix: 2 },
  date: plain(91, 10, 6),
  datetime: { ...plain(93, 23, 16), scale: 3 },
  smalldatetime: { ...plain(93, 16, 16), scale: 0 },
  uniqueidentifier: plain(-11, 36, 16),
  rowversion: plain(-2, 8),
  xml: plain(-152, 0),
  text: plain(-1, MAX_BYTES),
  ntext: plain(-10, MAX_BYTES >> 1, MAX_BYTES - 1),
  image: plain(-4, MAX_BYTES),
}
const SIZED: { [name: string]: { number: number; max: number; bytes: number } } = {
  char: { number: 1, max: 1, bytes: 1 },
  varchar: { number: 12, max: -1, bytes: 1 },
  nchar: { number: -8, max: -8, bytes: 2 },
  // Of the (max) types this one keeps its number: what reads the columns cannot tell it from a short one by it.
  nvarchar: { number: -9, max: -9, bytes: 2 },
  binary: { number: -2, max: -2, bytes: 1 },
  varbinary: { number: -3, max: -4, bytes: 1 },
}

function odbcType(type: SqlType): OdbcType {
  if ('precision' in type)
    return exact(type.name === 'numeric' ? 2 : 3, type.precision, type.precision + 2, type.scale)
  if ('length' in type) {
    const { number, max, bytes } = SIZED[type.name] as (typeof SIZED)[string]
    return type.length === 'max' ? plain(max, MAX_BYTES) : plain(number, type.length, type.length * bytes)
  }
  if ('scale' in type) {
    const point = type.scale === 0 ? 0 : type.scale + 1
    if (type.name === 'time') return { ...plain(-154, 8 + point, 12), scale: type.scale }
    if (type.name === 'datetime2') return { ...plain(93, 19 + point, 16), scale: type.scale }
    return { ...plain(-155, 26 + point, 20), scale: type.scale }
  }
  return ODBC[type.name] as OdbcType
}

/** sp_columns_100, as the driver selects of it. */
const COLUMNS = {
  ...{ TABLE_CAT: 'sysname', TABLE_SCHEM: 'sysname', TABLE_NAME: 'sysname', COLUMN_NAME: 'sysname' },
  ...{ DATA_TYPE: 'smallint', TYPE_NAME: 'sysname', COLUMN_SIZE: 'int', BUFFER_LENGTH: 'int' },
  ...{
    DECIMAL_DIGITS: 'smallint',
    NUM_PREC_RADIX: 'smallint',
    NULLABLE: 'smallint',
    REMARKS: 'varchar(254)',
  },
  ...{ COLUMN_DEF: 'nvarchar(4000)', SQL_DATA_TYPE: 'smallint', SQL_DATETIME_SUB: 'smallint' },
  ...{ CHAR_OCTET_LENGTH: 'int', ORDINAL_POSITION: 'int', IS_NULLABLE: 'varchar(254)' },
  ...{ SCOPE_CATALOG: 'int', SCOPE_SCHEMA: 'int', SCOPE_TABLE: 'int', SOURCE_DATA_TYPE: 'tinyint' },
  ...{ IS_AUTOINCREMENT: 'varchar(3)', IS_GENERATEDCOLUMN: 'varchar(3)' },
  ...{ SS_IS_SPARSE: 'smallint', SS_IS_COLUMN_SET: 'smallint', SS_UDT_CATALOG_NAME: 'nvarchar(128)' },
  ...{ SS_UDT_SCHEMA_NAME: 'nvarchar(128)', SS_UDT_ASSEMBLY_TYPE_NAME: 'nvarchar(max)' },
  ...{ SS_XML_SCHEMACOLLECTION_CATALOG_NAME: 'nvarchar(128)' },
  ...{ SS_XML_SCHEMACOLLECTION_SCHEMA_NAME: 'nvarchar(128)', SS_XML_SCHEMACOLLECTION_NAME: 'nvarchar(128)' },
}

function readColumns({ session: { database }, parameter }: Asked<DoubleSession>): Answer {
  requireDatabase(database, parameter('P2'))
  const [table, schema, wanted] = [parameter('P0'), parameter('P1'), parameter('P3')].map(likePattern) as [
    RegExp,
    RegExp,
    RegExp,
  ]
  const rows = database.state.tables
    .filter(own => table.test(own.name) && schema.test(own.schema))
    .flatMap(own =>
      own.columns
        .map((column, index) => ({ column, place: index + 1 }))
        .filter(({ column }) => wanted.test(column.name))
        .map(({ column, place }): Value[] => [
          ...[database.name, own.schema, own.name],
          ...describe(column, place),
        ]),
    )
  return [tableOf(COLUMNS, rows)]
}

function describe({ name, type, nullable, isIdentity, compute }: TableColumn, place: number): Value[] {
  const { number, precision, bytes, scale = null, radix = null } = odbcType(type)
  const isText = 'length' in type
  const yes = (is: boolean) => (is ? 'YES' : 'NO')
  return [
    ...[name, number, type.name, precision, bytes, scale, radix, nullable ? 1 : 0, null, null],
    ...[number, null, isText ? bytes : null, place, yes(nullable), null, null, null, SOURCE_TYPE],
    ...[yes(isIdentity), yes(compute !== undefined), 0, 0, null, null, null, null, null, null],
  ]
}

/** The TDS number of the type, which Debezium does not look at. */
const SOURCE_TYPE = 0

/** Of `DatabaseMetaData.getColumns`: the driver reads the procedure's rows through a table of its own. */
const TEXT = `DECLARE @mssqljdbc_temp_sp_columns_result TABLE(TABLE_QUALIFIER SYSNAME, TABLE_OWNER SYSNAME,TABLE_NAME SYSNAME, COLUMN_NAME SYSNAME, DATA_TYPE SMALLINT, TYPE_NAME SYSNAME, PRECISION INT,LENGTH INT, SCALE SMALLINT, RADIX SMALLINT, NULLABLE SMALLINT, REMARKS VARCHAR(254), COLUMN_DEF NVARCHAR(4000),SQL_DATA_TYPE SMALLINT, SQL_DATETIME_SUB SMALLINT, CHAR_OCTET_LENGTH INT, ORDINAL_POSITION INT,IS_NULLABLE VARCHAR(254), SS_IS_SPARSE SMALLINT, SS_IS_COLUMN_SET SMALLINT, SS_IS_COMPUTED SMALLINT,SS_IS_IDENTITY SMALLINT, SS_UDT_CATALOG_NAME NVARCHAR(128), SS_UDT_SCHEMA_NAME NVARCHAR(128),SS_UDT_ASSEMBLY_TYPE_NAME NVARCHAR(max), SS_XML_SCHEMACOLLECTION_CATALOG_NAME NVARCHAR(128),SS_XML_SCHEMACOLLECTION_SCHEMA_NAME NVARCHAR(128), SS_XML_SCHEMACOLLECTION_NAME NVARCHAR(128),SS_DATA_TYPE TINYINT);INSERT INTO @mssqljdbc_temp_sp_columns_result EXEC sp_columns_100 ?,?,?,?,?,?;SELECT TABLE_QUALIFIER AS TABLE_CAT, TABLE_OWNER AS TABLE_SCHEM, TABLE_NAME, COLUMN_NAME, DATA_TYPE,TYPE_NAME, PRECISION AS COLUMN_SIZE, LENGTH AS BUFFER_LENGTH, SCALE AS DECIMAL_DIGITS, RADIX AS NUM_PREC_RADIX,NULLABLE, REMARKS, COLUMN_DEF, SQL_DATA_TYPE, SQL_DATETIME_SUB, CHAR_OCTET_LENGTH, ORDINAL_POSITION, IS_NULLABLE,NULL AS SCOPE_CATALOG, NULL AS SCOPE_SCHEMA, NULL AS SCOPE_TABLE, SS_DATA_TYPE AS SOURCE_DATA_TYPE,CASE SS_IS_IDENTITY WHEN 0 THEN 'NO' WHEN 1 THEN 'YES' WHEN '' THEN '' END AS IS_AUTOINCREMENT,CASE SS_IS_COMPUTED WHEN 0 THEN 'NO' WHEN 1 THEN 'YES' WHEN '' THEN '' END AS IS_GENERATEDCOLUMN, SS_IS_SPARSE, SS_IS_COLUMN_SET, SS_UDT_CATALOG_NAME, SS_UDT_SCHEMA_NAME, SS_UDT_ASSEMBLY_TYPE_NAME,SS_XML_SCHEMACOLLECTION_CATALOG_NAME, SS_XML_SCHEMACOLLECTION_SCHEMA_NAME, SS_XML_SCHEMACOLLECTION_NAME FROM @mssqljdbc_temp_sp_columns_result ORDER BY TABLE_CAT, TABLE_SCHEM, TABLE_NAME, ORDINAL_POSITION;`

export const readJdbcColumns = { text: asSent(TEXT), answer: readColumns }
