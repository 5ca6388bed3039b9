import type { Size } from './needs.ts'
import type { Options } from './options.ts'
import { HOME, SCRATCH } from './surroundings.ts'

/** What a pod of a function and the connector's have alike. */

const SECRETS_FOLDER = '/etc/cordage/secrets'
const SOURCES_FOLDER = '/etc/cordage/sources'

export function labelsOf(name: string, component: 'function' | 'connector', { tag }: Options) {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': 'cordage',
    'app.kubernetes.io/version': tag,
  }
}

export const probe = (path: string) => ({ httpGet: { path } })

export const SECURITY = {
  runAsNonRoot: true,
  runAsUser: 1000,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

export const resourcesOf = ({ memory, cpu }: Size) => ({
  requests: { memory: memory.request, cpu },
  limits: { memory: memory.limit },
})

type Mounts = {
  settings: Record<string, string>
  /** Names of settings in the secret `cordage`. */
  secrets: string[]
  /** The source files, of the config map `cordage-sources`. */
  hasSources: boolean
  /** The connections that source files name, of the secret `cordage-connections`: `<connection>.url`. */
  hasConnections?: boolean
  disk: string
}

/** A container's environment, and the volumes that it names. */
export function mount({ settings, secrets, hasSources, hasConnections = false, disk }: Mounts) {
  const environment = {
    ...settings,
    ...Object.fromEntries(secrets.map(name => [`${name}_FILE`, `${SECRETS_FOLDER}/${name}`])),
    ...(hasSources && { SOURCES: SOURCES_FOLDER }),
  }
  const volumes = [
    { at: SCRATCH, name: 'scratch', emptyDir: { sizeLimit: disk } },
    secrets.length > 0 && {
      at: SECRETS_FOLDER,
      name: 'secrets',
      secret: { secretName: 'cordage', items: secrets.map(key => ({ key, path: key })) },
    },
    hasSources && { at: SOURCES_FOLDER, name: 'sources', configMap: { name: 'cordage-sources' } },
    hasConnections && {
      at: `${HOME}/secrets`,
      name: 'connections',
      secret: { secretName: 'cordage-connections' },
    },
  ].filter(volume => volume !== false)
  return {
    env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    volumeMounts: volumes.map(({ at, name }) => ({
      name,
      mountPath: at,
      ...(name !== 'scratch' && { readOnly: true }),
    })),
    volumes: volumes.map(({ at: _, ...volume }) => volume),
  }
}
