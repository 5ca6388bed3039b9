import { basename } from 'node:path'
import { listSourceFiles } from '../../shared/config/index.ts'
import { type FunctionNeeds, MARGIN_SECONDS } from './needs.ts'
import type { Options } from './options.ts'
import { imageOf, secretsOf, settingsOf } from './surroundings.ts'

/** Where OpenFaaS mounts a function's secrets, each as a file of its name. */
const MOUNTED = '/var/openfaas/secrets'

/** The name of a secret in OpenFaaS, which takes lower case only. */
const secretName = (setting: string) => `cordage-${setting.toLowerCase().replaceAll('_', '-')}`

/** `stack.yml`, which faas-cli reads. Functions have their own server: the language is `dockerfile`. */
export function makeStack(functions: FunctionNeeds[], options: Options): object {
  return {
    version: '1.0',
    provider: { name: 'openfaas', gateway: 'http://127.0.0.1:8080' },
    functions: Object.fromEntries(functions.map(one => [one.definition.name, makeFunction(one, options)])),
  }
}

function makeFunction({ definition, size, replicas, seconds }: FunctionNeeds, options: Options): object {
  const secrets = secretsOf(definition, options)
  const sources = definition.uses.includes('sources') ? listSourceFiles(options.sources) : []
  return {
    lang: 'dockerfile',
    handler: `./dist/${definition.name}`,
    image: imageOf(definition.name, options),
    environment: {
      ...settingsOf(options),
      ...Object.fromEntries(secrets.map(name => [`${name}_FILE`, `${MOUNTED}/${secretName(name)}`])),
      // Readers of the folder take its YAML files only, not other secrets.
      ...(sources.length > 0 && { SOURCES: MOUNTED }),
      exec_timeout: `${seconds}s`,
      read_timeout: `${seconds + MARGIN_SECONDS}s`,
      write_timeout: `${seconds + MARGIN_SECONDS}s`,
    },
    secrets: [...secrets.map(secretName), ...sources.map(file => basename(file))],
    labels: {
      'com.openfaas.scale.min': String(Math.max(1, replicas.least)),
      'com.openfaas.scale.max': String(replicas.most),
      'com.openfaas.scale.zero': String(replicas.least === 0),
      'com.openfaas.scale.type': 'capacity',
      'com.openfaas.scale.target': String(size.inFlight),
    },
    annotations: {
      'com.openfaas.health.http.path': '/_/health',
      'com.openfaas.ready.http.path': '/_/ready',
    },
    limits: { memory: size.memory.limit },
    requests: { memory: size.memory.request, cpu: size.cpu },
    readonly_root_filesystem: true,
  }
}
