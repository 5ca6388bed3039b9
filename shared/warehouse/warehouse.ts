import type { TrinoPlace } from './trino-url.ts'
/** What the warehouse holds: the lake's versions that it was built from, and how far each source is in it. */
export type Build = {
  builtAt: string
  /** Null where it is not known up to where the tables had landed. */
  position: string | null
  changedAt: string | null
  /** Delta version by `<system>.<table>`. */
  versions: Record<string, number>
}

/** A finished model for readers: a dimension, facts, an aggregate or a mart. */
export type Mart = {
  name: string
  description: string
  key: string[]
  /** Columns that it is searched by, besides the key. */
  indexes: string[]
  /** The level that a reader needs: `user`, or a role. */
  access: string
  /** By column: the claim that holds the values which a reader may see. */
  rowRules: Record<string, string>
  /** Types as DuckDB names them. */
  columns: { name: string; type: string }[]
}

/** The first rows of an answer: values as JSON has them, whatever is wider as text. */
export type Answer = { columns: string[]; rows: unknown[][] }

export type WarehouseReader = {
  build: Build
  marts: Mart[]
  /** A mart's rows, some thousand at a time, each value as text. */
  rows(mart: Mart): AsyncIterable<(string | null)[][]>
  /** Any query on the build's tables. `maxRows` ends it early. */
  query(sql: string, options?: { maxRows?: number }): Promise<Answer>
}

/** Where job.py has dbt build, in its own words. */
export type BuildTarget = { engine: 'duckdb'; file: string } | ({ engine: 'trino' } & TrinoPlace)

/** A running build, in a new place. */
export type NextBuild = {
  target: BuildTarget
  /** Makes this build current for new readers; readers of the old one finish undisturbed. */
  replace(): Promise<void>
}

/** What dbt builds from the lake. A build works in a new place and replaces the old one when it is complete. */
export type Warehouse = {
  /** Group of the Python lock with which dbt builds here. */
  python: 'warehouse' | 'trino'
  /** Folder of dbt's own state: parsed project, compiled SQL, logs. */
  stateFolder: string
  /** Where manual dbt runs build: they disturb no build and no reader. */
  byHand: BuildTarget
  /** A query that lists the tables of a build. */
  tablesQuery: string
  /**
   * Where the finished build is, for another program that reads it.
   * @throws OutageError before the first build
   */
  finished(): Promise<BuildTarget>
  /** One at a time; the caller ensures it. */
  beginBuild(): Promise<NextBuild>
  /**
   * Makes tables of the lake known to an engine that finds them in a metastore; absent where it reads them by their path.
   */
  registerTables?(tables: LakeTable[]): Promise<void>
  /**
   * Reads one build, the same however long it takes.
   * @throws OutageError before the first build
   */
  read<T>(work: (reader: WarehouseReader) => Promise<T>): Promise<T>
}

/** A raw table of the lake, and its folder as OBJECTS_URL has it. */
export type LakeTable = { system: string; table: string; url: string }
