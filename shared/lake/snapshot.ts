import type {
  Action,
  AddFile,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  Transaction,
} from './actions.ts'
import { type Column, columnTypeOf, deltaTypeName } from './columns.ts'

/** What Cordage can read and write; a table that needs more is refused rather than misread. */
const KNOWN_FEATURES = new Set(['timestampNtz', 'domainMetadata', 'appendOnly', 'invariants'])

export const PROTOCOL: Protocol = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ['timestampNtz'],
  writerFeatures: ['timestampNtz', 'domainMetadata'],
}

/** The table needs a feature, or has a schema, that Cordage does not know. */
export class UnsupportedTableError extends Error {
  override readonly name = 'UnsupportedTableError'
}

/** The state of a table at one version: its log, replayed. */
export class Snapshot {
  /** -1 before the first commit. */
  version = -1
  protocol: Protocol | undefined
  metadata: Metadata | undefined
  /** The data, by path, in the order in which it was added. */
  readonly files = new Map<string, AddFile>()
  /** Files that left the table, and when: readers of older versions may still need them. */
  readonly tombstones = new Map<string, RemoveFile>()
  readonly transactions = new Map<string, Transaction>()
  readonly domains = new Map<string, DomainMetadata>()
  #columns: { of: string; columns: Column[] } | undefined

  get exists(): boolean {
    return this.metadata !== undefined
  }

  /** The data columns and then the partition columns, as the table's schema has them. */
  get columns(): Column[] {
    const schemaString = this.metadata?.schemaString
    if (schemaString === undefined) return []
    if (this.#columns?.of !== schemaString)
      this.#columns = { of: schemaString, columns: parseSchema(schemaString) }
    return this.#columns.columns
  }

  /** The data columns: what is in the files. */
  get dataColumns(): Column[] {
    const partitions = new Set(this.metadata?.partitionColumns)
    return this.columns.filter(column => !partitions.has(column.name))
  }

  /** The version of an application's last transaction. */
  transaction(appId: string): bigint | undefined {
    return this.transactions.get(appId)?.version
  }

  domain(name: string): string | undefined {
    return this.domains.get(name)?.configuration
  }

  /** Takes in the actions of a commit, or of a checkpoint. @throws UnsupportedTableError */
  apply(version: number, actions: Iterable<Action>): void {
    for (const action of actions) {
      if ('add' in action) {
        this.files.set(action.add.path, action.add)
        this.tombstones.delete(action.add.path)
      } else if ('remove' in action) {
        this.files.delete(action.remove.path)
        this.tombstones.set(action.remove.path, action.remove)
      } else if ('metaData' in action) this.metadata = action.metaData
      else if ('protocol' in action) this.protocol = supported(action.protocol)
      else if ('txn' in action) this.transactions.set(action.txn.appId, action.txn)
      else if ('domainMetadata' in action) {
        const { domain, removed } = action.domainMetadata
        if (removed) this.domains.delete(domain)
        else this.domains.set(domain, action.domainMetadata)
      }
    }
    this.version = version
  }

  /** Drops tombstones that nobody needs any more: they would be copied from checkpoint to checkpoint. */
  dropTombstones(before: number): void {
    for (const [path, { deletionTimestamp }] of this.tombstones)
      if (deletionTimestamp < before) this.tombstones.delete(path)
  }
}

function supported(protocol: Protocol): Protocol {
  const { minReaderVersion, minWriterVersion, readerFeatures = [], writerFeatures = [] } = protocol
  const unknown = [...readerFeatures, ...writerFeatures].filter(feature => !KNOWN_FEATURES.has(feature))
  if (unknown.length > 0) throw new UnsupportedTableError(`table features ${unknown.join(', ')}`)
  if (![1, 3].includes(minReaderVersion) || ![1, 2, 7].includes(minWriterVersion))
    throw new UnsupportedTableError(`reader version ${minReaderVersion}, writer version ${minWriterVersion}`)
  return protocol
}

export function formatSchema(columns: Column[]): string {
  const fields = columns.map(({ name, type }) => ({
    name,
    type: deltaTypeName(type),
    nullable: true,
    metadata: {},
  }))
  return JSON.stringify({ type: 'struct', fields })
}

function parseSchema(text: string): Column[] {
  const { fields } = JSON.parse(text) as { fields: { name: string; type: unknown }[] }
  return fields.map(({ name, type: given }) => {
    const type = columnTypeOf(given)
    if (!type) throw new UnsupportedTableError(`column ${name} has the type ${JSON.stringify(given)}`)
    return { name, type }
  })
}
