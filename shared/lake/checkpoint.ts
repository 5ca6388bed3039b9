import { zstdCompressSync } from 'node:zlib'
import { parquetReadObjects, type SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Action, AddFile, Protocol, RemoveFile } from './actions.ts'
import { ZSTD } from './column-chunk.ts'
import { DECOMPRESSORS } from './parquet.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * A snapshot as a Parquet file of one action a row (PROTOCOL.md, "Checkpoints", V1 spec): readers start from it instead
 * of from the first commit, and the log before it can go.
 */

const CODEC = {
  codec: 'ZSTD',
  compressors: { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes, ZSTD) },
} as const

type Node = SchemaElement | Node[]

const text = (name: string): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'OPTIONAL',
})
const long = (name: string): SchemaElement => ({ name, type: 'INT64', repetition_type: 'OPTIONAL' })
const int = (name: string): SchemaElement => ({ name, type: 'INT32', repetition_type: 'OPTIONAL' })
const flag = (name: string): SchemaElement => ({ name, type: 'BOOLEAN', repetition_type: 'OPTIONAL' })
const group = (element: SchemaElement, children: Node[]): Node[] => [
  { ...element, num_children: children.length },
  ...children,
]
const struct = (name: string, children: Node[]) => group({ name, repetition_type: 'OPTIONAL' }, children)
const textMap = (name: string) =>
  group({ name, repetition_type: 'OPTIONAL', converted_type: 'MAP', logical_type: { type: 'MAP' } }, [
    group({ name: 'key_value', repetition_type: 'REPEATED' }, [
      { ...text('key'), repetition_type: 'REQUIRED' },
      text('value'),
    ]),
  ])
const textList = (name: string) =>
  group({ name, repetition_type: 'OPTIONAL', converted_type: 'LIST', logical_type: { type: 'LIST' } }, [
    group({ name: 'list', repetition_type: 'REPEATED' }, [text('element')]),
  ])

const COLUMNS = {
  protocol: struct('protocol', [
    int('minReaderVersion'),
    int('minWriterVersion'),
    textList('readerFeatures'),
    textList('writerFeatures'),
  ]),
  metaData: struct('metaData', [
    text('id'),
    text('name'),
    text('description'),
    struct('format', [text('provider'), textMap('options')]),
    text('schemaString'),
    textList('partitionColumns'),
    long('createdTime'),
    textMap('configuration'),
  ]),
  txn: struct('txn', [text('appId'), long('version'), long('lastUpdated')]),
  domainMetadata: struct('domainMetadata', [text('domain'), text('configuration'), flag('removed')]),
  add: struct('add', [
    text('path'),
    textMap('partitionValues'),
    long('size'),
    long('modificationTime'),
    flag('dataChange'),
    text('stats'),
    textMap('tags'),
  ]),
  remove: struct('remove', [
    text('path'),
    long('deletionTimestamp'),
    flag('dataChange'),
    flag('extendedFileMetadata'),
    textMap('partitionValues'),
    long('size'),
  ]),
}
type ColumnName = keyof typeof COLUMNS
const NAMES = Object.keys(COLUMNS) as ColumnName[]
const SCHEMA = (
  group({ name: 'spark_schema' }, Object.values(COLUMNS)) as unknown as {
    flat(depth: number): SchemaElement[]
  }
).flat(Number.POSITIVE_INFINITY)

/** Tombstones are most of a busy table's state: groups of rows bound what encoding them takes. */
const ROWS_PER_GROUP = 5000

/** @returns the file, and the number of actions in it */
export function writeCheckpoint(snapshot: Snapshot): { bytes: Uint8Array; actions: number } {
  const { protocol, metadata } = snapshot
  if (!protocol || !metadata) throw new Error('a table without a first commit has no checkpoint')
  const columns: [ColumnName, object[]][] = [
    ['protocol', [protocol]],
    ['metaData', [{ ...metadata, createdTime: bigint(metadata.createdTime) }]],
    [
      'txn',
      [...snapshot.transactions.values()].map(txn => ({ ...txn, lastUpdated: bigint(txn.lastUpdated) })),
    ],
    ['domainMetadata', [...snapshot.domains.values()]],
    ['add', [...snapshot.files.values()].map(addRow)],
    ['remove', [...snapshot.tombstones.values()].map(removeRow)],
  ]
  const bytes = new ByteWriter(64 * 1024)
  // Readers of checkpoints use no statistics of theirs, and of an `add` text they would be large.
  const writer = new ParquetWriter({ writer: bytes, schema: SCHEMA, statistics: false, ...CODEC })
  const rows = columns.flatMap(([name, actions]) => actions.map(action => ({ name, action })))
  for (let start = 0; start < rows.length; start += ROWS_PER_GROUP) {
    const group = rows.slice(start, start + ROWS_PER_GROUP)
    const columnData = NAMES.map(name => ({
      name,
      data: group.map(row => (row.name === name ? row.action : undefined)),
    }))
    void writer.write({ columnData, rowGroupSize: group.length })
  }
  void writer.finish()
  return { bytes: bytes.getBytes(), actions: rows.length }
}

const bigint = (value: number | undefined) => (value === undefined ? undefined : BigInt(value))

function addRow(add: AddFile): object {
  const { size, modificationTime } = add
  return { ...add, size: BigInt(size), modificationTime: BigInt(modificationTime), dataChange: false }
}

function removeRow(remove: RemoveFile): object {
  const { deletionTimestamp, size } = remove
  return { ...remove, deletionTimestamp: BigInt(deletionTimestamp), size: bigint(size), dataChange: false }
}

/** The actions of a checkpoint, whoever wrote it. */
export async function readCheckpoint(file: Buffer): Promise<Action[]> {
  const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer
  const rows = await parquetReadObjects({ file: buffer, compressors: DECOMPRESSORS })
  return rows.flatMap((row): Action[] => {
    const { add, remove, metaData, protocol, txn, domainMetadata } = row as Record<ColumnName, Stored>
    if (add) return [{ add: numbers(add, 'size', 'modificationTime') as AddFile }]
    if (remove) return [{ remove: numbers(remove, 'size', 'deletionTimestamp') as RemoveFile }]
    if (metaData) return [{ metaData: numbers(metaData, 'createdTime') as never }]
    if (protocol) return [{ protocol: numbers(protocol) as unknown as Protocol }]
    if (txn) return [{ txn: numbers(txn, 'lastUpdated') as never }]
    if (domainMetadata) return [{ domainMetadata: { removed: false, ...numbers(domainMetadata) } as never }]
    return []
  })
}

type Stored = Record<string, unknown> | null | undefined

/** Parquet's 64-bit integers that are small as JSON's numbers, and no member for what is null. */
function numbers(stored: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  const action: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(stored))
    if (value !== null && value !== undefined) action[name] = names.includes(name) ? Number(value) : value
  return action
}
