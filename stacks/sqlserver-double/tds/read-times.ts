import type { ByteReader } from './bytes.ts'
import { ProtocolError } from './errors.ts'
import {
  DAYS_TO_1900,
  fromThreeHundredths,
  TICKS_PER_MINUTE,
  toOffset,
  writeDay,
  writeOffset,
  writeTicks,
} from './times.ts'
import { timeBytes } from './wire-times.ts'

export const readDate = (bytes: Buffer) => {
  if (bytes.length !== 3) throw new ProtocolError(`a date of ${bytes.length} bytes`)
  return writeDay(bytes.readUIntLE(0, 3))
}

export function readDateTime(bytes: Buffer): string {
  const day = bytes.readInt32LE(0) + DAYS_TO_1900
  return `${writeDay(day)}T${writeTicks(fromThreeHundredths(bytes.readUInt32LE(4)), 3)}`
}

export function readSmallDateTime(bytes: Buffer): string {
  const day = bytes.readUInt16LE(0) + DAYS_TO_1900
  return `${writeDay(day)}T${writeTicks(bytes.readUInt16LE(2) * TICKS_PER_MINUTE, 0)}`
}

/** A scale, then a length of which none is null, then the time of day, and a date and an offset where the type has them. */
export function readScaled(type: 'time' | 'datetime2' | 'datetimeoffset', reader: ByteReader): string | null {
  const scale = reader.u8()
  if (scale > 7) throw new ProtocolError(`a scale of ${scale}`)
  const length = reader.u8()
  if (length === 0) return null
  const bytes = timeBytes(scale)
  const more = { time: 0, datetime2: 3, datetimeoffset: 5 }[type]
  if (length !== bytes + more) throw new ProtocolError(`a ${type}(${scale}) of ${length} bytes`)
  const ticks = reader.uint(bytes) * 10 ** (7 - scale)
  if (type === 'time') return writeTicks(ticks, scale)
  const day = reader.uint(3)
  if (type === 'datetime2') return `${writeDay(day)}T${writeTicks(ticks, scale)}`
  const offsetMinutes = reader.slice(2).readInt16LE()
  const local = toOffset({ day, ticks, offsetMinutes: 0 }, offsetMinutes)
  return `${writeDay(local.day)}T${writeTicks(local.ticks, scale)}${writeOffset(offsetMinutes)}`
}
