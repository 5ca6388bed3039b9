import { basename } from 'node:path'
import type { z } from 'zod'
import { ConfigError } from '../errors/index.ts'
import { columnFields, readColumnType } from './column.ts'
import type { Issue } from './entity-rules.ts'
import { findSystemIssues, plainName } from './names.ts'
import {
  anySourceSchema,
  type ReadTable,
  type Source,
  type SourceKinds,
  sourceSchemaOf,
  tableKeys,
} from './source-schema.ts'
import { findTableSetIssues, type LooseColumn, type LooseTable } from './table-rules.ts'
import { describeProblem, readYamlText, type TextProblem } from './yaml-text.ts'

export type ReadSource = { source: Source } | { problems: TextProblem[] }

/** Reads one `sources/<system>.yml`. @returns the source, or everything that is wrong with the text */
export function readSourceText(file: string, text: string, kinds: SourceKinds): ReadSource {
  const yaml = readYamlText(text)
  if (!('value' in yaml)) return { problems: yaml.problems }
  const { value: given, problems: repeated, lineOf } = yaml
  const system = basename(file).replace(/\.ya?ml$/, '')
  const read = readFields(given, kinds)
  // Reports everything at once, also for tables in which something else is malformed.
  const issues = [
    ...findSystemIssues(system),
    ...('issues' in read ? read.issues : []),
    ...findTableSetIssues(readLoosely(given)),
  ]
  if ('issues' in read || repeated.length > 0 || issues.length > 0)
    return {
      problems: inOrder([...repeated, ...issues.map(issue => ({ ...issue, line: lineOf(issue.path) }))]),
    }
  const tables = Object.entries(read.fields.tables).map(([name, table]) => {
    const personal = Object.values(table.columns).some(column => column.policy !== undefined)
    return { ...table, name, topic: `cdc.${system}.${plainName(name)}`, personal }
  })
  return { source: { namespace: '', ...read.fields, system, file, tables } }
}

const inOrder = (problems: TextProblem[]) => problems.toSorted((a, b) => a.line - b.line)

/** The keys that a kind adds are beside these: its own code knows them (SourceOf). */
type SourceFields = Omit<Source, 'system' | 'file' | 'namespace' | 'tables'> & {
  tables: Record<string, ReadTable>
}

/** The fields of a source file, by the keys that its kind of capture has. */
function readFields(given: unknown, kinds: SourceKinds): { fields: SourceFields } | { issues: Issue[] } {
  const { capture } = toRecord(given)
  const names = Object.keys(kinds)
  const name = names.find(name => name === capture)
  const kind = name === undefined ? undefined : kinds[name]
  const schema = name !== undefined && kind ? sourceSchemaOf(name, kind) : anySourceSchema
  const parsed = schema.safeParse(given)
  if (kind && parsed.success) return { fields: parsed.data as SourceFields }
  const issues = parsed.error?.issues.flatMap(issue => toIssues(issue, kinds, name)) ?? []
  if (kind) return { issues }
  const what = capture === undefined ? 'is missing' : `${JSON.stringify(capture)} is unknown`
  return { issues: [{ path: ['capture'], says: `${what}: there are ${names.join(', ')}` }, ...issues] }
}

function toIssues(issue: z.core.$ZodIssue, kinds: SourceKinds, capture: string | undefined): Issue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, says: issue.message }]
  const place = issue.path.length === 0 ? 'source' : issue.path.length === 2 ? 'table' : undefined
  return issue.keys.flatMap(key => {
    const path = [...issue.path, key]
    const owners = Object.keys(kinds).filter(name => place && key in (kinds[name]?.keys[place] ?? {}))
    if (owners.length === 0) return [{ path, says: 'unknown key' }]
    // An unknown kind of capture is already reported; its keys may be right.
    if (capture === undefined) return []
    return [{ path, says: `a key of capture: ${owners.join(' or ')}; this source has capture: ${capture}` }]
  })
}

/** Of each table the fields that are well formed: what else is wrong with it is found by them. */
function readLoosely(given: unknown): LooseTable[] {
  const { tables } = toRecord(given)
  return Object.entries(toRecord(tables)).map(([name, raw]) => {
    const read = readEach(tableKeys, raw)
    const columns = Object.entries(toRecord(toRecord(raw).columns)).map(
      ([name, raw]): [string, LooseColumn] => {
        const { type: text, ...fields } = readEach(columnFields.shape, raw)
        const type = text === undefined ? undefined : readColumnType(text)
        return [name, { ...fields, type: typeof type === 'string' ? undefined : type }]
      },
    )
    return { ...read, name, key: read.key ?? [], columns: Object.fromEntries(columns) }
  })
}

function readEach<Shape extends z.ZodRawShape>(
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

/**
 * One `sources/<system>.yml`, checked.
 * @throws ConfigError that names the file and, of each problem, the line and the field
 */
export function parseSource(file: string, text: string, kinds: SourceKinds): Source {
  const read = readSourceText(file, text, kinds)
  if ('source' in read) return read.source
  throw new ConfigError(`${file}: ${read.problems.map(describeProblem).join('; ')}`)
}
