import type { Row } from './rows.ts'
import type { Environment } from './tokens.ts'
import type { Column } from './types.ts'

/** A part of an answer. Rows may come one by one, however many they are; an error is thrown as a SqlError, anywhere. */
export type Part =
  | { columns: readonly Column[]; rows: Iterable<Row> | AsyncIterable<Row> }
  /** A statement without rows; with the count of the rows that it changed, if it changes any. */
  | { changed: number | undefined }
  | { environment: Environment }
  | { info: string }

export type Answer = Iterable<Part> | AsyncIterable<Part>
