import type { Capture } from '../capture.ts'
import { capturePostgres } from './capture.ts'
import { forgetSource } from './forget.ts'
import type { PostgresSource } from './keys.ts'
import { listTables } from './list-tables.ts'
import { checkSource } from './prepare.ts'

/** Follows a Postgres by logical replication (docs/decisions/0018). */
export const postgresCapture: Capture<PostgresSource> = {
  check: checkSource,
  listTables,
  run: capturePostgres,
  forget: forgetSource,
}
