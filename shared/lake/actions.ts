/** The Delta protocol's actions, as far as Cordage reads and writes them (delta-io/delta, PROTOCOL.md, "Actions"). */

export type AddFile = {
  /** Relative to the table, percent-encoded. */
  path: string
  partitionValues: Record<string, string | null>
  size: number
  modificationTime: number
  dataChange: boolean
  /** JSON, kept as text: a 64-bit integer in it must not become a double. */
  stats?: string
}

export type RemoveFile = {
  path: string
  deletionTimestamp: number
  dataChange: boolean
  extendedFileMetadata?: boolean
  partitionValues?: Record<string, string | null>
  size?: number
}

export type Metadata = {
  id: string
  name?: string
  description?: string
  format: { provider: string; options: Record<string, string> }
  schemaString: string
  partitionColumns: string[]
  createdTime?: number
  configuration: Record<string, string>
}

export type Protocol = {
  minReaderVersion: number
  minWriterVersion: number
  readerFeatures?: string[]
  writerFeatures?: string[]
}

/** How far an application has come in writing to the table. */
export type Transaction = { appId: string; version: bigint; lastUpdated?: number }

/** A text kept under a name in the table's state, checkpoints included. */
export type DomainMetadata = { domain: string; configuration: string; removed: boolean }

export type CommitInfo = {
  timestamp: number
  operation: string
  operationParameters: Record<string, string>
  engineInfo: string
  /** Identifies our commit if the storage could not say whose it accepted. */
  txnId: string
}

export type Action =
  | { add: AddFile }
  | { remove: RemoveFile }
  | { metaData: Metadata }
  | { protocol: Protocol }
  | { txn: Transaction }
  | { domainMetadata: DomainMetadata }
  | { commitInfo: CommitInfo }

/** Whether two lists of actions cannot be one commit: both set the same, or one sets what all others depend on. */
export function collide(some: Action[], others: Action[]): boolean {
  const places = new Set(some.map(placeOf))
  return (
    [...some, ...others].some(action => 'metaData' in action || 'protocol' in action) ||
    others.some(action => places.has(placeOf(action)))
  )
}

/** What an action sets. */
function placeOf(action: Action): string {
  if ('txn' in action) return `txn ${action.txn.appId}`
  if ('domainMetadata' in action) return `domain ${action.domainMetadata.domain}`
  if ('add' in action) return `file ${action.add.path}`
  if ('remove' in action) return `file ${action.remove.path}`
  return Object.keys(action).join()
}

/** A commit's file: one action a line. */
export function formatCommit(actions: Action[]): string {
  return actions.map(action => `${formatAction(action)}\n`).join('')
}

function formatAction(action: Action): string {
  if (!('txn' in action)) return JSON.stringify(action)
  const { appId, version, lastUpdated } = action.txn
  const updated = lastUpdated === undefined ? '' : `,"lastUpdated":${lastUpdated}`
  return `{"txn":{"appId":${JSON.stringify(appId)},"version":${version}${updated}}}`
}

/** The actions of a commit's file; unknown kinds are ignored, as the protocol requires. */
export function parseCommit(text: string): Action[] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(parseAction)
}

const TRANSACTION_VERSION = /"version"\s*:\s*(-?\d+)/

function parseAction(line: string): Action {
  const action = JSON.parse(line) as Action
  if (!('txn' in action)) return action
  // JSON.parse would round an offset beyond 2^53. An application id is free text: the number is looked for after it.
  const { appId, lastUpdated } = action.txn
  const rest = line.replace(JSON.stringify(appId), '""')
  const version = BigInt(TRANSACTION_VERSION.exec(rest)?.[1] ?? action.txn.version)
  return { txn: { appId, version, ...(lastUpdated !== undefined && { lastUpdated }) } }
}
