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

/** A finished model that is there for everybody: a dimension, facts, an aggregate or a mart. */
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

/** A build under way, in a place of its own. */
export type NextBuild = {
  target: BuildTarget
  /** Lets everybody who reads from now on read this build; who reads the old one reads on. */
  replace(): Promise<void>
}

/** What dbt builds from the lake. A build works in a place of its own and takes the old one's place when it is whole. */
export type Warehouse = {
  /** Group of the Python lock with which dbt builds here. */
  python: 'warehouse' | 'trino'
  /** Folder of dbt's own state: parsed project, compiled SQL, logs. */
  stateFolder: string
  /** Where dbt builds that somebody runs by hand: it disturbs no build and nobody who reads one. */
  byHand: BuildTarget
  /** A query that lists the tables of a build. */
  tablesQuery: string
  /** One at a time, which the caller sees to. */
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
