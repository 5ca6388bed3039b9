import type { ColumnType } from '../config/index.ts'
import { decimalFromBytes, makeStoreDecimal, type Physical } from './columns.ts'

/** A value of one type as Parquet stores it in a wider one: it stays the same value. */
export type Widen = (value: Physical) => Physical

const MICROS_PER_DAY = 86_400_000_000n
/** Digits before the point that every value of the type fits. */
const INTEGER_DIGITS = { int: 10, bigint: 19 }

/**
 * How values get from one type into another that holds every one of them exactly; undefined where it does not. The
 * changes are those of Delta's type widening (PROTOCOL.md, "Type Widening").
 */
export function makeWiden(from: ColumnType, to: ColumnType): Widen | undefined {
  if (from.kind === 'int' && to.kind === 'bigint') return value => BigInt(value as number)
  if (from.kind === 'int' && to.kind === 'double') return value => value
  if (from.kind === 'date' && to.kind === 'timestampNtz')
    return value => BigInt(value as number) * MICROS_PER_DAY
  if (to.kind !== 'decimal') return undefined
  const store = makeStoreDecimal(to.precision)
  const whole = to.precision - to.scale
  if (from.kind === 'int' || from.kind === 'bigint') {
    if (whole < INTEGER_DIGITS[from.kind]) return undefined
    const factor = 10n ** BigInt(to.scale)
    return value => store(BigInt(value as number | bigint) * factor)
  }
  if (from.kind !== 'decimal' || to.scale < from.scale || whole < from.precision - from.scale)
    return undefined
  const factor = 10n ** BigInt(to.scale - from.scale)
  return value => {
    const unscaled = value instanceof Uint8Array ? decimalFromBytes(value) : BigInt(value as number | bigint)
    return store(unscaled * factor)
  }
}
