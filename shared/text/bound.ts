import { createHash } from 'node:crypto'

/** Postgres bounds a row of a B-tree at 2,704 bytes: three such texts are one key. */
const MAX_BYTES = 800
const KEPT_CHARACTERS = 200

/** A text of at most 800 bytes or so, which is equal to another just where the whole ones are, however long they are. */
export function boundText(text: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES) return text
  const kept = [...text.slice(0, 2 * KEPT_CHARACTERS)].slice(0, KEPT_CHARACTERS).join('')
  return `${kept}#${createHash('sha256').update(text).digest('hex')}`
}
