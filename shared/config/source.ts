import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { ConfigError } from '../errors/index.ts'
import { type ColumnType, column, lakeType } from './column.ts'

/** Entities that a source's table can be mapped to. */
export const ENTITIES = [
  'product',
  'product_text',
  'client',
  'order',
  'order_item',
  'sale',
  'return',
  'inventory',
  'transporter',
  'territory',
  'offer',
  'interaction',
] as const

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
        .describe('At most so many are read of it at a time, where the database has little to spare'),
    })
    .optional()
    .describe('How its tables are read the first time'),
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
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(error => ({
        path: [],
        line: lines.linePos(error.pos[0]).line,
        says: error.message,
      })),
    }
  const lineOf = (path: PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const pair = findPair(document.contents, path.slice(0, length))
      if (pair !== undefined) return lines.linePos(pair).line
    }
    return 1
  }
  const toProblems = (issues: Issue[]) => ({
    problems: issues.map(({ path, says }) => ({ path, line: lineOf(path), says })),
  })
  const parsed = sourceSchema.safeParse(document.toJS())
  if (!parsed.success)
    return toProblems(
      parsed.error.issues.flatMap(issue =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map(key => ({ path: [...issue.path, key], says: 'unknown key' }))
          : [{ path: issue.path, says: issue.message }],
      ),
    )
  const issues = Object.entries(parsed.data.tables).flatMap(([name, table]) => findTableIssues(name, table))
  if (issues.length > 0) return toProblems(issues)
  const system = basename(file).replace(/\.ya?ml$/, '')
  const tables = Object.entries(parsed.data.tables).map(([name, table]) => {
    const personal = Object.values(table.columns).some(column => column.policy !== undefined)
    return { ...table, name, topic: `cdc.${system}.${name}`, personal }
  })
  return { source: { ...parsed.data, system, file, tables } }
}

type Issue = { path: PropertyKey[]; says: string }

/** What tells an entity's rows apart, by our names: the models and the index rank changes by it. */
const ENTITY_KEYS: Partial<Record<SourceTable['entity'], string[]>> = {
  product: ['product_id'],
  product_text: ['model', 'culture'],
  client: ['client_id'],
  order: ['order_id'],
  order_item: ['order_id', 'line_number'],
  sale: ['sale_id'],
  inventory: ['product_id', 'location'],
  transporter: ['transporter_id'],
  territory: ['territory_id'],
}

const NUMBER: ColumnType['kind'][] = ['int', 'bigint', 'decimal', 'double']
const WHOLE: ColumnType['kind'][] = ['int', 'bigint']
const TIME: ColumnType['kind'][] = ['date', 'timestamp', 'timestampNtz']
/** Of what kind a column has to be in the lake that the models and the index reckon with, by our name. */
const KINDS: Record<string, ColumnType['kind'][]> = {
  list_price: NUMBER,
  standard_cost: NUMBER,
  unit_price: NUMBER,
  amount: NUMBER,
  annual_income: NUMBER,
  ship_base: NUMBER,
  ship_rate: NUMBER,
  quantity: WHOLE,
  line_number: WHOLE,
  total_children: WHOLE,
  birth_year: WHOLE,
  home_owner: ['boolean'],
  ordered_at: TIME,
  modified_at: TIME,
  sale_date: TIME,
}

/** A deletion tells its row's key and nothing else: by another key the models would not know what is gone. */
function findKeyIssue(name: string, { entity, key, columns }: ReadTable): Issue | undefined {
  const wanted = ENTITY_KEYS[entity]
  const ours = key.map(column => columns[column]?.as)
  const names = Object.values(columns).map(column => column.as)
  // A table that lacks the columns themselves is none that the models can tell apart anyway.
  if (!wanted?.every(column => names.includes(column))) return undefined
  if (wanted.length === ours.length && wanted.every(column => ours.includes(column))) return undefined
  return {
    path: ['tables', name, 'key'],
    says: `the key of a table of ${entity} rows must be the columns that are its ${wanted.join(' and ')}, by which search and the models tell its rows apart`,
  }
}

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

function findTableIssues(name: string, table: ReadTable): Issue[] {
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
  const keyIssue = issues.length === 0 ? findKeyIssue(name, table) : undefined
  if (keyIssue) issues.push(keyIssue)
  const folded = new Map<string, string>()
  for (const column of names) {
    const lower = column.toLowerCase()
    const refuse = (says: string) => issues.push({ path: at('columns', column), says })
    if (lower === 'year' || lower === 'month')
      refuse(
        `column ${column} clashes with the lake's partition columns: rename it at the source, or leave it out`,
      )
    if (column.startsWith('_'))
      refuse(`column ${column} begins with an underscore, which the lake keeps for itself`)
    if (folded.has(lower))
      refuse(
        `columns ${folded.get(lower)} and ${column} differ only in case: rename one at the source, or leave it out`,
      )
    folded.set(lower, column)
    const declared = table.columns[column]
    const kind = declared && lakeType(declared)?.kind
    const kinds = ENTITY_KEYS[table.entity] && KINDS[declared?.as ?? '']
    if (kind && kinds && !kinds.includes(kind))
      refuse(
        `column ${column} is ${kind} in the lake, where ${declared?.as} has to be ${kinds.join(', ')}: another type or treatment, or another name`,
      )
    if (declared?.policy === 'generalise' && !TIME.includes(declared.type.kind))
      refuse(`column ${column}: only dates can be generalised`)
  }
  if (names.some(column => table.columns[column]?.policy !== undefined))
    for (const column of names)
      if (table.columns[column]?.policy === undefined)
        issues.push({
          path: at('columns', column),
          says: `column ${column} has no policy in a table with personal data: say keep, drop, hash, generalise or encrypt`,
        })
  const secret = names.filter(column => !['keep', undefined].includes(table.columns[column]?.policy))
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

/** The files of a folder that describe sources. @throws ConfigError where the folder cannot be read */
export function listSourceFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => /\.ya?ml$/.test(name))
      .sort()
      .map(name => join(folder, name))
  } catch (cause) {
    throw new ConfigError(`sources folder ${folder} cannot be read`, { cause })
  }
}

/** All source files of a folder. @throws ConfigError also where two systems' ids would clash */
export function readSources(folder: string): Source[] {
  const sources = listSourceFiles(folder).map(file => parseSource(file, readFileSync(file, 'utf8')))
  for (const [i, one] of sources.entries())
    for (const other of sources.slice(0, i)) {
      const shared = one.tables.find(table => other.tables.some(theirs => theirs.entity === table.entity))
      if (shared && one.idPrefix === other.idPrefix)
        throw new ConfigError(
          `${other.file} and ${one.file} both have ${shared.entity} ids with the prefix "${one.idPrefix}": give one an idPrefix of its own`,
        )
    }
  return sources
}
