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
  /** Which rows of other marts its rows are made of. */
  trace: TraceStep[]
  /** Types as DuckDB names them. */
  columns: { name: string; type: string; description?: string }[]
}

/** Rows of another mart of which a row is made. */
export type TraceStep = {
  mart: string
  /** The row's columns that are made of them; all by default. */
  columns?: string[] | undefined
  /** Which rows: a condition in Postgres' SQL on marts by their names, with `this` for the row. */
  where: string
}

/** A model as a build ran it. */
export type Model = {
  name: string
  /** In the SQL of the warehouse's engine. */
  sql: string
  /** Models that it reads. */
  parents: string[]
}

/** A number that people ask for by name, as dbt/metrics defines it (shared/metrics reads the definition). */
export type Metric = { name: string; definition: unknown }

/** The first rows of an answer: values as JSON has them, whatever is wider as text. */
export type Answer = { columns: string[]; rows: unknown[][] }

export type WarehouseReader = {
  build: Build
  marts: Mart[]
  models: Model[]
  metrics: Metric[]
  /** A mart's rows, some thousand at a time, each value as text. */
  rows(mart: Mart): AsyncIterable<(string | null)[][]>
  /** Any query on the build's tables. `maxRows` ends it early. */
  query(sql: string, options?: { maxRows?: number }): Promise<Answer>
  /** Any query's rows, some thousand at a time, values as in `query`. */
  stream(sql: string): AsyncIterable<unknown[][]>
  /** Writes a query's rows into a new file in a folder, for a Python job: Parquet, or CSV. @returns the file */
  writeFile(sql: string, folder: string): Promise<string>
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
