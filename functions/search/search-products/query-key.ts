import { createHash } from 'node:crypto'
import { fold } from '../../../shared/text/index.ts'

/** By which a query is known again, however its letters and blanks were typed; the order of its words counts. */
export function toQueryKey(query: string): string | undefined {
  const folded = fold(query)
  return folded === '' ? undefined : createHash('sha256').update(folded).digest('hex')
}
