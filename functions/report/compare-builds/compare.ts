import pg from 'pg'
import type { Identity } from '../../../shared/contract/index.ts'
import { makeRowRules, tableOf } from '../../../shared/marts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Publication, PublishedMart } from './publications.ts'

const quote = pg.escapeIdentifier

type Cells = Record<string, unknown>
type Example = {
  change: 'added' | 'removed' | 'changed'
  key: Cells
  columns: Record<string, { before: unknown; after: unknown }>
}

/** What changed of one mart between two publications. Columns that only one of them has are not compared. */
export async function compareMart(
  query: Query,
  { before, after }: { before: PublishedMart; after: PublishedMart },
  {
    earlier,
    later,
    caller,
    examples,
  }: { earlier: Publication; later: Publication; caller: Identity; examples: number },
) {
  const { key } = after
  const columns = after.columns
    .filter(({ name, type }) =>
      before.columns.some(old => old.name === name && old.type === type && !key.includes(name)),
    )
    .map(({ name }) => name)
  const values: (string | string[])[] = []
  /** Rows of one of them that the caller may see; `is_there` tells them from those that the join has not found. */
  const side = (mart: PublishedMart, { number }: Publication) => {
    const rules = makeRowRules(mart.rowRules, caller, values)
    const listed = [...key, ...columns].map(quote).join(', ')
    return `select true as is_there, ${listed} from ${tableOf({ mart: mart.mart, schemaNumber: number })}${rules.length > 0 ? ` where ${rules.join(' and ')}` : ''}`
  }
  const differs = (column: string) => `b.${quote(column)} is distinct from a.${quote(column)}`
  const isChanged = columns.length > 0 ? `(${columns.map(differs).join(' or ')})` : 'false'
  const both = 'b.is_there and a.is_there'
  const joined = `from (${side(before, earlier)}) as b full join (${side(after, later)}) as a
    on ${key.map(column => `a.${quote(column)} = b.${quote(column)}`).join(' and ')}`

  const [counted] = await query<Record<string, string>>(
    `select count(b.is_there) as before, count(a.is_there) as after,
       count(*) filter (where b.is_there is null) as added,
       count(*) filter (where a.is_there is null) as removed,
       count(*) filter (where ${both} and ${isChanged}) as changed
       ${columns.map((column, i) => `, count(*) filter (where ${both} and ${differs(column)}) as c${i}`).join('')}
     ${joined}`,
    values,
  )
  const count = (name: string) => Number(counted?.[name] ?? 0)
  const shown =
    examples === 0
      ? []
      : await query<{ before: Cells | null; after: Cells | null }>(
          `select case when b.is_there then to_jsonb(b) end as before, case when a.is_there then to_jsonb(a) end as after
           ${joined}
           where b.is_there is null or a.is_there is null or ${isChanged}
           order by ${key.map(column => `coalesce(a.${quote(column)}, b.${quote(column)})`).join(', ')}
           limit ${examples}`,
          values,
        )
  return {
    mart: after.mart,
    rowsBefore: count('before'),
    rowsAfter: count('after'),
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    columns: columns
      .map((column, i) => ({ column, changed: count(`c${i}`) }))
      .filter(({ changed }) => changed > 0)
      .sort((a, b) => b.changed - a.changed),
    examples: shown.map(row => toExample(row, key, columns)),
  }
}

function toExample(
  { before, after }: { before: Cells | null; after: Cells | null },
  key: string[],
  columns: string[],
): Example {
  const there = after ?? before ?? {}
  const differing = before && after ? columns.filter(column => before[column] !== after[column]) : []
  return {
    change: !before ? 'added' : !after ? 'removed' : 'changed',
    key: Object.fromEntries(key.map(column => [column, there[column]])),
    columns: Object.fromEntries(
      differing.map(column => [column, { before: before?.[column], after: after?.[column] }]),
    ),
  }
}
