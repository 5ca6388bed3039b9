import type { Form } from './forms.ts'

/** How an answer is shown as a table: rows by the columns' names. Only texts, numbers, booleans, and null, an empty cell. */
export type CsvSpec<Answer> = {
  columns: readonly string[]
  rows(answer: Answer): Record<string, string | number | boolean | null>[]
}

/** The answer as a table, to be saved. */
export const csvForm = <Answer>({ columns, rows }: CsvSpec<Answer>): Form<Answer> => ({
  name: 'csv',
  type: 'text/csv',
  parameters: 'charset=utf-8; header=present',
  isSaved: true,
  encode: answer => toCsv(columns, rows(answer)),
  schema: {
    type: 'string',
    description: `RFC 4180 with a line of names: ${columns.join(', ')}; a text that a spreadsheet would take for a formula has an apostrophe before it`,
  },
})

/** RFC 4180, in UTF-8: a line of names, then a line for each row. */
function toCsv(columns: readonly string[], rows: ReturnType<CsvSpec<unknown>['rows']>): string {
  const lines = [[...columns], ...rows.map(row => columns.map(column => row[column] ?? null))]
  return lines.map(cells => `${cells.map(toCell).join(',')}\r\n`).join('')
}

/** What a spreadsheet would take for a formula; a number with its sign is none. */
const FORMULA = /^[=+\-@\t\r](?!\d+(\.\d+)?$)/

function toCell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
