import type { SourceTable } from '../config/index.ts'
import type { ListedColumn, SourceReport } from './capture.ts'

/** A name as YAML takes it for a text. */
export function yamlName(name: string): string {
  return /^(?!(?:true|false|null)$)[A-Za-z_][A-Za-z0-9_]*$/i.test(name) ? name : JSON.stringify(name)
}

/** A column's name in snake_case. */
export function snakeName(name: string): string {
  const snake = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
  return snake || 'other'
}

/** Whether the lake has no column of its own by that name. */
export const isFreeName = (name: string): boolean => !/^(_.*|year|month|)$/i.test(name)

/** The primary key, or else the shortest of some unique indexes. */
export function bestKey<Index extends { isPrimary: boolean; columns: string[] }>(
  indexes: Index[],
): Index | undefined {
  return indexes.toSorted(
    (a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.columns.length - b.columns.length,
  )[0]
}

type Unlisted = Pick<ListedColumn, 'name' | 'type'>

/** Notes the columns of a table that the file does not list, and the lines that it may have, or needs, for them. */
export function reportUnlisted(report: SourceReport, table: SourceTable, columns: Unlisted[]): void {
  const unlisted = columns.filter(({ name }) => !Object.hasOwn(table.columns, name))
  if (unlisted.length > 0)
    report.notCaptured.set(
      table.name,
      unlisted.map(({ name }) => name),
    )
  const proposed = unlisted.filter(({ type }) => table.personal || type !== undefined)
  if (proposed.length > 0)
    report.proposals.set(
      table.name,
      proposed.map(column => proposeColumn(column, table.personal)),
    )
  if (!table.personal) return
  const lacking = unlisted.map(
    ({ name }) =>
      `column ${table.name}.${name} is not listed in a table with personal data: list it with a policy (keep, drop, hash, generalise, encrypt)`,
  )
  report.problems.push(...lacking)
  report.unlisted.push(...lacking)
}

/** A line of the source file for a column. @param isPersonal whether its table holds personal data */
function proposeColumn({ name, type }: Unlisted, isPersonal: boolean): string {
  return type === undefined || isPersonal
    ? `${yamlName(name)}: { policy: drop }`
    : `${yamlName(name)}: { type: ${type}, as: ${yamlName(snakeName(name))} }`
}
