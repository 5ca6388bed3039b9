import { POSTGRES_TYPES, REFUSED_TYPES, readableKinds } from '../../shared/capture/postgres/types.ts'
import type { ColumnType } from '../../shared/config/index.ts'
import { deltaTypeName } from '../../shared/lake/columns.ts'
import { code, table } from './fields.ts'
import { sqlServerTypes } from './sqlserver.ts'

/** What a declared type is on its way, where that is not printed from the code. */
type Way = { type: ColumnType; event: string; mart?: string; answer: string; noPlace: string }

const DECIMAL: ColumnType = { kind: 'decimal', precision: 19, scale: 4 }
const WAYS: Way[] = [
  {
    type: { kind: 'int' },
    event: 'number',
    mart: 'integer',
    answer: 'number',
    noPlace: 'NaN, infinity: null',
  },
  {
    type: { kind: 'bigint' },
    event: 'text `"9223372036854775807"`',
    mart: 'bigint',
    answer: 'text',
    noPlace: 'NaN, infinity: null',
  },
  {
    type: DECIMAL,
    event: 'text `"12.5000"`',
    mart: 'numeric(19,4)',
    answer: 'text',
    noPlace: 'NaN, infinity: null; more digits than declared: parked by land-changes',
  },
  {
    type: { kind: 'double' },
    event: 'number; text `"NaN"`, `"Infinity"`, `"-Infinity"`, `"-0"`',
    mart: 'double precision',
    answer: 'number; text where it is not finite',
    noPlace: '',
  },
  { type: { kind: 'boolean' }, event: 'boolean', mart: 'boolean', answer: 'boolean', noPlace: '' },
  { type: { kind: 'string' }, event: 'text', mart: 'text', answer: 'text', noPlace: '' },
  { type: { kind: 'binary' }, event: 'text in base64', answer: '', noPlace: '' },
  {
    type: { kind: 'date' },
    event: 'text `"2017-06-30"`',
    mart: 'date',
    answer: 'text',
    noPlace: 'infinity, years before 1 and after 9999: null',
  },
  {
    type: { kind: 'timestamp' },
    event: 'text `"2017-06-30T10:00:00.123456Z"`',
    mart: 'timestamptz',
    answer: 'text, in UTC',
    noPlace: 'as date',
  },
  {
    type: { kind: 'timestampNtz' },
    event: 'text `"2017-06-30T10:00:00.123456"`',
    mart: 'timestamp',
    answer: 'text',
    noPlace: 'as date',
  },
]

const OTHERS =
  'text, varchar, name, "char", enums, uuid, json, jsonb, xml, inet, cidr, macaddr, macaddr8, time, timetz, interval, bit, varbit, pg_lsn, tsvector, tsquery, ranges, multiranges, geometric types, arrays of every type, composite types, types of extensions (vector, citext, hstore), and every other'

/** docs/reference/types.md: from a type of the source to an answer. */
export function typesPage(): string {
  const ways = WAYS.map(({ type, event, mart, answer, noPlace }) => [
    code(type.kind === 'decimal' ? 'decimal(19,4)' : type.kind),
    event,
    code(deltaTypeName(type)),
    mart ? code(mart) : 'none: cast it in the model',
    answer,
    noPlace,
  ])
  const known = POSTGRES_TYPES.map(({ types, names, remark = '' }) => [
    names,
    readableKinds({ name: types[0] as string, isBuiltIn: true })
      .map(code)
      .join(', '),
    remark,
  ])
  known.push(
    [OTHERS, code('string'), 'the text that Postgres prints'],
    [
      REFUSED_TYPES.join(', '),
      'nothing',
      'refused: their text is a name of the catalogue, which changes without a change of the row',
    ],
  )
  return `
# Types

A source file declares a type for each column that is taken. \`npm run check-source\` says where the declared one cannot be read from the database's. A dropped column needs none: \`{ policy: drop }\` takes any type.

## From Postgres

${table(['a column of', 'may be declared as', 'how'], known)}

A domain is read as the type below it. \`string\` is what Postgres prints, with these settings whatever a role or database has set: DateStyle ISO, TimeZone UTC, IntervalStyle postgres, bytea in hex, money as \`-$1,234.50\`. Renaming an enum's value changes the text of rows that are sent afterwards, not of those that have landed.

Through Debezium a column has what its connector sends: arrays and \`time\` are no text there, and are parked where they are declared as \`string\`.

${sqlServerTypes()}

## On the way

The lake keeps every value exactly. A value that its declared type has no place for becomes null, and is counted by column in \`show-status\` (\`replaced\`) and in the metric \`cordage_replaced_values\`; in a key it is parked. A value of another type than declared is parked as \`type_mismatch\`. Nothing is rounded.

${table(['declared', 'change event', 'lake (Delta)', 'mart in the store', 'answer of read-mart', 'has no place for'], ways)}

The search index takes \`list_price\` as numeric(19,4): NaN, infinity and what is larger are null there.
`
}
