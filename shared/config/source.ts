import { basename } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { ConfigError, describeError } from '../errors/index.ts'
import { type ColumnType, column, columnFields, lakeType, readColumnType } from './column.ts'
import { ENTITIES, type EntityTable, findEntityIssues, findPrefixIssues, type Issue } from './entities.ts'
import { findColumnNameIssues, findNameIssues, findSystemIssues, plainName } from './names.ts'

const table = z.strictObject({
  entity: z.enum(ENTITIES).describe('What its rows are, to search and to the warehouse'),
  key: z
    .array(z.string())
    .min(1, 'a table needs a key')
    .describe('Columns that tell its rows apart, in the order of the primary key'),
  client: z
    .string()
    .optional()
    .describe("In a table with personal data: the column that holds the client's id"),
  partitions: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Partitions of its topic: rows of one key keep their order; fixed once the topic is there'),
  idPrefix: z
    .string()
    .default('')
    .describe(
      "Set before its rows' ids, behind the source's own, where another table of the source has the same entity",
    ),
  columns: z
    .record(z.string(), column)
    .describe(
      "By the source's name; what is not listed is not captured, and refused where there is personal data",
    ),
})

/** A source file. docs/reference/sources.md is printed from it. */
export const sourceSchema = z.strictObject({
  connection: z
    .string()
    .describe(
      "Name of the database's URL: the setting <NAME>_URL or <NAME>_URL_FILE, or the file secrets/<name>.url under CORDAGE_HOME",
    ),
  capture: z
    .enum(['postgres', 'debezium'])
    .describe('How its changes are read: from the Postgres itself, or by Debezium through Kafka'),
  debezium: z
    .strictObject({
      decimals: z
        .enum(['string', 'base64'])
        .default('string')
        .describe(
          'How decimals are written where messages have no schema (decimal.handling.mode string or precise)',
        ),
    })
    .default({ decimals: 'string' })
    .describe('How Debezium writes, where it is not configured as npm run debezium prints'),
  snapshot: z
    .strictObject({
      rowsPerSecond: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('At most so many rows are read of it in a second, where the database has little to spare'),
    })
    .optional()
    .describe('How its tables are read, at first and again'),
  namespace: z.string().default('public').describe('Schema of the tables'),
  timeZone: z
    .string()
    .refine(zone => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', 'unknown time zone')
    .describe('Zone of its business dates, such as Europe/Berlin'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency code such as EUR')
    .default('USD')
    .describe('Currency of its amounts (ISO 4217)'),
  idPrefix: z
    .string()
    .default('')
    .describe('Set before its ids, where those of another source would be the same'),
  tables: z.record(z.string(), table).describe("By the table's name"),
})

export type SourceTable = z.output<typeof table> & { name: string; topic: string; personal: boolean }
export type Source = Omit<z.output<typeof sourceSchema>, 'tables'> & {
  system: string
  /** The file that describes it. */
  file: string
  tables: SourceTable[]
}

/** What is wrong with a source file: the field by its path, and its line, from 1. */
export type TextProblem = { path: PropertyKey[]; line: number; says: string }

/** Reads one `sources/<system>.yml`. @returns the source, or everything that is wrong with the text */
export function readSourceText(file: string, text: string): { source: Source } | { problems: TextProblem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const repeated = document.errors.map(error => ({
    path: [],
    line: lines.linePos(error.pos[0]).line,
    says: error.message,
  }))
  // A key that is there twice leaves a text that can be read; anything else does not.
  if (document.errors.some(error => error.code !== 'DUPLICATE_KEY')) return { problems: repeated }
  const lineOf = (path: PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const pair = findPair(document.contents, path.slice(0, length))
      if (pair !== undefined) return lines.linePos(pair).line
    }
    return 1
  }
  let given: unknown
  try {
    given = document.toJS()
  } catch (error) {
    // An alias without its anchor, or a text of nothing but aliases.
    return { problems: [...repeated, { path: [], line: 1, says: describeError(error) }] }
  }
  const parsed = sourceSchema.safeParse(given)
  const system = basename(file).replace(/\.ya?ml$/, '')
  // Everything at once, also of tables in which something else is malformed: nobody wants to come back for each.
  const issues = [
    ...findSystemIssues(system),
    ...(parsed.success ? [] : parsed.error.issues.flatMap(toIssues)),
    ...findIssues(readLoosely(given)),
  ]
  if (!parsed.success || repeated.length > 0 || issues.length > 0)
    return { problems: [...repeated, ...issues.map(issue => ({ ...issue, line: lineOf(issue.path) }))] }
  const tables = Object.entries(parsed.data.tables).map(([name, table]) => {
    const personal = Object.values(table.columns).some(column => column.policy !== undefined)
    return { ...table, name, topic: `cdc.${system}.${plainName(name)}`, personal }
  })
  return { source: { ...parsed.data, system, file, tables } }
}

function toIssues(issue: z.core.$ZodIssue): Issue[] {
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map(key => ({ path: [...issue.path, key], says: 'unknown key' }))
    : [{ path: issue.path, says: issue.message }]
}

type LooseTable = Partial<Omit<ReadTable, 'columns' | 'key'>> & {
  name: string
  key: string[]
  columns: Record<string, LooseColumn>
}
type LooseColumn = Partial<Omit<z.output<typeof columnFields>, 'type'>> & { type?: ColumnType | undefined }

/** Of each table the fields that are well formed: what else is wrong with it is found by them. */
function readLoosely(given: unknown): LooseTable[] {
  const { tables } = toRecord(given)
  return Object.entries(toRecord(tables)).map(([name, raw]) => {
    const read = readFields(table.shape, raw)
    const columns = Object.entries(toRecord(toRecord(raw).columns)).map(
      ([name, raw]): [string, LooseColumn] => {
        const { type: text, ...fields } = readFields(columnFields.shape, raw)
        const type = text === undefined ? undefined : readColumnType(text)
        return [name, { ...fields, type: typeof type === 'string' ? undefined : type }]
      },
    )
    return { ...read, name, key: read.key ?? [], columns: Object.fromEntries(columns) }
  })
}

function readFields<Shape extends z.ZodRawShape>(
  shape: Shape,
  raw: unknown,
): Partial<z.output<z.ZodObject<Shape>>> {
  const values = toRecord(raw)
  const read = Object.entries(shape).map(([name, field]) => [
    name,
    (field as z.ZodType).safeParse(values[name]).data,
  ])
  return Object.fromEntries(read)
}

const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** Where a key stands in the text: its offset. Sequences have no keys: their own place stands for their items. */
function findPair(node: unknown, path: PropertyKey[]): number | undefined {
  let place = node
  let offset: number | undefined
  for (const step of path) {
    if (!isMap(place)) return offset
    const pair = place.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
    if (!pair || !isScalar(pair.key)) return undefined
    offset = pair.key.range?.[0]
    place = pair.value
  }
  return offset
}

type ReadTable = z.output<typeof sourceSchema>['tables'][string]

function findIssues(tables: LooseTable[]): Issue[] {
  const entityTables = tables.map(toEntityTable)
  const clients = tables.filter(table => table.entity === 'client' && secretColumns(table).length > 0)
  return [
    ...findNameIssues(tables.map(({ name }) => name)),
    ...tables.flatMap(findTableIssues),
    ...entityTables.flatMap(findEntityIssues),
    ...findPrefixIssues(entityTables),
    // A client's key is told by system and id.
    ...clients.slice(1).map(({ name }) => ({
      path: ['tables', name],
      says: `tables ${clients[0]?.name} and ${name} both hold personal data of clients: describe one of them in a source file of its own, with an idPrefix`,
    })),
  ]
}

/** What the entity's rules look at: columns that are dropped are not there for search and the models. */
function toEntityTable({ name, entity, idPrefix = '', key, columns }: LooseTable): EntityTable {
  const kept = Object.entries(columns).flatMap(([column, { as, type, policy, idPrefix }]) => {
    const inLake = type && lakeType({ as: '', type, policy })
    return policy === 'drop' ? [] : [[column, { as, idPrefix, type: inLake }]]
  })
  return { name, entity, idPrefix, key, columns: Object.fromEntries(kept) }
}

const secretColumns = ({ columns }: LooseTable) =>
  Object.keys(columns).filter(column => !['keep', undefined].includes(columns[column]?.policy))

function findTableIssues(table: LooseTable): Issue[] {
  const { name } = table
  const issues: Issue[] = []
  const at = (field: string, column?: string) => [
    'tables',
    name,
    field,
    ...(column === undefined ? [] : [column]),
  ]
  const names = Object.keys(table.columns)
  for (const key of table.key)
    if (!names.includes(key))
      issues.push({ path: at('key'), says: `key column ${key} is not among its columns` })
  issues.push(...findColumnNameIssues(name, names))
  const called = new Map<string, string>()
  for (const column of names) {
    const { policy, type, as } = table.columns[column] ?? {}
    const other = as === undefined || policy === 'drop' ? undefined : called.get(as)
    if (other !== undefined)
      issues.push({
        path: at('columns', column),
        says: `columns ${other} and ${column} are both called ${as}: give each a name of its own`,
      })
    if (as !== undefined && policy !== 'drop') called.set(as, column)
    if (policy === 'generalise' && type && !['date', 'timestamp', 'timestampNtz'].includes(type.kind))
      issues.push({
        path: at('columns', column),
        says: `column ${column}: only dates can be generalised`,
      })
  }
  if (names.some(column => table.columns[column]?.policy !== undefined))
    for (const column of names)
      if (table.columns[column]?.policy === undefined)
        issues.push({
          path: at('columns', column),
          says: `column ${column} has no policy in a table with personal data: say keep, drop, hash, generalise or encrypt`,
        })
  const secret = secretColumns(table)
  if (secret.length > 0 && !table.client)
    issues.push({
      path: ['tables', name],
      says: `table ${name} holds personal data (${secret.join(', ')}): say which column is the client's id with "client:"`,
    })
  if (table.client && !names.includes(table.client))
    issues.push({ path: at('client'), says: `client column ${table.client} is not among its columns` })
  for (const column of secret)
    if (table.key.includes(column) || column === table.client)
      issues.push({ path: at('columns', column), says: `key column ${column} can only have the policy keep` })
  return issues
}

/**
 * One `sources/<system>.yml`, checked.
 * @throws ConfigError that names the file and, of each problem, the line and the field
 */
export function parseSource(file: string, text: string): Source {
  const read = readSourceText(file, text)
  if ('source' in read) return read.source
  throw new ConfigError(`${file}: ${read.problems.map(describeProblem).join('; ')}`)
}

/** A problem on one line: `line 7, tables.Client.columns.Email: …`. */
export function describeProblem({ path, line, says }: TextProblem): string {
  return `line ${line}${path.length > 0 ? `, ${path.join('.')}` : ''}: ${says}`
}
