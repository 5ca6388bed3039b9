import { rawTopicOf } from '../../shared/bus/index.ts'
import { readKafkaUrl, toJavaSettings } from '../../shared/bus/kafka-client.ts'
import type { DebeziumSource } from '../../shared/capture/index.ts'
import { type SecretUrl, takenColumns } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'

/** A row of ten megabytes, before and after its change, as JSON. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Reports once a second how far the log has been sent, even while no table changes. */
const HEARTBEAT_MS = 1000
/** The table that a heartbeat writes to where a log has no place for messages of its own. */
export const HEARTBEAT_TABLE = 'cordage_heartbeat'

/**
 * The configuration of Debezium's connector for a source, as Kafka Connect takes it: the listed tables and columns only,
 * all of them in one topic of one partition, in the order of the source's log.
 * @param busUrl the Kafka that Connect writes to
 * @throws ConfigError where the connection is neither Postgres nor SQL Server, or a SQL Server's without a Kafka
 */
export function makeDebeziumConfig(
  source: DebeziumSource,
  connection: SecretUrl,
  busUrl?: SecretUrl,
): Record<string, string> {
  const url = new URL(connection.reveal())
  const own = ENGINES[url.protocol]?.(source, url, busUrl)
  if (!own)
    throw new ConfigError(`connection "${source.connection}": Debezium reads postgres:// and sqlserver://`)
  const prefix = `raw.${source.system}`
  return {
    'tasks.max': '1',
    'topic.prefix': prefix,
    'database.hostname': url.hostname,
    'database.user': decodeURIComponent(url.username),
    'database.password': decodeURIComponent(url.password),
    ...own,
    // Its half second would be most of the way.
    'poll.interval.ms': '20',
    'heartbeat.interval.ms': String(HEARTBEAT_MS),
    'decimal.handling.mode': source.debezium.decimals === 'base64' ? 'precise' : 'string',
    'time.precision.mode': 'microseconds',
    'binary.handling.mode': 'base64',
    'tombstones.on.delete': 'false',
    'skipped.operations': 'none',
    'extended.headers.enabled': 'false',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'producer.override.max.request.size': String(MAX_MESSAGE_BYTES),
    transforms: 'together',
    'transforms.together.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.together.regex': '.*',
    'transforms.together.replacement': rawTopicOf(source.system),
  }
}

type Engine = (source: DebeziumSource, url: URL, busUrl: SecretUrl | undefined) => Record<string, string>

const ENGINES: Record<string, Engine> = {
  'postgres:': postgres,
  'postgresql:': postgres,
  'sqlserver:': sqlServer,
}

function postgres(source: DebeziumSource, url: URL): Record<string, string> {
  const slot = `debezium_${source.system.replaceAll(/[^a-z0-9_]/g, '_')}`
  return {
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    'provide.transaction.metadata': 'true',
    'interval.handling.mode': 'string',
    'database.port': url.port || '5432',
    'database.dbname': url.pathname.slice(1),
    'slot.name': slot,
    'publication.name': slot,
    'publication.autocreate.mode': 'filtered',
    'table.include.list': listTables(source),
    'column.include.list': listColumns(source),
    'heartbeat.action.query': "select pg_logical_emit_message(true, 'cordage', '')",
    'message.prefix.include.list': 'cordage',
  }
}

function sqlServer(source: DebeziumSource, url: URL, busUrl: SecretUrl | undefined): Record<string, string> {
  if (!busUrl)
    throw new ConfigError(
      "BUS_URL must name the Kafka (kafka://…): there Debezium keeps the history of the tables' columns",
    )
  const heartbeat = `${source.namespace}.${HEARTBEAT_TABLE}`
  return {
    'connector.class': 'io.debezium.connector.sqlserver.SqlServerConnector',
    'database.port': url.port || '1433',
    'database.names': url.pathname.slice(1),
    ...encryption(source, url.searchParams),
    ...schemaHistory(source, busUrl),
    // Of these messages Connect may save an offset that already counts the change behind them: a connector that is killed
    // then leaves that change out. We count ourselves (docs/decisions/0033).
    'provide.transaction.metadata': 'false',
    // The other mode orders a transaction's changes by the log and not by its statements.
    'data.query.mode': 'direct',
    // Nobody reads of them.
    'include.schema.changes': 'false',
    'table.include.list': `${listTables(source)},${pattern(heartbeat)}`,
    'column.include.list': `${listColumns(source)},${pattern(heartbeat)}\\..*`,
    'heartbeat.action.query': `update ${heartbeat} set at = sysutcdatetime()`,
  }
}

/** What the connection's URL may say of its encryption, by the names of Microsoft's driver, to which Debezium hands them. */
const ENCRYPTION = [
  'encrypt',
  'trustServerCertificate',
  'hostNameInCertificate',
  'trustStore',
  'trustStorePassword',
  'trustStoreType',
]

function encryption({ connection }: DebeziumSource, given: URLSearchParams): Record<string, string> {
  for (const name of given.keys())
    if (!ENCRYPTION.includes(name))
      throw new ConfigError(
        `connection "${connection}": unknown parameter ${name}: there are ${ENCRYPTION.join(', ')}`,
      )
  const settings = { encrypt: 'true', ...Object.fromEntries(given) }
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`database.${name}`, value]))
}

/** Without it the connector does not start. Debezium makes the topic itself, with one partition and no end. */
function schemaHistory({ system }: DebeziumSource, busUrl: SecretUrl): Record<string, string> {
  const { client } = readKafkaUrl(busUrl)
  const access = toJavaSettings(client)
  const history = 'schema.history.internal'
  return {
    [`${history}.kafka.topic`]: `raw.${system}.schema-history`,
    [`${history}.kafka.bootstrap.servers`]: [client.brokers].flat().join(),
    [`${history}.store.only.captured.tables.ddl`]: 'true',
    ...Object.fromEntries(
      ['producer', 'consumer'].flatMap(side =>
        Object.entries(access).map(([name, value]) => [`${history}.${side}.${name}`, value]),
      ),
    ),
  }
}

function listTables({ namespace, tables }: DebeziumSource): string {
  return tables.map(({ name }) => pattern(`${namespace}.${name}`)).join()
}

/** What is not listed, or dropped, does not even leave the source. */
function listColumns({ namespace, tables }: DebeziumSource): string {
  return tables
    .flatMap(table => takenColumns(table).map(([column]) => pattern(`${namespace}.${table.name}.${column}`)))
    .join()
}

/** Debezium's lists are regular expressions, separated by commas. */
function pattern(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_ ]/gu, character => (character === ',' ? '.' : `\\${character}`))
}
