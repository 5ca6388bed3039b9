import type { ByteWriter } from './bytes.ts'
import { decimalBytes, parseUnits } from './decimals.ts'
import type { SqlType, Value } from './types.ts'
import type { Wire } from './wire.ts'

/** A type of fixed size: its token without a null, its token with one, its bytes, and how they are written. */
type Fixed = {
  fixed: number
  nullable: number
  bytes: number
  write(out: ByteWriter, value: NonNullable<Value>): void
}

const TWO_32 = 4_294_967_296

const FIXED: { [name: string]: Fixed } = {
  tinyint: { fixed: 0x30, nullable: 0x26, bytes: 1, write: (out, value) => out.u8(Number(value)) },
  smallint: { fixed: 0x34, nullable: 0x26, bytes: 2, write: (out, value) => out.u16(Number(value)) },
  int: { fixed: 0x38, nullable: 0x26, bytes: 4, write: (out, value) => out.u32(Number(value)) },
  bigint: { fixed: 0x7f, nullable: 0x26, bytes: 8, write: writeBigint },
  bit: { fixed: 0x32, nullable: 0x68, bytes: 1, write: (out, value) => out.u8(value ? 1 : 0) },
  real: { fixed: 0x3b, nullable: 0x6d, bytes: 4, write: (out, value) => out.f32(Number(value)) },
  float: { fixed: 0x3e, nullable: 0x6d, bytes: 8, write: (out, value) => out.f64(Number(value)) },
  smallmoney: { fixed: 0x7a, nullable: 0x6e, bytes: 4, write: writeSmallMoney },
  money: { fixed: 0x3c, nullable: 0x6e, bytes: 8, write: writeMoney },
}

export function wireNumber(type: SqlType, nullable: boolean): Wire | undefined {
  if ('precision' in type) return wireDecimal(type)
  const fixed = FIXED[type.name]
  return fixed && wireFixed(fixed, nullable)
}

/** Also the form of `datetime` and `smalldatetime`. */
export function wireFixed({ fixed, nullable: token, bytes, write }: Fixed, nullable: boolean): Wire {
  if (!nullable)
    return {
      info: out => out.u8(fixed),
      cell: write,
      null() {
        throw new TypeError('null in a column that is not nullable')
      },
    }
  return {
    info(out) {
      out.u8(token)
      out.u8(bytes)
    },
    cell(out, value) {
      out.u8(bytes)
      write(out, value)
    },
    null: out => out.u8(0),
  }
}

function wireDecimal(type: Extract<SqlType, { precision: number }>): Wire {
  const bytes = decimalBytes(type.precision)
  return {
    info(out) {
      out.u8(type.name === 'decimal' ? 0x6a : 0x6c)
      out.u8(bytes + 1)
      out.u8(type.precision)
      out.u8(type.scale)
    },
    cell(out, value) {
      const { negative, units } = parseUnits(String(value), type.scale)
      out.u8(bytes + 1)
      out.u8(negative ? 0 : 1)
      writeUnsigned(out, units, bytes)
    },
    null: out => out.u8(0),
  }
}

function writeUnsigned(out: ByteWriter, units: number | bigint, bytes: number): void {
  if (typeof units === 'number') {
    out.u32(units % TWO_32)
    if (bytes > 4) out.u32(Math.floor(units / TWO_32))
    for (let written = 8; written < bytes; written += 4) out.u32(0)
    return
  }
  for (let written = 0, rest = units; written < bytes; written += 4, rest >>= 32n)
    out.u32(Number(rest & 0xffff_ffffn))
}

function writeBigint(out: ByteWriter, value: NonNullable<Value>): void {
  out.u64(typeof value === 'bigint' ? value : BigInt(String(value)))
}

const MONEY_DIGITS = 4

/** Money has its upper half first. */
function writeMoney(out: ByteWriter, value: NonNullable<Value>): void {
  const { negative, units } = parseUnits(String(value), MONEY_DIGITS)
  if (typeof units === 'number') {
    const signed = negative ? -units : units
    const upper = Math.floor(signed / TWO_32)
    out.u32(upper)
    out.u32(signed - upper * TWO_32)
    return
  }
  const signed = BigInt.asUintN(64, negative ? -units : units)
  out.u32(Number(signed >> 32n))
  out.u32(Number(signed & 0xffff_ffffn))
}

function writeSmallMoney(out: ByteWriter, value: NonNullable<Value>): void {
  const { negative, units } = parseUnits(String(value), MONEY_DIGITS)
  out.u32(Number(negative ? -units : units))
}
