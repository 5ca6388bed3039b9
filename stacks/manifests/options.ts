import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { settingsSchema } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'

/** What differs from one cluster to another. */
export type Options = {
  /** Where the images are: `<registry>/<function>:<tag>`, and `<registry>/connector:<tag>`. */
  registry: string
  tag: string
  /** Of Kubernetes, for Knative and the connector. */
  namespace: string
  /** Settings by name, for all that have a use for them. */
  settings: Record<string, string>
  /** Names of the settings that are mounted secrets. */
  secrets: string[]
  /** Folder of the source files: on OpenFaaS each is a secret. */
  sources: string
  /** Folder that the manifests are written to. */
  into: string
}

/** What is printed into this project: names that stand for your own. */
const EXAMPLE: Omit<Options, 'sources' | 'into'> = {
  registry: 'registry.example/cordage',
  tag: '0.1.0',
  namespace: 'cordage',
  settings: {
    AUTH_URL: 'https://sign-in.example/realms/cordage',
    FUNCTIONS_CLIENT_ID: 'cordage-connector',
  },
  secrets: ['STORE_URL', 'OBJECTS_URL', 'WAREHOUSE_URL', 'MASTER_KEY', 'FUNCTIONS_CLIENT_SECRET'],
}

/**
 * Reads `--registry`, `--tag`, `--namespace`, `--sources`, `--into`, and any number of `--set NAME=value` and
 * `--secret NAME`, which come beside those of the example.
 * @param root where the source files are, and the manifests go, where nothing else is said
 * @throws ConfigError where a name is no setting, or a value is not one that the setting takes
 */
export function readOptions(args: string[], root: string): Options {
  const { values } = parseArgs({
    args,
    options: {
      registry: { type: 'string' },
      tag: { type: 'string' },
      namespace: { type: 'string' },
      sources: { type: 'string' },
      into: { type: 'string' },
      set: { type: 'string', multiple: true },
      secret: { type: 'string', multiple: true },
    },
  })
  const { set = [], secret = [], ...places } = values
  const given = set.map(text => /^([A-Z_]+)=(.*)$/s.exec(text)?.slice(1) ?? [text, ''])
  const settings = { ...EXAMPLE.settings, ...(Object.fromEntries(given) as Record<string, string>) }
  const secrets = [...new Set([...EXAMPLE.secrets, ...secret])]
  for (const name of [...Object.keys(settings), ...secrets])
    if (!(name in settingsSchema.shape))
      throw new ConfigError(`"${name}" is no setting: see docs/reference/settings.md`)
  const printed = secrets.find(name => name in settings)
  if (printed) throw new ConfigError(`${printed} is a secret: it is mounted, not printed`)
  const { error } = settingsSchema.safeParse(settings)
  if (error)
    throw new ConfigError(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  return { ...EXAMPLE, sources: join(root, 'sources'), into: root, ...places, settings, secrets }
}
