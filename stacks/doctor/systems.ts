import { randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { checkBusUrl, topicsOf } from '../../shared/bus/index.ts'
import { kindOf } from '../../shared/capture/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { SecretUrl, type Settings } from '../../shared/config/index.ts'
import { discoverIssuer, isLoopback } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import { compareSchema, openTable, sourceColumns, tablePath } from '../../shared/lake/index.ts'
import { type ObjectStore, openObjects, requireObjects } from '../../shared/objects/index.ts'
import { connectPostgres } from '../../shared/store/index.ts'
import {
  connectTrino,
  duckdbFolder,
  objectsUrl,
  parseTrinoUrl,
  TrinoQueryError,
  trinoLocation,
} from '../../shared/warehouse/index.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** The oldest Postgres with what the store asks of it. */
const LEAST_POSTGRES = 15
const CONNECT_TIMEOUT_MS = 5000

/** A store that STORE_URL names: connects, is new enough, has pgvector, lets us make schemas. */
export async function checkStore(url: SecretUrl): Promise<Finding[]> {
  const client = await connectPostgres(url, {
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'cordage-doctor',
  })
  try {
    const { rows } = await client.query<{ version: number; vector: string | null; may_create: boolean }>(
      `select current_setting('server_version_num')::int as version,
         (select default_version from pg_available_extensions where name = 'vector') as vector,
         has_database_privilege(current_database(), 'create') as may_create`,
    )
    const [server] = rows
    if (!server) throw new Error('the store gave no answer')
    const major = Math.floor(server.version / 10_000)
    const findings: Finding[] = []
    if (major < LEAST_POSTGRES)
      findings.push(fail('store', `${url} is Postgres ${major}: ${LEAST_POSTGRES} or newer is needed`))
    if (server.vector === null)
      findings.push(fail('store', `${url} has no pgvector: install it on that server`))
    if (!server.may_create)
      findings.push(fail('store', `${url}: its user may not make schemas: grant create on the database`))
    return findings.length > 0
      ? findings
      : [ok('store', `${url}, Postgres ${major}, pgvector ${server.vector}`)]
  } finally {
    await client.end()
  }
}

/** Whether every declared type fits what the lake has: of a table with one that does not every event would be parked. */
export async function checkLake(settings: Settings): Promise<Finding[]> {
  const url =
    settings.OBJECTS_URL ?? new SecretUrl(pathToFileURL(join(settings.CORDAGE_HOME, 'objects')).href)
  const objects = openObjects(url.reveal())
  const findings: Finding[] = []
  let landed = 0
  for (const { system, tables } of readSources(settings.SOURCES))
    for (const table of tables) {
      const { snapshot } = await openTable(objects, tablePath(system, table.name))
      if (!snapshot.exists) continue
      landed += 1
      for (const { column, inLake, declared } of compareSchema(snapshot, sourceColumns(table)).incompatible)
        findings.push(
          fail(
            'lake',
            `cdc_${system}/${table.name}.${column} is ${inLake}, the source file says ${declared}: every event of that table would be parked`,
          ),
        )
    }
  return findings.length > 0
    ? findings
    : [ok('lake', `${landed} tables have the types that the source files say`)]
}

const RACERS = 8
const ROUNDS = 50

/** Writes, reads and deletes; and of eight who write one new object at once, each of fifty times, one must win. */
export async function checkObjects(settings: Settings): Promise<Finding[]> {
  const url =
    settings.OBJECTS_URL ?? new SecretUrl(pathToFileURL(join(settings.CORDAGE_HOME, 'objects')).href)
  if (url.scheme === 'file') mkdirSync(fileURLToPath(url.reveal()), { recursive: true })
  await requireObjects(url.reveal())
  const objects = openObjects(url.reveal())
  const prefix = `doctor/${randomUUID()}/`
  const probe = `${prefix}probe`
  try {
    await objects.put(probe, 'probe')
    if ((await objects.get(probe)).toString() !== 'probe')
      return [fail('objects', `${url} returns something other than what was written`)]
    const unfair = await race(objects, prefix)
    if (unfair > 0)
      return [
        fail(
          'objects',
          `${url}: in ${unfair} of ${ROUNDS} races for a new object not exactly one writer won: it lacks put-if-absent, and the lake would lose changes`,
        ),
      ]
    return [ok('objects', `${url}, ${ROUNDS} races of ${RACERS} writers with one winner each`)]
  } finally {
    for await (const { key } of objects.list(prefix)) await objects.delete(key)
  }
}

/** @returns rounds without exactly one winner whose body is the one that lies there */
async function race(objects: ObjectStore, prefix: string): Promise<number> {
  const rounds = Array.from({ length: ROUNDS }, async (_, round) => {
    const key = `${prefix}${round}`
    const wins = await Promise.all(
      Array.from({ length: RACERS }, (_, racer) => objects.putIfAbsent(key, `${racer}`)),
    )
    const winners = wins.flatMap((won, racer) => (won ? [String(racer)] : []))
    return winners.length === 1 && (await objects.get(key)).toString() === winners[0]
  })
  return (await Promise.all(rounds)).filter(isFair => !isFair).length
}

export async function checkWarehouse(settings: Settings): Promise<Finding[]> {
  const { WAREHOUSE_URL } = settings
  if (WAREHOUSE_URL?.scheme === 'trino') return await checkTrino(WAREHOUSE_URL, objectsUrl(settings))
  const folder = duckdbFolder(settings)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return [ok('warehouse', `DuckDB in ${folder}`)]
  } catch {
    return [
      fail(
        'warehouse',
        `${folder} cannot be written: give its user write access, or set WAREHOUSE_URL to another folder`,
      ),
    ]
  }
}

/** Answers, has a catalog of Delta tables in which we may make schemas, and takes in tables from where the lake is. */
async function checkTrino(url: SecretUrl, lake: string): Promise<Finding[]> {
  const place = parseTrinoUrl(url)
  const trino = connectTrino(place)
  const [catalog] = await trino.query<[string, string]>(
    `select connector_name, version() from system.metadata.catalogs where catalog_name = '${place.catalog}'`,
  )
  if (!catalog) return [fail('warehouse', `${url}: there is no catalog ${place.catalog}`)]
  const [connector, version] = catalog
  if (connector !== 'delta_lake')
    return [fail('warehouse', `${url}: catalog ${place.catalog} uses ${connector}: it must be delta_lake`)]
  const probe = `${place.schema}_doctor_${process.pid}`
  await trino.query(`create schema ${probe}`)
  try {
    const location = `${trinoLocation(lake)}/doctor/no-table`
    const refusal = await trino.query(`call system.register_table('${probe}', 'probe', '${location}')`).then(
      () => '',
      error => (error instanceof TrinoQueryError ? error.message : Promise.reject(error)),
    )
    // The one refusal that shows that it has looked there.
    if (/no transaction log found/i.test(refusal)) return [ok('warehouse', `${url}, Trino ${version}`)]
    return [fail('warehouse', `${url}: ${location} cannot be registered (docs/trino.md): ${refusal}`)]
  } finally {
    await trino.query(`drop schema ${probe}`)
  }
}

/** The bus in the store needs nothing; Kafka answers, has topics that fit or lets us make them, and takes large rows. */
export async function checkBus({ BUS_URL, SOURCES }: Settings): Promise<Finding[]> {
  // What is wrong with the files themselves is said by their own check.
  const sources = await Promise.resolve()
    .then(() => readSources(SOURCES))
    .catch(() => [])
  if (!BUS_URL) {
    const foreign = sources.find(source => kindOf(source).needsKafka)
    return foreign
      ? [
          fail(
            'bus',
            `${foreign.file}: its changes come ${kindOf(foreign).summary}: set BUS_URL to that Kafka`,
          ),
        ]
      : [ok('bus', 'a log in the store')]
  }
  const { brokers, problems, warnings } = await checkBusUrl(BUS_URL, topicsOf(sources))
  const findings = [
    ...problems.map(problem => fail('bus', `${BUS_URL}: ${problem}`)),
    ...warnings.map(warning => warn('bus', `${BUS_URL}: ${warning}`)),
  ]
  return problems.length > 0
    ? findings
    : [ok('bus', `${BUS_URL}, Kafka with ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`), ...findings]
}

/** Who may call: everybody on this machine and nobody else, or whoever the issuer knows. */
export async function checkAccess({ HOST, AUTH_URL }: Settings): Promise<Finding[]> {
  if (!AUTH_URL)
    return isLoopback(HOST)
      ? [ok('access', `${HOST} only, without sign-in`)]
      : [
          fail(
            'access',
            `HOST=${HOST} can be reached from outside: set AUTH_URL to your OIDC issuer, or HOST to 127.0.0.1`,
          ),
        ]
  try {
    const { keysUrl } = await discoverIssuer(AUTH_URL)
    const response = await fetch(keysUrl, { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) })
    const { keys: found } = (await response.json()) as { keys?: unknown[] }
    if (response.ok && Array.isArray(found))
      return [ok('access', `${AUTH_URL}, ${found.length} signing keys`)]
    return [fail('access', `${AUTH_URL} has no keys at ${keysUrl}: set AUTH_URL to the issuer`)]
  } catch (error) {
    return [
      fail('access', `${AUTH_URL} cannot be used (${describeError(error)}): set AUTH_URL to the issuer`),
    ]
  }
}
