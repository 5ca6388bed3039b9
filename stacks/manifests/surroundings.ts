import { type FunctionDefinition, jobOf, type ResourceName } from '../../shared/contract/index.ts'
import type { Options } from './options.ts'

/** The port that every container listens on, as both platforms expect it. */
export const PORT = 8080

/** Where a process may write: all else of a container's disk is read-only. */
export const SCRATCH = '/tmp'
export const HOME = `${SCRATCH}/cordage`

export const imageOf = (name: string, { registry, tag }: Options) => `${registry}/${name}:${tag}`

/** A call's host name was checked by the gateway, or is a pod's address. */
const COMMON = { HOST: '0.0.0.0', PUBLIC_HOSTS: '*', CORDAGE_HOME: HOME }
/** Settings that a function has no use for. */
const ONLY_CONNECTOR = /^(FUNCTION|CONNECTOR|OBJECT_EVENTS)/

/** The settings of a function that are no secrets. */
export function settingsOf({ settings }: Options): Record<string, string> {
  const own = Object.entries(settings).filter(([name]) => !ONLY_CONNECTOR.test(name))
  return { ...COMMON, ...Object.fromEntries(own) }
}

export function connectorSettings({ settings }: Options): Record<string, string> {
  return { ...COMMON, CONNECTOR_PORT: String(PORT), ...settings }
}

/** The secrets that a resource is opened with, where there are any of that name. */
const SECRETS: Record<ResourceName, string[]> = {
  store: ['STORE_URL'],
  bus: ['STORE_URL', 'BUS_URL'],
  privacy: ['STORE_URL', 'MASTER_KEY'],
  objects: ['OBJECTS_URL'],
  warehouse: ['WAREHOUSE_URL'],
  sources: [],
  models: [],
  cache: ['CACHE_URL'],
  alerts: ['ALERT_URL'],
  mlflow: ['MLFLOW_URL'],
  llm: ['LLM_URL', 'LLM_KEY'],
  mail: ['SMTP_URL'],
}
const JOB_SECRETS = ['JOB_CALLBACK_SECRET']
const CONNECTOR_SECRETS = [
  'STORE_URL',
  'OBJECTS_URL',
  'BUS_URL',
  'MASTER_KEY',
  'ALERT_URL',
  'FUNCTIONS_CLIENT_SECRET',
]

/** Names of the secrets that a function needs, of those that there are. */
export function secretsOf(definition: FunctionDefinition, { secrets }: Options): string[] {
  const needed = definition.uses.flatMap(name => SECRETS[name])
  if (jobOf(definition)) needed.push(...JOB_SECRETS)
  return secrets.filter(name => needed.includes(name))
}

export function connectorSecrets({ secrets }: Options): string[] {
  return secrets.filter(name => CONNECTOR_SECRETS.includes(name))
}
