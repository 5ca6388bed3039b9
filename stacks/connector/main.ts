import { hostname } from 'node:os'
import { join } from 'node:path'
import { openAlerts } from '../../shared/alerts/index.ts'
import { openBus } from '../../shared/bus/index.ts'
import { isFollowed, isOwn } from '../../shared/capture/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { readSettings, readSourceUrl, readTriggers, type Source } from '../../shared/config/index.ts'
import { closeServer, exitWith, listen, makeServer } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { startLineage } from '../../shared/lineage/index.ts'
import { openObjects, requireObjects } from '../../shared/objects/index.ts'
import { openMasterKey } from '../../shared/privacy/index.ts'
import { migrate, openStore } from '../../shared/store/index.ts'
import { makeLogger, startProcessMetrics } from '../../shared/telemetry/index.ts'
import { keepHeapSmall } from '../local/heap.ts'
import { makeHttpCaller } from './caller.ts'
import { DUTIES, type Duty, startConnector } from './index.ts'
import { readNotificationAddress } from './notifications.ts'
import { makeProbes } from './probes.ts'
import { requireSources } from './sources.ts'
import { makeToken } from './token.ts'

/** How long a stop waits for calls in flight. */
const LAST_CALLS_MS = 5000

/** The connector as a process of its own: functions are called over HTTP. */
try {
  keepHeapSmall()
  const settings = readSettings()
  const { STORE_URL, OBJECTS_URL, CORDAGE_HOME } = settings
  if (!STORE_URL) throw new ConfigError('STORE_URL is missing')
  if (!OBJECTS_URL) throw new ConfigError('OBJECTS_URL is missing')
  const duties = settings.CONNECTOR_DUTIES.map(duty => {
    if (!DUTIES.includes(duty as Duty))
      throw new ConfigError(`CONNECTOR_DUTIES: "${duty}" is not one of ${DUTIES.join(', ')}`)
    return duty as Duty
  })
  const log = makeLogger({ level: settings.LOG_LEVEL })
  const sources = readSources(settings.SOURCES)
  const connectionOf = (source: Source) => (isOwn(source) ? STORE_URL : readSourceUrl(source, CORDAGE_HOME))
  // A connector that only consumes needs the bus of the sources, not the sources.
  const looked = duties.includes('capture') ? sources : sources.filter(source => !isFollowed(source))
  await requireSources({ sources: looked, busUrl: settings.BUS_URL, connectionOf, log })
  await requireObjects(OBJECTS_URL.reveal())
  const store = openStore(STORE_URL, { applicationName: 'cordage-connector' })
  await migrate(store)
  const cutOff = new AbortController()
  const followed = duties.includes('capture') ? sources.filter(source => isFollowed(source)) : []
  const lineage = startLineage({
    ...{ settings, log, query: store.query },
    sources: new Map(
      followed.map(source => [source.system, { url: connectionOf(source), namespace: source.namespace }]),
    ),
  })
  const connector = await startConnector({
    owner: settings.CONNECTOR_NAME ?? `${hostname()}:${process.pid}`,
    duties,
    sources,
    connectionOf,
    triggers: readTriggers(join(import.meta.dirname, '..', '..', 'triggers')),
    store,
    bus: await openBus(settings.BUS_URL, store),
    objects: openObjects(OBJECTS_URL.reveal()),
    alerts: openAlerts(settings),
    caller: makeHttpCaller({
      urls: settings.FUNCTION_URLS,
      token: makeToken(settings),
      signal: cutOff.signal,
    }),
    masterKey: await openMasterKey(settings, store.query),
    lineage,
    notifications: readNotificationAddress(settings),
    log,
  })
  startProcessMetrics()
  const server =
    settings.CONNECTOR_PORT === undefined
      ? undefined
      : makeServer(makeProbes({ store, loops: connector.loops }), settings.PUBLIC_HOSTS)
  const port = server && (await listen(server, settings.CONNECTOR_PORT ?? 0, settings.HOST))
  log.info({ duties, ...(port !== undefined && { port }) }, 'connector runs')
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      setTimeout(() => cutOff.abort(), LAST_CALLS_MS).unref()
      connector
        .close()
        .then(lineage.close)
        .then(() => server && closeServer(server, []))
        .then(() => store.close())
        .then(() => process.exit(0), exitWith)
    })
} catch (error) {
  exitWith(error)
}
