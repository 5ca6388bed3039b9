/**
 * A change's position in its source: `<epoch 4>-<commit>-<ordinal 8>` in lower-case hex, compared as text (collation C)
 * within one system. Equal changes have equal positions however often they are sent. The commit has as many digits as a
 * position in that source's log: 16 in Postgres, 20 in SQL Server (docs/decisions/0017). A snapshot's rows have a commit of
 * 16 zeros in either, which comes before every commit.
 */
export type Position = string

/** Hex digits of a commit: a Postgres LSN has 8 bytes, one of SQL Server 10. */
export type CommitDigits = 16 | 20

const POSITION = /^([0-9a-f]{4})-([0-9a-f]{16}|[0-9a-f]{20})-([0-9a-f]{8})$/
const ORDINAL_DIGITS = 8

/** @throws RangeError where the number needs more digits: the order of texts would break silently */
function hex(value: number | bigint, digits: number): string {
  const text = value.toString(16)
  if (text.length > digits || text.startsWith('-'))
    throw new RangeError(`${value} does not fit the ${digits} hex digits that a position has for it`)
  return text.padStart(digits, '0')
}

export function makePosition(
  epoch: number,
  commit: bigint,
  ordinal: number,
  commitDigits: CommitDigits = 16,
): Position {
  return `${hex(epoch, 4)}-${hex(commit, commitDigits)}-${hex(ordinal, ORDINAL_DIGITS)}`
}

export function isPosition(text: string): boolean {
  return POSITION.test(text)
}

/** The least position of an epoch: everything older belongs to an earlier snapshot. */
export function epochStart(epoch: number): Position {
  return makePosition(epoch, 0n, 0)
}

export function epochOf(position: Position): number {
  return Number.parseInt(position.slice(0, 4), 16)
}

export function commitOf(position: Position): bigint {
  return BigInt(`0x${position.slice(5, -ORDINAL_DIGITS - 1)}`)
}

export function ordinalOf(position: Position): number {
  return Number.parseInt(position.slice(-ORDINAL_DIGITS), 16)
}

/** The position so many ordinals after it in the same transaction. */
export function addOrdinals(position: Position, count: number): Position {
  return position.slice(0, -ORDINAL_DIGITS) + hex(ordinalOf(position) + count, ORDINAL_DIGITS)
}

const LAST_ORDINAL = 0xffffffff

/** The position after all rows of an epoch's snapshot, before any change. */
export function snapshotEnd(epoch: number): Position {
  return makePosition(epoch, 0n, LAST_ORDINAL)
}

/** Rows of a snapshot have no commit of their own. */
export function isOfSnapshot(position: Position): boolean {
  return /^.{5}0{16}-/.test(position)
}
