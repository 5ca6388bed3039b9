import { type Column, column, type Value } from './types.ts'

/** A type, a low end, a high end, and a value between. */
const ENDS: [name: string, type: string, values: [Value, Value, Value]][] = [
  ['tiny', 'tinyint', [0, 255, 7]],
  ['small', 'smallint', [-32_768, 32_767, 0]],
  ['whole', 'int', [-2_147_483_648, 2_147_483_647, 0]],
  ['big', 'bigint', [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n, 0n]],
  ['flag', 'bit', [false, true, false]],
  ['single', 'real', [-0.25, 3.402_823_466_385_288_6e38, 0]],
  ['double', 'float', [-1.797_693_134_862_315_7e308, 5e-324, 0.1]],
  ['dec9', 'decimal(9,2)', ['-9999999.99', '9999999.99', '0.01']],
  ['dec19', 'decimal(19,4)', ['-999999999999999.9999', '999999999999999.9999', '0.0001']],
  ['dec28', 'numeric(28,0)', ['-9999999999999999999999999999', '9999999999999999999999999999', '0']],
  [
    'dec38',
    'decimal(38,10)',
    ['-9999999999999999999999999999.9999999999', '1234567890123456789012345678.0123456789', '0.0000000001'],
  ],
  ['price', 'money', ['-922337203685477.5808', '922337203685477.5807', '-0.0001']],
  ['cheap', 'smallmoney', ['-214748.3648', '214748.3647', '0.0001']],
  ['fixed', 'char(5)', ['a    ', 'ÄÖÜ€ß', '     ']],
  ['code', 'varchar(20)', ['', 'Größe 5 €', 'plain']],
  ['wide', 'nchar(4)', ['日本語字', 'a   ', '😀  ']],
  ['name', 'nvarchar(100)', ['', 'Grüße 日本 😀 O\u2019Brien', 'ж'.repeat(100)]],
  ['long', 'nvarchar(max)', ['', 'x😀'.repeat(6000), 'short']],
  ['prose', 'varchar(max)', ['', 'ß'.repeat(9001), 'short']],
  ['bytes', 'binary(4)', [Buffer.alloc(4), Buffer.alloc(4, 255), Buffer.from('00ff00ff', 'hex')]],
  ['blob', 'varbinary(8000)', [Buffer.alloc(0), Buffer.alloc(8000, 7), Buffer.from('00', 'hex')]],
  ['picture', 'varbinary(max)', [Buffer.alloc(0), Buffer.alloc(70_001, 9), Buffer.from('ff', 'hex')]],
  ['oldtext', 'text', ['', 'ü'.repeat(5000), 'old']],
  ['oldwide', 'ntext', ['', '日'.repeat(5000), 'old']],
  ['oldbytes', 'image', [Buffer.alloc(0), Buffer.alloc(5000, 3), Buffer.from('00', 'hex')]],
  ['version', 'rowversion', [Buffer.alloc(8), Buffer.alloc(8, 255), Buffer.from('00000000000007d1', 'hex')]],
  [
    'guid',
    'uniqueidentifier',
    [
      '00000000-0000-0000-0000-000000000000',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '6F9619FF-8B86-D011-B42D-00C04FC964FF',
    ],
  ],
  ['doc', 'xml', ['<a/>', '<a>ü😀</a>', '<b>1</b>']],
  ['day', 'date', ['0001-01-01', '9999-12-31', '2024-02-29']],
  ['time0', 'time(0)', ['00:00:00', '23:59:59', '12:34:56']],
  ['time3', 'time(3)', ['00:00:00.000', '23:59:59.999', '12:34:56.789']],
  ['time7', 'time(7)', ['00:00:00.0000000', '23:59:59.9999999', '12:34:56.7890123']],
  ['moment0', 'datetime2(0)', ['0001-01-01T00:00:00', '9999-12-31T23:59:59', '1969-12-31T23:59:59']],
  [
    'moment7',
    'datetime2(7)',
    ['0001-01-01T00:00:00.0000000', '9999-12-31T23:59:59.9999999', '1969-12-31T23:59:59.1234567'],
  ],
  [
    'zoned',
    'datetimeoffset(7)',
    [
      '0001-01-01T14:00:00.0000000+14:00',
      '9999-12-31T09:59:59.9999999-14:00',
      '2026-11-26T00:30:00.1234567+05:30',
    ],
  ],
  ['old', 'datetime', ['1753-01-01T00:00:00.000', '9999-12-31T23:59:59.997', '2026-11-26T11:13:14.003']],
  ['older', 'smalldatetime', ['1900-01-01T00:00:00', '2079-06-06T23:59:00', '2026-11-26T11:13:00']],
]

/** Every type at both its ends, once between, and null. */
export const everyColumn: Column[] = ENDS.map(([name, type]) => column(name, type))
export const everyRow: Value[][] = [
  ...[0, 1, 2].map(index => ENDS.map(([, , values]) => values[index] as Value)),
  ENDS.map(() => null),
]
/** The same where no column may be null. */
export const everyFirmColumn: Column[] = ENDS.map(([name, type]) => column(name, `${type} not null`))
