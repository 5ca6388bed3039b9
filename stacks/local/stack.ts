import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openAlerts } from '../../shared/alerts/index.ts'
import { openBus, topicsOf } from '../../shared/bus/index.ts'
import { isFollowed, isOwn } from '../../shared/capture/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import {
  readSourceUrl,
  readTriggers,
  SecretUrl,
  type Settings,
  type Source,
  type Trigger,
} from '../../shared/config/index.ts'
import {
  closeServer,
  type Host,
  jobFunctionOf,
  listen,
  makeAuthenticate,
  makeHost,
  makeServer,
  openResources,
  storeOptionsOf,
} from '../../shared/contract/index.ts'
import { openers } from '../../shared/contract/resources/all.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { type JobRunner, startJobRunner } from '../../shared/jobs/index.ts'
import { startLineage } from '../../shared/lineage/index.ts'
import { openObjects, requireObjects } from '../../shared/objects/index.ts'
import { makePrivacy, openMasterKey } from '../../shared/privacy/index.ts'
import { type EmbeddedPostgres, findPostgres, startPostgres } from '../../shared/store/embedded.ts'
import { makeLeases, migrate, openStore } from '../../shared/store/index.ts'
import { type Logger, startProcessMetrics, startTracing } from '../../shared/telemetry/index.ts'
import { makeLocalCaller } from '../connector/caller.ts'
import { DUTIES, startConnector } from '../connector/index.ts'
import { readNotificationAddress } from '../connector/notifications.ts'
import { requireSources } from '../connector/sources.ts'
import { listFunctions, loadFunction, ROOT } from '../project.ts'
import { makeDbtDocs } from './dbt-docs.ts'
import { makeGateway } from './gateway.ts'
import { keepHeapSmall } from './heap.ts'
import { takeRunLock } from './run-lock.ts'

/** Each function has connections of its own to the store: what one waits for starves no other. */
const FUNCTION_CONNECTIONS = 4

export type LocalStack = {
  /** Where the functions, the page and the API document are. */
  gateway: string
  /** The settings in force, with the embedded systems' URLs filled in. */
  settings: Settings & { STORE_URL: SecretUrl; OBJECTS_URL: SecretUrl; WAREHOUSE_URL: SecretUrl }
  hosts: Map<string, Host>
  /** The connection of a source system. */
  sourceUrl(system: string): SecretUrl
  stop(): Promise<void>
}

export type LocalStackOptions = {
  settings: Settings
  log: Logger
  /** Called when the embedded Postgres runs, before sources are read: the demo makes its source there. */
  onPostgres?: (postgres: EmbeddedPostgres) => Promise<void>
  /** What calls the functions by itself; by default all of triggers/. */
  triggers?: Trigger[]
}

/**
 * All of Cordage in one process: the store's server where none is given, every function, the connector, the gateway.
 * What was started is stopped again where a later step fails.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { log } = options
  keepHeapSmall()
  const undo: (() => unknown)[] = []
  /** Every step is taken, whatever the others do: a step that fails must not leave a server behind. */
  const stop = async () => {
    const failures: unknown[] = []
    for (const step of undo.splice(0).reverse())
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    if (failures.length > 0) throw new AggregateError(failures)
  }
  try {
    const home = options.settings.CORDAGE_HOME
    mkdirSync(home, { recursive: true, mode: 0o700 })
    undo.push(takeRunLock(home))
    const settings = await provideSystems(options, undo)
    const sources = readSources(resolve(ROOT, settings.SOURCES))
    const triggers = options.triggers ?? readTriggers(join(ROOT, 'triggers'))
    const connections = new Map(
      sources
        .filter(source => isFollowed(source))
        .map(source => [source.system, isOwn(source) ? settings.STORE_URL : readSourceUrl(source, home)]),
    )
    const sourceUrl = (system: string): SecretUrl => {
      const url = connections.get(system)
      if (!url) throw new ConfigError(`no source ${system}`)
      return url
    }
    const connectionOf = (source: Source) => sourceUrl(source.system)
    await requireSources({ sources, busUrl: settings.BUS_URL, connectionOf, log })

    const store = openStore(settings.STORE_URL, { applicationName: 'cordage' })
    undo.push(store.close)
    await migrate(store)
    const bus = await openBus(settings.BUS_URL, store)
    undo.push(bus.close)
    // Before the functions look for them.
    await bus.ensureTopics(topicsOf(sources), { allowRecreate: true })
    const masterKey = await openMasterKey(settings, store.query)
    const objects = openObjects(settings.OBJECTS_URL.reveal())
    const opened = await openResources(
      ['warehouse', 'models', 'cache', 'mlflow', 'llm', 'mail'],
      openers,
      settings,
      {},
    )
    undo.push(opened.close)
    const alerts = openAlerts(settings)
    const privacy = makePrivacy(masterKey)
    const shared = { ...opened.resources, bus, objects, sources, alerts, privacy }

    startProcessMetrics()
    const authenticate = await makeAuthenticate(settings)
    const tracing = await startTracing(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
    if (tracing) undo.push(tracing.close)
    const lineage = startLineage({
      ...{ settings: options.settings, log, query: store.query },
      sources: new Map(
        sources.flatMap(({ system, namespace }) => {
          const url = connections.get(system)
          return url ? [[system, { url, namespace }]] : []
        }),
      ),
    })
    undo.push(lineage.close)
    const hosts = new Map<string, Host>()
    let runner: JobRunner | undefined
    const jobs = { query: store.query, started: () => runner?.wake() }
    for (const folder of listFunctions(ROOT)) {
      const definition = await loadFunction(folder)
      const own = await openResources(
        definition.uses.filter(name => name === 'store'),
        openers,
        settings,
        { ...storeOptionsOf(definition, settings), maxConnections: FUNCTION_CONNECTIONS },
      )
      undo.push(own.close)
      const resources = { ...shared, ...own.resources }
      hosts.set(
        definition.name,
        makeHost(definition, { settings, resources, log, authenticate, tracing, lineage, jobs }),
      )
    }
    for (const host of hosts.values()) await host.start()
    const leases = makeLeases(store, `local:${home}`)
    undo.push(leases.close)
    runner = startJobRunner({
      store,
      leases,
      functions: [...hosts.values()].flatMap(host => jobFunctionOf(host) ?? []),
      callbackSecret: settings.JOB_CALLBACK_SECRET,
      log,
    })
    undo.push(runner.close)
    const server = makeServer(
      makeGateway(hosts, triggers, authenticate, store, makeDbtDocs(settings)),
      settings.PUBLIC_HOSTS,
    )
    const port = await listen(server, settings.PORT, settings.HOST)
    undo.push(() => closeServer(server, hosts.values()))
    const connector = await startConnector({
      owner: `local:${home}`,
      duties: DUTIES,
      sources,
      connectionOf,
      triggers,
      store,
      bus,
      objects,
      alerts,
      caller: makeLocalCaller(hosts),
      lineage,
      masterKey,
      notifications: readNotificationAddress(settings),
      log,
    })
    undo.push(() => {
      const closed = connector.close()
      // Its loops wait for the calls that they have made: those end with their hosts.
      for (const host of hosts.values()) void host.drain()
      return closed
    })
    return { gateway: `http://${settings.HOST}:${port}`, settings, hosts, sourceUrl, stop }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}

/** Fills in the embedded systems where the settings name none. */
async function provideSystems({ settings, onPostgres }: LocalStackOptions, undo: (() => unknown)[]) {
  const home = settings.CORDAGE_HOME
  const OBJECTS_URL = settings.OBJECTS_URL ?? new SecretUrl(pathToFileURL(join(home, 'objects')).href)
  const WAREHOUSE_URL = settings.WAREHOUSE_URL ?? new SecretUrl(`duckdb:${join(home, 'warehouse')}`)
  await requireObjects(OBJECTS_URL.reveal())
  if (OBJECTS_URL.scheme === 'file')
    for (const folder of ['lake', 'inbox'])
      mkdirSync(join(fileURLToPath(OBJECTS_URL.reveal()), folder), { recursive: true })
  if (settings.STORE_URL && !onPostgres)
    return { ...settings, STORE_URL: settings.STORE_URL, OBJECTS_URL, WAREHOUSE_URL }
  const postgres = await startPostgres({ home, binaries: findPostgres(ROOT) })
  undo.push(postgres.stop)
  await postgres.ensureDatabase('cordage')
  await onPostgres?.(postgres)
  return { ...settings, STORE_URL: settings.STORE_URL ?? postgres.url('cordage'), OBJECTS_URL, WAREHOUSE_URL }
}
