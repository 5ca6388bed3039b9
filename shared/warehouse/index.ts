import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Settings } from '../config/index.ts'
import { findS3Access, locateFolder, type S3Access } from '../objects/index.ts'
import { openDuckdbWarehouse } from './duckdb.ts'
import { openTrinoWarehouse, trinoLocation } from './trino.ts'
import { parseTrinoUrl } from './trino-url.ts'
import type { Warehouse } from './warehouse.ts'

export { findDbtProject } from './find-dbt-project.ts'
export { connectTrino, TrinoQueryError } from './trino-client.ts'
export { parseTrinoUrl } from './trino-url.ts'
export { makeSystemVars, type SystemVars, type TablePin, type TableVars } from './vars.ts'
export type * from './warehouse.ts'
export { trinoLocation }

/** Opens nothing yet: each read uses the then current build. The URL's scheme picks the engine. */
export function openWarehouse(settings: Pick<Settings, 'CORDAGE_HOME' | 'WAREHOUSE_URL'>): Warehouse {
  const url = settings.WAREHOUSE_URL
  if (url?.scheme === 'trino')
    return openTrinoWarehouse(parseTrinoUrl(url), join(settings.CORDAGE_HOME, 'warehouse'))
  return openDuckdbWarehouse(duckdbFolder(settings))
}

/** The folder of the DuckDB file, by default under CORDAGE_HOME. */
export function duckdbFolder(settings: Pick<Settings, 'CORDAGE_HOME' | 'WAREHOUSE_URL'>): string {
  const path = settings.WAREHOUSE_URL?.reveal().slice('duckdb:'.length)
  return path ? resolve(path) : join(settings.CORDAGE_HOME, 'warehouse')
}

type LakeSettings = Pick<Settings, 'CORDAGE_HOME' | 'OBJECTS_URL'>

const wholeUrl = ({ CORDAGE_HOME, OBJECTS_URL }: LakeSettings) =>
  OBJECTS_URL?.reveal() ?? pathToFileURL(join(CORDAGE_HOME, 'objects')).href

/** The folder of the lake, or one in it, as DuckDB calls it: a path, or `s3://<bucket>/…`. */
export function lakeFolder(settings: LakeSettings, folder = 'lake'): string {
  return locateFolder(wholeUrl(settings), folder)
}

/** The credentials with which DuckDB reads the lake; null where it is in files. */
export function lakeAccess(settings: LakeSettings): Promise<S3Access | null> {
  return findS3Access(wholeUrl(settings))
}

/** The URL of the object storage for other engines: no credentials, no parameters, no slash at its end. */
export function objectsUrl(settings: LakeSettings): string {
  return wholeUrl(settings)
    .replace(/[?#].*$/, '')
    .replace(/\/\/[^/]*@/, '//')
    .replace(/\/+$/, '')
}
