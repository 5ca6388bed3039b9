import type { Bus } from '../bus/index.ts'
import type { SecretUrl, Source, SourceKind } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { Vault } from '../privacy/index.ts'
import type { Store } from '../store/index.ts'
import type { Logger } from '../telemetry/index.ts'
import type { CaptureLease } from './state.ts'

/** How a source file fits the source that it describes. One line each, which names the table and the column. */
export type SourceReport = {
  /** Capture cannot begin. */
  problems: string[]
  /** Those of them that make statements of the source itself fail. */
  hazards: string[]
  /** Those that do not stop a running capture: columns without a policy. */
  unlisted: string[]
  /** It can, with a drawback. */
  warnings: string[]
  /** Columns that the source has and the file does not list, by table. */
  notCaptured: Map<string, string[]>
  /** Lines for columns that the file does not list, by table: a table with personal data needs them, another may have them. */
  proposals: Map<string, string[]>
}

/** Of a source without any findings yet. */
export const emptyReport = (): SourceReport => ({
  problems: [],
  hazards: [],
  unlisted: [],
  warnings: [],
  notCaptured: new Map(),
  proposals: new Map(),
})

export type CaptureOptions<Own extends Source = Source> = {
  source: Own
  url: SecretUrl
  store: Store
  bus: Bus
  vault: Vault
  lease: CaptureLease
  log: Logger
  signal: AbortSignal
}

/** A column of a database, as a source file may list it. */
export type ListedColumn = {
  name: string
  /** What may be declared for it, as it stands in the file; undefined where it cannot be captured. */
  type: string | undefined
  /** Whether its type alone may tell who somebody is. */
  isPersonal: boolean
}

/** A table of a database, as a source file may name it. */
export type ListedTable = {
  name: string
  /** Of its primary key, or else of the shortest key; undefined where it has none. */
  key: string[] | undefined
  columns: ListedColumn[]
}

/** A way to follow a source: one for each kind that the connector follows itself. */
export type Capture<Own extends Source = Source> = {
  /** Compares a source file with its source, and changes nothing. @throws OutageError where that cannot be reached */
  check(url: SecretUrl, source: Own): Promise<SourceReport>
  /** The tables of a database, of the schema that has most of them. @throws OutageError where it cannot be reached */
  listTables?(url: SecretUrl): Promise<{ namespace: string; tables: ListedTable[] }>
  /**
   * Puts what the source holds, and every change of it, on the bus until `signal` aborts. Its progress is in the store, so
   * that it resumes where it was.
   * @throws ConfigError where the source cannot be captured as it is; OutageError where the connection is lost
   */
  run(options: CaptureOptions<Own>): Promise<void>
  /**
   * Removes from the source what `run` created there, and nothing else.
   * @returns what was removed. @throws ConfigError where it is in use
   */
  forget(url: SecretUrl, source: Own): Promise<string[]>
}

/** A kind of capture: what its source files say, and how the connector follows such a source. */
export type CaptureKind = SourceKind & {
  /** Loaded by the connector alone; undefined where something else puts the changes on the bus. */
  open?: () => Promise<Capture>
  /** Its changes come through the Kafka that BUS_URL names. */
  needsKafka?: true
}

/** @throws ConfigError with all that keeps capture from beginning, in one line that names the file */
export async function requireSource(capture: Capture, url: SecretUrl, source: Source): Promise<void> {
  refuseProblems(source, (await capture.check(url, source)).problems)
}

export function refuseProblems(source: Source, problems: string[]): void {
  if (problems.length > 0) throw new ConfigError(`${source.file}: ${problems.join('; ')}`)
}
