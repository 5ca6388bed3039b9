import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { plainName, type SecretUrl, type Settings } from '../config/index.ts'
import type { Dataset } from './flow.ts'

/** A dataset's name as OpenLineage's naming has it (https://openlineage.io/docs/spec/naming). */
export type Place = { namespace: string; name: string }

/** What says where things are. */
export type PlaceSettings = Pick<
  Settings,
  'CORDAGE_HOME' | 'STORE_URL' | 'BUS_URL' | 'OBJECTS_URL' | 'WAREHOUSE_URL'
>

/** Where a system's tables are: their database's URL and schema. */
export type SourcePlace = { url: SecretUrl; namespace: string }

/** The embedded store has another port at each start, and the lineage of before must stay known. */
const EMBEDDED = { namespace: 'postgres://localhost', database: 'cordage' }
const POSTGRES_PORT = '5432'

/**
 * @param settings as they were given, without the embedded systems' URLs
 * @param sources by system, where they are known; another system's tables have the system as their namespace
 */
export function makePlaces(
  settings: PlaceSettings,
  sources: Map<string, SourcePlace> = new Map(),
): (dataset: Dataset) => Place {
  const store = settings.STORE_URL ? placeOfDatabase(settings.STORE_URL) : EMBEDDED
  const inStore = (name: string) => ({ namespace: store.namespace, name: `${store.database}.${name}` })
  const placeTopic = makeTopicPlace(settings, inStore)
  const placeInLake = makeLakePlace(settings)
  const placeModel = makeModelPlace(settings)
  return dataset => {
    const [kind = '', ...rest] = dataset.split('.')
    const name = rest.join('.')
    const [system = '', ...table] = rest
    switch (kind) {
      case 'source':
        return placeSource(system, table.join('.'), sources.get(system))
      case 'lake':
        return placeInLake(system, table.join('.'))
      case 'warehouse':
        return placeModel(name)
      case 'mart':
      case 'search':
      case 'forecast':
        return inStore(dataset)
      default:
        return placeTopic(dataset)
    }
  }
}

function placeOfDatabase(url: SecretUrl): { namespace: string; database: string } {
  const { protocol, hostname, port, pathname } = new URL(url.reveal())
  const scheme = protocol.startsWith('postgres') ? 'postgres' : protocol.slice(0, -1)
  return {
    namespace: `${scheme}://${hostname}:${port || POSTGRES_PORT}`,
    database: decodeURIComponent(pathname.slice(1)) || 'postgres',
  }
}

function placeSource(system: string, table: string, place: SourcePlace | undefined): Place {
  if (!place) return { namespace: `cordage://${system}`, name: table }
  const { namespace, database } = placeOfDatabase(place.url)
  return { namespace, name: [database, place.namespace, table].filter(part => part !== '').join('.') }
}

function makeTopicPlace({ BUS_URL }: PlaceSettings, inStore: (name: string) => Place) {
  if (!BUS_URL) return (topic: string) => inStore(`bus.${topic}`)
  const [, broker = ''] = /^kafka:\/\/(?:.*@)?([^@/?,]+)/.exec(BUS_URL.reveal()) ?? []
  const namespace = `kafka://${/:\d+$/.test(broker) ? broker : `${broker}:9092`}`
  return (topic: string) => ({ namespace, name: topic })
}

function makeLakePlace({ OBJECTS_URL, CORDAGE_HOME }: PlaceSettings) {
  const url = OBJECTS_URL?.reveal() ?? pathToFileURL(resolve(CORDAGE_HOME, 'objects')).href
  const folderOf = (system: string, table: string) => `lake/cdc_${system}/${plainName(table)}`
  if (url.startsWith('file:')) {
    const root = fileURLToPath(url).replace(/\/+$/, '')
    return (system: string, table: string) => ({
      namespace: 'file',
      name: `${root}/${folderOf(system, table)}`,
    })
  }
  const { hostname, pathname } = new URL(url)
  const prefix = pathname.replace(/^\/+|\/+$/g, '')
  return (system: string, table: string) => ({
    namespace: `s3://${hostname}`,
    name: [prefix, folderOf(system, table)].filter(part => part !== '').join('/'),
  })
}

function makeModelPlace({ WAREHOUSE_URL, CORDAGE_HOME }: PlaceSettings) {
  const url = WAREHOUSE_URL?.reveal() ?? `duckdb:${resolve(CORDAGE_HOME, 'warehouse')}`
  if (!url.startsWith('trino:')) {
    const file = resolve(url.slice('duckdb:'.length), 'warehouse.duckdb')
    return (model: string) => ({ namespace: `duckdb://${dirname(file)}`, name: `warehouse.main.${model}` })
  }
  const { host, pathname } = new URL(url.replace(/^trino:/, 'http:'))
  const [catalog = '', schema = 'warehouse'] = pathname.slice(1).split('/')
  const namespace = `trino://${/:\d+$/.test(host) ? host : `${host}:8080`}`
  return (model: string) => ({ namespace, name: `${catalog}.${schema}.${model}` })
}
