/** A statement that takes longer is too long, although our own work between its answers is in it: the next reads less. */
const LONG_MS = 2000
const CHUNK_BYTES = 4_000_000
const FIRST_ROWS = 1000
const MOST_ROWS = 20_000
const SAMPLE_ROWS = 50

/**
 * How many rows are read at a time, so that a statement is short and its rows fit into memory.
 * @param bytesOf what a row takes, about
 */
export function makePace<Row>(bytesOf: (row: Row) => number) {
  let rows = FIRST_ROWS
  return {
    rows: () => rows,
    took(ms: number, read: Row[]) {
      if (read.length === 0) return
      const sample = read.slice(0, SAMPLE_ROWS)
      const bytes = sample.reduce((sum, row) => sum + bytesOf(row), 0) / sample.length
      const most = Math.min(MOST_ROWS, CHUNK_BYTES / Math.max(1, bytes))
      rows = Math.max(1, Math.round(Math.min(ms < LONG_MS ? rows * 2 : rows / 2, most)))
    },
    slower() {
      rows = Math.max(1, Math.floor(rows / 4))
    },
  }
}
export type Pace<Row> = ReturnType<typeof makePace<Row>>
