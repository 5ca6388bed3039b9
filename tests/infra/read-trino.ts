import { type Column, formatTimestamp, parseTimestamp } from '../../shared/lake/index.ts'
import type { Trino } from '../../shared/warehouse/trino-client.ts'
import { doubleText } from '../integration/lake-support.ts'

/** A raw table as lake_reader.py gives it, read by Trino. */
export async function readOnTrino(
  sql: Trino,
  table: string,
  columns: Column[],
): Promise<Record<string, string | null>[]> {
  const values = columns.map(({ name, type }) =>
    type.kind === 'binary' ? `lower(to_hex("${name}"))` : `cast("${name}" as varchar)`,
  )
  const rows = await sql.query(`select ${values.join(', ')} from ${table}`)
  return rows.map(row =>
    Object.fromEntries(
      columns.map(({ name, type }, i) => {
        const text = row[i] as string | null
        if (text === null) return [name, null]
        if (type.kind === 'double') return [name, doubleText(Number(text))]
        if (type.kind === 'timestampNtz') return [name, text.replace(' ', 'T')]
        if (type.kind === 'timestamp') return [name, text.replace(' ', 'T').replace(' UTC', '000Z')]
        return [name, text]
      }),
    ),
  )
}

/** Trino knows instants to the millisecond, half a one upward; everything else it reads as it is. */
export function asTrinoReads(
  columns: Column[],
  row: Record<string, string | null>,
): Record<string, string | null> {
  return Object.fromEntries(
    columns.map(({ name, type }) => {
      const value = row[name] ?? null
      const micros = value !== null && type.kind === 'timestamp' ? parseTimestamp(value, true) : undefined
      if (micros === undefined) return [name, value]
      const up = micros + 500n
      return [name, `${formatTimestamp(up - (((up % 1000n) + 1000n) % 1000n))}Z`]
    }),
  )
}

export const commonType = (type: string) => type.toLowerCase().replace(/^timestamp\(\d\)/, 'timestamp')

/** A time as both engines write it: DuckDB leaves zeros away, and the zone of an instant is +00 or UTC. */
export function commonText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const [, second, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d+)?(\+00| UTC)?$/.exec(value) ?? []
  return second === undefined ? value : `${second}${fraction.replace(/\.?0+$/, '')}${zone ? 'Z' : ''}`
}
