import type { Store } from '../../../shared/store/index.ts'
import { piecesOf, quoteLexeme, readable, readWords, withoutMarks } from '../../../shared/text/index.ts'

/** A category or a subcategory that has products. */
export type ProductKind = {
  kind: 'category' | 'subcategory'
  text: string
  /** As products have it, and the words that find them. */
  key: string
  words: string
  /** Its words without marks. */
  pieces: string[]
  count: number
}

export async function readKinds(store: Store): Promise<ProductKind[]> {
  const count = (kind: ProductKind['kind']) => `
    select '${kind}' as kind, min(${kind} collate "C") as text, ${kind}_key as key, count(*)::int as count
    from search.product where not is_deleted and ${kind}_key <> '' group by ${kind}_key`
  const rows = await store.query<Pick<ProductKind, 'kind' | 'text' | 'key' | 'count'>>(
    `${count('category')} union all ${count('subcategory')}`,
  )
  return rows.flatMap(row => {
    const text = readable(row.text)
    const pieces = piecesOf(readWords(text))
    const words = pieces.map(quoteLexeme).join(' & ')
    return pieces.length > 0 ? [{ ...row, text, words, pieces: pieces.map(withoutMarks) }] : []
  })
}

const MAX_KINDS = 4

/** Kinds each typed word begins a word of; without one, those that a corrected last word begins one of. */
export function findKinds(kinds: ProductKind[], pieces: string[], corrected: string[]): ProductKind[] {
  if (pieces.length === 0) return []
  const begins = ({ pieces: own }: ProductKind, typed: string[]) =>
    typed.every(piece => own.some(word => word.startsWith(piece)))
  const typed = kinds.filter(kind => begins(kind, pieces))
  const found =
    typed.length > 0
      ? typed
      : kinds.filter(kind => corrected.some(word => begins(kind, [...pieces.slice(0, -1), word])))
  return found.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, MAX_KINDS)
}
