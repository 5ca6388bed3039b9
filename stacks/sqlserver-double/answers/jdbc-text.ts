import { SqlError } from '../tds/errors.ts'
import type { Value } from '../tds/types.ts'

/** A statement with `?` for its parameters as Microsoft's JDBC driver sends it. */
export function asSent(text: string): string {
  let count = 0
  return text.replaceAll('?', () => ` @P${count++} `)
}

/** A pattern of LIKE as procedures of the catalogue take it: `%`, `_`, and `[_]` or `\_` for itself; null is everything. */
export function likePattern(pattern: Value): RegExp {
  if (pattern === null) return /^/
  const source = String(pattern).replaceAll(/\[(.)\]|\\(.)|%|_|[^%_[\\]+/g, (piece, bracketed, escaped) => {
    if (piece === '%') return '.*'
    return piece === '_' ? '.' : RegExp.escape(bracketed ?? escaped ?? piece)
  })
  return new RegExp(`^${source}$`, 'is')
}

/** The double knows one database. @throws SqlError 911 where a statement names another */
export function requireDatabase({ name }: { name: string }, named: unknown): void {
  if (String(named).toLowerCase() === name.toLowerCase()) return
  throw new SqlError(911, `Database '${named}' does not exist. Make sure that the name is entered correctly.`)
}
