import { createHash } from 'node:crypto'
import type { Issue } from './entity-rules.ts'

/** What Kafka takes in a topic's name, every file system in a file's, and S3 in a key without escapes. */
const PLAIN = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/
/** Of the hash that tells tables apart whose names are alike without their other characters. */
const HASH_DIGITS = 8
/** What a system is called in the names of slots, topics and folders. */
const SYSTEM = /^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$/
/** Not usable as a key of a JavaScript object. */
const RESERVED = '__proto__'

/**
 * A table's name in its topic and its folder of the lake: as it is where that can be, else with a hash of itself. Databases
 * allow any character in a name.
 */
export function plainName(name: string): string {
  if (PLAIN.test(name)) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS)
  return `${
    name
      .normalize('NFKD')
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'table'
  }-${hash}`
}

/** Names that would be one in a topic of Kafka (which takes `.` for `_`), in Trino, or on a disk that folds case. */
const folded = (name: string) => plainName(name).toLowerCase().replaceAll('.', '_')

export function findSystemIssues(system: string): Issue[] {
  if (SYSTEM.test(system)) return []
  const says = `a source file is named after its system, with at most 50 of the letters a to z, digits, "_" and "-": rename ${JSON.stringify(system)}, such as to shop`
  return [{ path: [], says }]
}

/** Table names of one source that cannot be kept apart. */
export function findNameIssues(names: string[]): Issue[] {
  const seen = new Map<string, string>()
  return names.flatMap(name => {
    const path = ['tables', name]
    if (name === '' || name === RESERVED)
      return [
        {
          path,
          says: `table ${JSON.stringify(name)} cannot be captured by this name: rename it at the source, or leave it out`,
        },
      ]
    const other = seen.get(folded(name))
    seen.set(folded(name), name)
    return other === undefined
      ? []
      : [
          {
            path,
            says: `tables ${other} and ${name} cannot be told apart in topics and folders, where case and "." do not count: rename one at the source, or leave it out`,
          },
        ]
  })
}

/** Column names of one table that the lake cannot hold. */
export function findColumnNameIssues(table: string, names: string[]): Issue[] {
  const seen = new Map<string, string>()
  return names.flatMap(column => {
    const lower = column.toLowerCase()
    const found: string[] = []
    if (lower === 'year' || lower === 'month')
      found.push(
        `column ${column} clashes with the lake's partition columns: rename it at the source, or leave it out`,
      )
    if (column.startsWith('_'))
      found.push(`column ${column} begins with an underscore, which the lake keeps for itself`)
    if (column === '')
      found.push('a column without a name cannot be captured: rename it at the source, or leave it out')
    if (seen.has(lower))
      found.push(
        `columns ${seen.get(lower)} and ${column} differ only in case: rename one at the source, or leave it out`,
      )
    seen.set(lower, column)
    return found.map(says => ({ path: ['tables', table, 'columns', column], says }))
  })
}
