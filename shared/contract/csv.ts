/** How an answer is shown as a table: rows by the columns' names. Only texts, numbers, booleans, and null, an empty cell. */
export type CsvSpec<Answer> = {
  columns: readonly string[]
  rows(answer: Answer): Record<string, string | number | boolean | null>[]
}

/** What is needed of a function's definition. */
type Offered = { name: string; csv?: CsvSpec<unknown> | undefined }

const JSON_TYPE = 'application/json'
const CSV_TYPE = 'text/csv'

/** The function's CSV, where the caller asks for it: by the field `format`, else by the header Accept. */
export function csvAskedOf(
  { csv }: Offered,
  input: unknown,
  accept: string | undefined,
): CsvSpec<unknown> | undefined {
  const format = (input as { format?: unknown }).format ?? (isPreferred(accept) ? 'csv' : 'json')
  return format === 'csv' ? csv : undefined
}

/** The answer as JSON, or as CSV by `csv`. */
export function encodeAnswer(
  { name, csv: offered }: Offered,
  answer: unknown,
  csv: CsvSpec<unknown> | undefined,
): { headers: Record<string, string>; body: string } {
  const vary = offered && { vary: 'accept' }
  if (!csv) return { headers: { 'content-type': JSON_TYPE, ...vary }, body: JSON.stringify(answer) }
  const headers = {
    'content-type': `${CSV_TYPE}; charset=utf-8; header=present`,
    'content-disposition': `attachment; filename="${name}.csv"`,
    ...vary,
  }
  return { headers, body: toCsv(csv.columns, csv.rows(answer)) }
}

/** Whether CSV is named in Accept, with more weight than JSON; a wildcard asks for neither. */
function isPreferred(accept = ''): boolean {
  const weights = new Map(
    accept.split(',').map(range => {
      const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
      const weight = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
      return [type, Number.isNaN(weight) ? 0 : weight]
    }),
  )
  return (weights.get(CSV_TYPE) ?? 0) > (weights.get(JSON_TYPE) ?? 0)
}

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
