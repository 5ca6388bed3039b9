import type { ByteWriter } from './bytes.ts'
import type { Value } from './types.ts'

/** How a type travels: its TYPE_INFO, and the cells of a row. */
export type Wire = {
  info(out: ByteWriter): void
  /** A value that is not null, with its length. */
  cell(out: ByteWriter, value: NonNullable<Value>): void
  null(out: ByteWriter): void
}
