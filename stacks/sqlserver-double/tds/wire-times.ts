import type { ByteWriter } from './bytes.ts'
import {
  DAYS_TO_1900,
  parseMoment,
  THREE_HUNDREDTHS_PER_DAY,
  TICKS_PER_MINUTE,
  toThreeHundredths,
  toUtc,
} from './times.ts'
import type { SqlType, Value } from './types.ts'
import type { Wire } from './wire.ts'
import { wireFixed } from './wire-numbers.ts'

export function wireTime(type: SqlType, nullable: boolean): Wire | undefined {
  switch (type.name) {
    case 'date':
      return { info: out => out.u8(0x28), cell: writeDate, null: out => out.u8(0) }
    case 'time':
      return wireScaled(0x29, type.scale, 0, (out, value, write) => write(out, parseMoment(value).ticks))
    case 'datetime2':
      return wireScaled(0x2a, type.scale, 3, writeDateTime2)
    case 'datetimeoffset':
      return wireScaled(0x2b, type.scale, 5, writeDateTimeOffset)
    case 'datetime':
      return wireFixed({ fixed: 0x3d, nullable: 0x6f, bytes: 8, write: writeDateTime }, nullable)
    case 'smalldatetime':
      return wireFixed({ fixed: 0x3a, nullable: 0x6f, bytes: 4, write: writeSmallDateTime }, nullable)
    default:
      return undefined
  }
}

/** Bytes of a time of day with so many digits of a second. */
export function timeBytes(scale: number): number {
  if (scale <= 2) return 3
  return scale <= 4 ? 4 : 5
}

type WriteTicks = (out: ByteWriter, ticks: number) => void

function wireScaled(
  token: number,
  scale: number,
  more: number,
  write: (out: ByteWriter, value: string, writeTicks: WriteTicks) => void,
): Wire {
  const bytes = timeBytes(scale)
  const unit = 10 ** (7 - scale)
  const writeTicks: WriteTicks = (out, ticks) => out.uint(Math.floor(ticks / unit), bytes)
  return {
    info(out) {
      out.u8(token)
      out.u8(scale)
    },
    cell(out, value) {
      out.u8(bytes + more)
      write(out, String(value), writeTicks)
    },
    null: out => out.u8(0),
  }
}

function writeDate(out: ByteWriter, value: NonNullable<Value>): void {
  out.u8(3)
  out.uint(parseMoment(String(value)).day, 3)
}

function writeDateTime2(out: ByteWriter, value: string, write: WriteTicks): void {
  const { day, ticks } = parseMoment(value)
  write(out, ticks)
  out.uint(day, 3)
}

/** The moment travels in UTC, with the offset behind it. */
function writeDateTimeOffset(out: ByteWriter, value: string, write: WriteTicks): void {
  const local = parseMoment(value)
  const { day, ticks } = toUtc(local)
  write(out, ticks)
  out.uint(day, 3)
  out.u16(local.offsetMinutes)
}

function writeDateTime(out: ByteWriter, value: NonNullable<Value>): void {
  const { day, ticks } = parseMoment(String(value))
  const count = toThreeHundredths(ticks)
  const carried = count === THREE_HUNDREDTHS_PER_DAY
  out.u32(day - DAYS_TO_1900 + (carried ? 1 : 0))
  out.u32(carried ? 0 : count)
}

function writeSmallDateTime(out: ByteWriter, value: NonNullable<Value>): void {
  const { day, ticks } = parseMoment(String(value))
  out.u16(day - DAYS_TO_1900)
  out.u16(Math.floor(ticks / TICKS_PER_MINUTE))
}
