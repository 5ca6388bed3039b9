/**
 * What a statement saw: which transactions had ended when it began (pg_current_snapshot,
 * https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT).
 */
export type Visibility = {
  /** Whether it saw what this transaction did. @param xid as the stream sends it, without its epoch */
  sees(xid: number): boolean
}

/** @param text as the server prints it: `xmin:xmax:xip,xip,…` */
export function readVisibility(text: string): Visibility {
  const [lowest = '0', next = '0', running = ''] = text.split(':')
  const xmin = BigInt(lowest)
  const xmax = BigInt(next)
  const unfinished = new Set(running === '' ? [] : running.split(',').map(BigInt))
  return {
    sees(xid) {
      // Compared numbers are within two thousand million of each other: the server guarantees it.
      const full = xmax + BigInt((xid - Number(BigInt.asUintN(32, xmax))) | 0)
      return full < xmin || (full < xmax && !unfinished.has(full))
    },
  }
}
