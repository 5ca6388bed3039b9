import type { Value } from '../config/index.ts'
import type { Action, AddFile } from './actions.ts'
import type { ColumnValues } from './column-chunk.ts'
import { type Column, makeEncode, type Physical } from './columns.ts'
import { dataKey, deleteFiles, type Month, removeActions, writeGroups } from './data-files.ts'
import { readRowGroups } from './parquet.ts'
import type { Snapshot } from './snapshot.ts'
import type { Table } from './table.ts'

/** What a column's value must be: one of these, or, of a text, more than this. */
export type Condition = { column: string } & ({ in: Exclude<Value, null>[] } | { above: string })

export type Deletion = { rows: number; filesRewritten: number; filesRemoved: number }

/**
 * Deletes the rows that meet all conditions, in one commit, including those that land meanwhile. Only files that hold
 * such rows are rewritten; the partitions' landing marks stay, so that nothing lands again by itself.
 *
 * The old files stay for readers of older versions until vacuum finds them past retention. Where rows must be gone at
 * once, as in an erasure, say so to vacuum: `vacuum(table, { retentionMs: 0 })`.
 * @param options `also`: more actions for the same commit, made from the state that it follows
 * @throws TypeError for a column that the table does not have, or a value that is not of its type
 */
export async function deleteRows(
  table: Table,
  conditions: Condition[],
  options: { operation?: string; also?: (snapshot: Snapshot) => Action[] } = {},
): Promise<Deletion> {
  const { operation = 'DELETE', also } = options
  if (conditions.length === 0)
    throw new TypeError(`${table.path}: without a condition every row would be deleted`)
  /** By path: a file's replacement, or that it holds no such row. */
  const known = new Map<string, Replacement>()
  await table.refresh()
  for (;;) {
    const { snapshot } = table
    for (const [path, { add }] of known)
      if (!snapshot.files.has(path)) {
        // Merged meanwhile: its rows are in another file now.
        if (add) await deleteFiles(table, [add])
        known.delete(path)
      }
    // Again each time: another writer may have changed the table's columns.
    const tests = conditions.map(condition => makeTest(table, condition))
    for (const file of snapshot.files.values())
      if (!known.has(file.path)) known.set(file.path, await withoutRows(table, file, tests))
    const hit = [...known].filter(([, { rows }]) => rows > 0)
    const files = hit.flatMap(([path]) => snapshot.files.get(path) ?? [])
    const adds = hit.flatMap(([, { add }]) => add ?? [])
    const rows = hit.reduce((sum, [, replacement]) => sum + replacement.rows, 0)
    if (rows === 0 && !also) return { rows, filesRewritten: 0, filesRemoved: 0 }
    const actions = [
      ...(also?.(snapshot) ?? []),
      ...removeActions(files, true),
      ...adds.map((add): Action => ({ add })),
    ]
    if (await table.commit(operation, actions)) {
      await table.checkpointIfDue()
      return { rows, filesRewritten: adds.length, filesRemoved: files.length - adds.length }
    }
  }
}

type Replacement = { rows: number; add?: AddFile }

type Test = {
  column: Column
  matches(value: Physical | null | undefined): boolean
  /** Whether a file can hold such a value, by its statistics. */
  mayBeIn(min: unknown, max: unknown): boolean
}

export function makeTest(table: Table, condition: Condition): Test {
  const column = table.snapshot.dataColumns.find(({ name }) => name === condition.column)
  if (!column) throw new TypeError(`${table.path} has no column ${condition.column}`)
  if ('above' in condition) {
    const bound = Buffer.from(condition.above)
    return {
      column,
      matches: value => value !== null && value !== undefined && Buffer.compare(bytesOf(value), bound) > 0,
      mayBeIn: (_, max) => typeof max !== 'string' || Buffer.compare(Buffer.from(max), bound) > 0,
    }
  }
  const encode = makeEncode(column.type)
  const wanted = new Set<Physical>()
  for (const value of condition.in) {
    const physical = encode(value)
    if (physical === undefined)
      throw new TypeError(`${table.path}: a value that is not of the type of ${column.name}`)
    wanted.add(comparable(physical))
  }
  return {
    column,
    matches: value => value !== null && value !== undefined && wanted.has(comparable(value)),
    mayBeIn: (min, max) => condition.in.some(value => liesBetween(column, value, min, max)),
  }
}

const bytesOf = (value: Physical) => (value instanceof Uint8Array ? value : Buffer.from(String(value)))
/** Bytes are compared by content, not by identity. */
const comparable = (value: Physical) =>
  value instanceof Uint8Array || typeof value === 'string'
    ? Buffer.from(bytesOf(value)).toString('latin1')
    : value

/** False only where the bounds rule the value out for certain: of integers that a double holds, and of texts. */
function liesBetween({ type }: Column, value: Value, min: unknown, max: unknown): boolean {
  if (type.kind === 'string' && typeof min === 'string' && typeof max === 'string') {
    const text = Buffer.from(String(value))
    return Buffer.compare(Buffer.from(min), text) <= 0 && Buffer.compare(text, Buffer.from(max)) <= 0
  }
  if (
    (type.kind === 'int' || type.kind === 'bigint') &&
    Number.isSafeInteger(min) &&
    Number.isSafeInteger(max)
  ) {
    const integer = BigInt(value as string | number)
    return BigInt(min as number) <= integer && integer <= BigInt(max as number)
  }
  return true
}

/** Reads only the tested columns, and rewrites a file only if it holds such rows. */
async function withoutRows(table: Table, file: AddFile, tests: Test[]): Promise<Replacement> {
  if (!mayHold(file, tests)) return { rows: 0 }
  const stored = { key: dataKey(table, file.path), size: file.size }
  const tested = tests.map(({ column }) => column)
  let rows = 0
  let total = 0
  for await (const group of readRowGroups(table.objects, stored, tested)) {
    rows += group.rows - keptRows(tests, group.values, group.rows).length
    total += group.rows
  }
  if (rows === 0 || rows === total) return { rows }
  const columns = table.snapshot.dataColumns
  const places = tested.map(({ name }) => columns.findIndex(column => column.name === name))
  async function* kept(): AsyncGenerator<ColumnValues[]> {
    for await (const group of readRowGroups(table.objects, stored, columns)) {
      const keep = keptRows(
        tests,
        places.map(at => group.values[at] ?? []),
        group.rows,
      )
      if (keep.length > 0) yield group.values.map(column => keep.map(row => column[row]))
    }
  }
  return { rows, add: await writeGroups(table, file.partitionValues as Month, true, columns, kept()) }
}

export function mayHold({ stats }: AddFile, tests: Test[]): boolean {
  if (stats === undefined) return true
  const { minValues, maxValues } = JSON.parse(stats) as Record<string, Record<string, unknown> | undefined>
  return tests.every(({ column, mayBeIn }) => mayBeIn(minValues?.[column.name], maxValues?.[column.name]))
}

function keptRows(tests: Test[], values: ColumnValues[], rows: number): number[] {
  const keep: number[] = []
  for (let row = 0; row < rows; row++)
    if (!tests.every((test, i) => test.matches(values[i]?.[row]))) keep.push(row)
  return keep
}
