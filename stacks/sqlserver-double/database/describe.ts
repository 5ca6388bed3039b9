import { decimalBytes } from '../tds/decimals.ts'
import type { SqlType } from '../tds/types.ts'

/** A type as sys.types and sys.columns describe it; lengths are in bytes, -1 for (max). */
export type TypeFacts = { typeName: string; maxLength: number; precision: number; scale: number }

/** Bytes, digits, and digits behind the point, of types that have no more to say. */
const PLAIN: { [name: string]: [maxLength: number, precision: number, scale: number] } = {
  tinyint: [1, 3, 0],
  smallint: [2, 5, 0],
  int: [4, 10, 0],
  bigint: [8, 19, 0],
  bit: [1, 1, 0],
  real: [4, 24, 0],
  float: [8, 53, 0],
  money: [8, 19, 4],
  smallmoney: [4, 10, 4],
  uniqueidentifier: [16, 0, 0],
  xml: [-1, 0, 0],
  text: [16, 0, 0],
  ntext: [16, 0, 0],
  image: [16, 0, 0],
  date: [3, 10, 0],
  datetime: [8, 23, 3],
  smalldatetime: [4, 16, 0],
}

/** Digits of a time before its fraction, and bytes besides its time of day. */
const SCALED = {
  time: { digits: 8, bytes: 0 },
  datetime2: { digits: 19, bytes: 3 },
  datetimeoffset: { digits: 26, bytes: 5 },
}

export function describeType(type: SqlType): TypeFacts {
  if (type.name === 'rowversion') return { typeName: 'timestamp', maxLength: 8, precision: 0, scale: 0 }
  if ('precision' in type) {
    const { name, precision, scale } = type
    return { typeName: name, maxLength: decimalBytes(precision) + 1, precision, scale }
  }
  if ('scale' in type) {
    const { digits, bytes } = SCALED[type.name]
    const { scale } = type
    const ofDay = scale <= 2 ? 3 : scale <= 4 ? 4 : 5
    return {
      typeName: type.name,
      maxLength: ofDay + bytes,
      precision: scale === 0 ? digits : digits + 1 + scale,
      scale,
    }
  }
  if ('length' in type) {
    const unit = type.name === 'nvarchar' || type.name === 'nchar' ? 2 : 1
    const maxLength = type.length === 'max' ? -1 : type.length * unit
    return { typeName: type.name, maxLength, precision: 0, scale: 0 }
  }
  const [maxLength, precision, scale] = PLAIN[type.name] as [number, number, number]
  return { typeName: type.name, maxLength, precision, scale }
}

/** Whether a column of the type has a collation. */
export const isCollated = ({ name }: SqlType) => /^n?(var)?char$|^n?text$/.test(name)
