import { access, mkdir, rename } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import type { Settings } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'
import { findS3Access, locateFolder, type S3Access } from '../objects/index.ts'

export { findUp, PythonJobError, runPythonJob } from './python-job.ts'
export { makeSystemVars, type SystemVars, type TableVars } from './vars.ts'

/** What a reader may use beside what runs in the same process. */
const READER_OPTIONS = {
  access_mode: 'READ_ONLY',
  memory_limit: '512MB',
  threads: '2',
  autoinstall_known_extensions: 'false',
}

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
  /** Types as DuckDB names them. */
  columns: { name: string; type: string }[]
}

export type WarehouseReader = { connection: DuckDBConnection; build: Build; marts: Mart[] }

/** The DuckDB file that builds make. A build works on `nextFile` and replaces `file` by it when it is whole. */
export type Warehouse = {
  file: string
  nextFile: string
  /** Folder of dbt's own state: parsed project, compiled SQL, logs. */
  stateFolder: string
  /** Puts `nextFile` in the place of `file`; who reads the old one reads on. */
  replace(): Promise<void>
  /**
   * Reads one build, the same however long it takes.
   * @throws OutageError before the first build
   */
  read<T>(work: (reader: WarehouseReader) => Promise<T>): Promise<T>
}

const text = (value: unknown) => String(value)
const marts = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    key: z.string().transform(toList),
    indexes: z.string().transform(toList),
  }),
)

function toList(json: string): string[] {
  return z.array(z.string()).parse(JSON.parse(json))
}

/** Opens nothing yet: each read opens the file that is there then. */
export function openWarehouse(settings: Pick<Settings, 'CORDAGE_HOME' | 'WAREHOUSE_URL'>): Warehouse {
  const path = settings.WAREHOUSE_URL?.reveal().slice('duckdb:'.length)
  const folder = path ? resolve(path) : join(settings.CORDAGE_HOME, 'warehouse')
  const file = join(folder, 'warehouse.duckdb')
  // DuckDB calls a database by its file's name up to the first dot, dbt up to the last: a name with one only.
  const nextFile = join(folder, 'warehouse-next.duckdb')
  return {
    file,
    nextFile,
    stateFolder: join(folder, 'dbt'),
    async replace() {
      await mkdir(folder, { recursive: true })
      await rename(nextFile, file)
    },
    read: work => readWarehouse(file, work),
  }
}

async function readWarehouse<T>(file: string, work: (reader: WarehouseReader) => Promise<T>): Promise<T> {
  await access(file).catch(() => {
    throw new OutageError('warehouse', 'it has not been built yet')
  })
  // Loaded by who reads only: a build has its own in Python, and the library takes its time and 15 MB.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(file, READER_OPTIONS)
  const connection = await instance.connect()
  try {
    await connection.run("set TimeZone = 'UTC'")
    return await work({ connection, build: await readBuild(connection), marts: await readMarts(connection) })
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function readBuild(connection: DuckDBConnection): Promise<Build> {
  const instant = (column: string) => `strftime(timezone('UTC', ${column}), '%Y-%m-%dT%H:%M:%S.%fZ')`
  const found = await connection.runAndReadAll(
    `select ${instant('built_at')} as built_at, position, ${instant('changed_at')} as changed_at, versions from build`,
  )
  const [row] = found.getRowObjectsJson()
  return {
    builtAt: text(row?.built_at),
    position: z.string().nullable().parse(row?.position),
    changedAt: z.string().nullable().parse(row?.changed_at),
    versions: z.record(z.string(), z.number()).parse(JSON.parse(text(row?.versions))),
  }
}

async function readMarts(connection: DuckDBConnection): Promise<Mart[]> {
  const declared = marts.parse(
    (await connection.runAndReadAll('select * from mart order by name')).getRowObjectsJson(),
  )
  const columns = await connection.runAndReadAll(
    "select table_name, column_name, data_type from information_schema.columns where table_schema = 'main' order by table_name, ordinal_position",
  )
  return declared.map(mart => ({
    ...mart,
    columns: columns
      .getRowsJson()
      .filter(([table]) => table === mart.name)
      .map(([, name, type]) => ({ name: text(name), type: text(type) })),
  }))
}

type LakeSettings = Pick<Settings, 'CORDAGE_HOME' | 'OBJECTS_URL'>

const objectsUrl = ({ CORDAGE_HOME, OBJECTS_URL }: LakeSettings) =>
  OBJECTS_URL?.reveal() ?? pathToFileURL(join(CORDAGE_HOME, 'objects')).href

/** The folder of the lake, which DuckDB reads by itself: a path, or `s3://<bucket>/…`. */
export function lakeFolder(settings: LakeSettings): string {
  return locateFolder(objectsUrl(settings), 'lake')
}

/** As whom DuckDB reads the lake; null where it lies in files. */
export function lakeAccess(settings: LakeSettings): Promise<S3Access | null> {
  return findS3Access(objectsUrl(settings))
}
