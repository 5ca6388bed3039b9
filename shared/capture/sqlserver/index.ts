import type { SecretUrl } from '../../config/index.ts'
import type { Capture, SourceReport } from '../capture.ts'
import { captureSqlServer } from './capture.ts'
import { readCatalog } from './catalog.ts'
import { inspectSource } from './inspect.ts'
import type { SqlServerSource } from './keys.ts'
import { listTables } from './list-tables.ts'
import { openSession } from './session.ts'

async function check(url: SecretUrl, source: SqlServerSource): Promise<SourceReport> {
  const session = await openSession(url)
  try {
    return inspectSource(await readCatalog(session, source), source)
  } finally {
    await session.close()
  }
}

/** Follows a SQL Server by its own change data capture. */
export const sqlServerCapture: Capture<SqlServerSource> = {
  check,
  listTables,
  run: captureSqlServer,
  // Capture creates nothing there.
  forget: async () => [],
}
