/**
 * A change's place in its source: `<epoch 4>-<commit 16>-<ordinal 8>` in lower-case hex, compared as text
 * (collation C) within one system. Equal changes have equal positions however often they are sent.
 */
export type Position = string

const hex = (value: number | bigint, width: number) => value.toString(16).padStart(width, '0')

export function makePosition(epoch: number, commit: bigint, ordinal: number): Position {
  return `${hex(epoch, 4)}-${hex(commit, 16)}-${hex(ordinal, 8)}`
}

/** The least position of an epoch: everything older belongs to an earlier snapshot. */
export function epochStart(epoch: number): Position {
  return makePosition(epoch, 0n, 0)
}

export function epochOf(position: Position): number {
  return Number.parseInt(position.slice(0, 4), 16)
}

const LAST_ORDINAL = 0xffffffff

/** The place behind all rows of an epoch's snapshot, before any change. */
export function snapshotEnd(epoch: number): Position {
  return makePosition(epoch, 0n, LAST_ORDINAL)
}

/** Rows of a snapshot have no commit of their own. */
export function isOfSnapshot(position: Position): boolean {
  return /^.{5}0{16}-/.test(position)
}
