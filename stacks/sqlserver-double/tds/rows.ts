import type { ByteWriter } from './bytes.ts'
import type { Column, Value } from './types.ts'
import { wireOf } from './wire-of.ts'

const COLMETADATA = 0x81
const ROW = 0xd1
const NBCROW = 0xd2
const NULLABLE = 0x01
const READ_WRITE = 0x08
const USER_TYPE_ROWVERSION = 80

export type Row = readonly Value[]

/** @returns what writes the rows of a result; it writes the description of the columns at once */
export function beginRows(out: ByteWriter, columns: readonly Column[]): (row: Row) => void {
  const wires = columns.map(({ type, nullable }) => wireOf(type, nullable))
  out.u8(COLMETADATA)
  out.u16(columns.length)
  for (const [index, { name, type, nullable }] of columns.entries()) {
    out.u32(type.name === 'rowversion' ? USER_TYPE_ROWVERSION : 0)
    out.u16(READ_WRITE | (nullable ? NULLABLE : 0))
    wires[index]?.info(out)
    out.shortText(name)
  }
  const count = wires.length
  return row => {
    // A row that is refused half-way must leave nothing behind: the error that follows would be read as its rest.
    const start = out.length
    try {
      if (row.length !== count) throw new TypeError(`a row of ${row.length} values for ${count} columns`)
      if (row.includes(null)) writeNulls(out, row)
      else out.u8(ROW)
      for (let i = 0; i < count; i++) {
        const value = row[i] as Value
        if (value !== null) wires[i]?.cell(out, value)
        else if (!columns[i]?.nullable)
          throw new TypeError(`null in ${columns[i]?.name}, which may not be null`)
      }
    } catch (error) {
      out.length = start
      throw error
    }
  }
}

/** A row with nulls is sent as one whose nulls are bits. */
function writeNulls(out: ByteWriter, row: Row): void {
  out.u8(NBCROW)
  const bytes = (row.length + 7) >> 3
  const at = out.take(bytes)
  out.bytes.fill(0, at, at + bytes)
  for (let i = 0; i < row.length; i++) {
    if (row[i] === null) out.bytes[at + (i >> 3)] = (out.bytes[at + (i >> 3)] as number) | (1 << (i & 7))
  }
}
