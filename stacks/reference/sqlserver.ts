import * as statements from '../../shared/capture/sqlserver/statements.ts'
import { REFUSED_TYPES, readableKinds, SQL_SERVER_TYPES } from '../../shared/capture/sqlserver/types.ts'
import { code, table } from './fields.ts'

type Statement = {
  when: string
  right: string
  cost: string
  without?: string
  text(...holes: never[]): string
}

const COLUMNS = ['c.[ProductID]', 'c.[Name]', 'convert(varchar(25), c.[ListPrice], 2) as [ListPrice]']
const ROWS = {
  schema: 'dbo',
  table: 'Product',
  columns: ['[ProductID]', '[Name]', 'convert(varchar(25), [ListPrice], 2) as [ListPrice]'],
  along: ['[ProductID]'],
}

/** What stands in the holes of a statement, for a source file with one table. */
const HOLES: Record<string, unknown[]> = {
  readColumns: [1],
  readIndexes: [1],
  readPartitions: [1],
  readChanges: ['dbo_Product', COLUMNS],
  readMoreChanges: ['dbo_Product', COLUMNS],
  lockTable: ['dbo', 'Product'],
  readRows: [ROWS, ['convert(int, @k0)']],
}

/** Every statement that is sent to a SQL Server, by its name, as it is for a source file with one table. */
export function listStatements(): { name: string; statement: Statement; text: string }[] {
  return Object.entries(statements)
    .filter((entry): entry is [string, Statement & (typeof entry)[1]] => typeof entry[1] === 'object')
    .map(([name, statement]) => ({
      name,
      statement: statement as Statement,
      text: (statement as Statement).text(...((HOLES[name] ?? []) as never[])),
    }))
}

/** docs/reference/sqlserver.md */
export function sqlServerPage(): string {
  const sections = listStatements().map(({ name, statement: { when, right, cost, without }, text }) =>
    [
      `## ${name}`,
      table(
        ['', ''],
        [
          ['sent', when],
          ['needs', right],
          ['costs', cost],
          ['without the right', without ?? 'capture does not begin'],
        ].filter(([what]) => right !== 'none' || what !== 'without the right'),
      ),
      ['```sql', text, '```'].join('\n'),
    ].join('\n\n'),
  )
  return `
# What is sent to a SQL Server

Every statement of \`capture: sqlserver\`, for a source file with the table \`dbo.Product\`. Nothing else is sent, and nothing is written. How to set a server up: [SQL Server](../sources/sqlserver.md).

${sections.join('\n\n')}
`
}

/** Of docs/reference/types.md. */
export function sqlServerTypes(): string {
  const known = SQL_SERVER_TYPES.map(({ types, remark = '' }) => [
    types.map(type => (type === 'timestamp' ? 'rowversion' : type)).join(', '),
    readableKinds(types[0] as string)
      .map(code)
      .join(', '),
    remark.replace('rowversion, eight', 'eight'),
  ])
  known.push([REFUSED_TYPES.join(', '), 'nothing', 'refused'])
  return `## From SQL Server

${table(['a column of', 'may be declared as', 'how'], known)}

An alias is read as the type below it. \`string\` is what SQL Server prints, whatever the login's language is: times as \`2026-11-26 11:13:14.1234567\`, money with four decimal places. A time that is declared as \`timestampNtz\` or \`timestamp\` keeps six of its seven digits: the lake has no place for the last one. A computed column is refused, for change data capture records nothing of it.`
}
