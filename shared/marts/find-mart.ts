import { hasAccess, type Identity } from '../contract/index.ts'
import { BadInputError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'
import type { TraceStep } from '../warehouse/index.ts'
import { unknownMart } from './unknown-mart.ts'

/** A published mart, as publish-marts records it. */
export type MartRecord = {
  mart: string
  /** The level that a reader needs: `user`, or a role. */
  access: string
  /** By column: the claim that holds the values which a reader may see. */
  rowRules: Record<string, string>
  /** Its rows are in the table of its name in the schema `mart_<n>`. */
  /** Of the publication that it belongs to; null for one that is kept beside them. */
  schemaNumber: number | null
  key: string[]
  /** Types as Postgres names them. */
  columns: { name: string; type: string; description?: string }[]
  description: string
  /** Which rows of other marts its rows are made of. */
  trace: TraceStep[]
  builtAt: Date
  position: string | null
  changedAt: Date | null
  /** Delta version by `<system>.<table>`. */
  versions: Record<string, number>
}

const SELECT = `select mart, access, row_rules as "rowRules", schema_number as "schemaNumber", key, columns, description, trace,
  built_at as "builtAt", position, changed_at as "changedAt", versions from ops.mart`

/** Those of these marts that are published, by name, whoever may read them: one statement, however many there are. */
export async function lookUpMarts(query: Query, names: string[]): Promise<Map<string, MartRecord>> {
  const rows = await query<MartRecord>(
    `${SELECT} where mart = any($1::text[]) order by array_position($1::text[], mart)`,
    [names],
  )
  return new Map(rows.map(row => [row.mart, row]))
}

/**
 * The mart of that name, whoever may read it.
 * @param field of the input that names it
 * @throws NotFoundError with the names of those that the caller may read
 */
export async function lookUpMart(
  query: Query,
  mart: string,
  caller: Identity,
  field = 'mart',
): Promise<MartRecord> {
  // A NUL is in no name, and Postgres would refuse to look for one.
  const [found] = mart.includes('\0') ? [] : await query<MartRecord>(`${SELECT} where mart = $1`, [mart])
  if (!found) throw await unknownMart(query, mart, caller, field)
  return found
}

/**
 * The mart of that name, for a caller who may read it; which of its rows, makeRowRules says.
 * @throws NotFoundError as lookUpMart; BadInputError (403) without the role
 */
export async function findMart(
  query: Query,
  mart: string,
  caller: Identity,
  field = 'mart',
): Promise<MartRecord> {
  const found = await lookUpMart(query, mart, caller, field)
  if (!hasAccess(caller, found.access))
    throw new BadInputError(`the role ${found.access} is needed to read ${mart}`, {
      status: 403,
      reason: 'forbidden',
      field,
    })
  return found
}

/** The schema in which the mart's table is: of a mart that is kept beside the publications, its view. */
export const schemaOf = ({ schemaNumber }: Pick<MartRecord, 'schemaNumber'>): string =>
  schemaNumber === null ? 'mart' : `mart_${schemaNumber}`

/** The mart's table in SQL. */
export const tableOf = (mart: Pick<MartRecord, 'mart' | 'schemaNumber'>): string =>
  `${schemaOf(mart)}."${mart.mart.replaceAll('"', '""')}"`

/** The moment that a mart's rows are of. */
export const asOfMart = ({ changedAt, position }: Pick<MartRecord, 'changedAt' | 'position'>) => ({
  changedAt: changedAt?.toISOString() ?? null,
  position,
})
