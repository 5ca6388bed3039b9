import type { SqlType } from './types.ts'
import type { Wire } from './wire.ts'
import { wireNumber } from './wire-numbers.ts'
import { wireText } from './wire-texts.ts'
import { wireTime } from './wire-times.ts'

/** A column that may not be null travels in the shorter, fixed form of its type where there is one, as there. */
export function wireOf(type: SqlType, nullable: boolean): Wire {
  const wire = wireNumber(type, nullable) ?? wireTime(type, nullable) ?? wireText(type)
  if (wire === undefined) throw new TypeError(`no wire form of ${type.name}`)
  return wire
}
