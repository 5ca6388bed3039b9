import pg from 'pg'
import type { SecretUrl, Source } from '../../config/index.ts'
import { ConfigError, isOutage, OutageError } from '../../errors/index.ts'
import { connectPostgres } from '../../store/index.ts'
import { refuseProblems, type SourceReport } from '../capture.ts'
import { type Catalog, type PublicationFacts, readCatalog } from './catalog.ts'
import { findHazards, withLeaves } from './identity.ts'
import { inspectSource, missingTables, SENDS_GENERATED, SENDS_ROOT, slotOf } from './inspect.ts'
import { SESSION_OPTIONS } from './types.ts'

/** How long a change of our publication may wait for a table's lock. */
const LOCK_MS = 5000
/** Whatever a role or a database has set for others. */
const OPTIONS = `${SESSION_OPTIONS} -c lock_timeout=${LOCK_MS} -c statement_timeout=60000 -c default_transaction_read_only=off`

/** @throws OutageError where the database cannot be reached */
export async function connectSource(url: SecretUrl, signal?: AbortSignal): Promise<pg.Client> {
  const config = { application_name: 'cordage-heartbeat', options: OPTIONS }
  return await connectPostgres(url, config, signal).catch(cause => {
    throw new OutageError('source', `cannot connect to ${url}`, { cause })
  })
}

/** What the database's catalogue says of a source's tables. */
export function readSourceCatalog(client: pg.Client, source: Source): Promise<Catalog> {
  const tables = source.tables.map(({ name }) => name)
  return readCatalog(client, { schema: source.namespace, tables, slot: slotOf(source) })
}

/** How a source file fits its database. @throws OutageError where that cannot be reached */
export async function checkSource(url: SecretUrl, source: Source): Promise<SourceReport> {
  const client = await connectSource(url)
  try {
    return inspectSource(await readSourceCatalog(client, source), source)
  } finally {
    await client.end()
  }
}

/** Our publication, if it exists. */
export function ourPublication({ publications }: Catalog, source: Source): PublicationFacts | undefined {
  return publications.find(({ name }) => name === slotOf(source))
}

/**
 * Checks a source, and creates or completes its publication.
 * @throws ConfigError with all problems in one line, before anything is changed
 */
export async function prepareSource(client: pg.Client, source: Source): Promise<Catalog> {
  const catalog = await readSourceCatalog(client, source)
  refuseProblems(source, inspectSource(catalog, source).problems)
  const existing = ourPublication(catalog, source)
  const missing = missingTables(catalog, source, existing)
  if (existing && missing.length === 0) return catalog
  const name = pg.escapeIdentifier(slotOf(source))
  const tables = missing
    .map(table => `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`)
    .join(', ')
  // Generated columns are sent, so that one that is added later makes no statement of the source fail.
  const sends = catalog.server.version >= 180_000 ? SENDS_GENERATED : SENDS_ROOT
  const statement = existing
    ? `alter publication ${name} add table ${tables}`
    : `create publication ${name} for table ${tables} with (${sends})`
  await client.query(statement).catch(cause => {
    // The database forbids it, for example by an event trigger: a role that may has to do it.
    throw isOutage(cause)
      ? cause
      : new ConfigError(`${source.file}: the database refuses ${statement}: run it as a role that may`, {
          cause,
        })
  })
  return readSourceCatalog(client, source)
}

/**
 * Removes tables from our own publication whose UPDATE and DELETE fail at the source because of it: its application comes
 * first. @returns what was done
 */
export async function withdrawHarmful(
  client: pg.Client,
  catalog: Catalog,
  source: Source,
): Promise<string[]> {
  const publication = ourPublication(catalog, source)
  if (!publication?.isOwn) return []
  const harmed = [...catalog.tables.values(), ...catalog.others].filter(
    table =>
      publication.tables.some(({ oid }) => oid === table.oid) &&
      withLeaves(table).some(
        relation => findHazards(catalog.server.version, publication, relation).length > 0,
      ),
  )
  for (const { schema, name } of harmed)
    await client.query(
      `alter publication ${pg.escapeIdentifier(publication.name)} drop table ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
    )
  return harmed.map(
    ({ schema, name }) =>
      `table ${schema}.${name} was removed from publication ${publication.name}, so that its UPDATE and DELETE keep working`,
  )
}
