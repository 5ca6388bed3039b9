import { execFileSync } from 'node:child_process'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SecretUrl } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { connectTrino } from '../../shared/warehouse/trino-client.ts'
import { parseTrinoUrl } from '../../shared/warehouse/trino-url.ts'
import { type Server, startServer, TOOLS } from './server.ts'

export const LEAST_JAVA = 24
const HASH_ROUNDS = 1000
const CATALOG = 'lake'

export type TrinoOptions = {
  /** Folder of its own: settings, log, metastore, and what it writes where the lake is files. */
  home: string
  /** Port without a password; a free one otherwise. */
  port?: number
  /** Where the lake is object storage; otherwise it is files of this machine. */
  s3?: {
    endpoint: string
    region: string
    accessKey: string
    secretKey: string
    /** Hive's metastore as `thrift://host:port`, or `s3://bucket/prefix` of one of files and of what Trino writes. */
    metastore: string
  }
  /** Opens a second, encrypted port for the user `cordage` with this password. */
  password?: string
}

export type TrinoServer = Server & {
  /** Without a password, over loopback. */
  url: string
  /** Over TLS with the password; only where one was given. */
  secureUrl: string | undefined
}

/** One Trino that is coordinator and worker, with the catalog `lake`: Delta tables, and a metastore of files or Hive's. */
export async function startTrino(options: TrinoOptions): Promise<TrinoServer> {
  const { password } = options
  const install = join(TOOLS, 'trino')
  if (!existsSync(join(install, 'lib'))) throw new ConfigError('Trino is not there: run "make setup-infra"')
  const java = findJava()
  const home = resolve(options.home)
  const port = options.port ?? (await takeFreePort())
  const securePort = await takeFreePort()
  const etc = join(home, 'etc')
  mkdirSync(join(etc, 'catalog'), { recursive: true })
  const secure = password === undefined ? [] : await secureDoor(java, etc, securePort, password)
  writeProperties(join(etc, 'config.properties'), [
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    // It watches only itself: after one late answer of a busy machine it would have no node for seconds.
    'failure-detector.enabled=false',
    'node.environment=cordage',
    'node.internal-address=127.0.0.1',
    'http-server.http.enabled=true',
    `http-server.http.port=${port}`,
    `discovery.uri=http://127.0.0.1:${port}`,
    `plugin.dir=${join(install, 'plugin')}`,
    `catalog.config-dir=${join(etc, 'catalog')}`,
    'query.max-memory-per-node=400MB',
    'memory.heap-headroom-per-node=200MB',
    ...secure,
  ])
  writeProperties(join(etc, 'catalog', `${CATALOG}.properties`), [
    'connector.name=delta_lake',
    'delta.register-table-procedure.enabled=true',
    // What was written last is read, also where a table was recreated at the same place.
    'delta.metadata.cache-ttl=0s',
    ...fileSystem(home, options.s3),
  ])
  const url = `trino://cordage@127.0.0.1:${port}/${CATALOG}`
  const trino = connectTrino(parseTrinoUrl(new SecretUrl(url)))
  const server = await startServer({
    name: 'trino',
    command: java,
    args: [
      '-Xmx1G',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:ReservedCodeCacheSize=256M',
      '-XX:+ExitOnOutOfMemoryError',
      '-Djdk.attach.allowAttachSelf=true',
      '--add-modules=jdk.incubator.vector',
      '--enable-native-access=ALL-UNNAMED',
      '--sun-misc-unsafe-memory-access=allow',
      `-Dnode.data-dir=${join(home, 'data')}`,
      `-Dconfig=${join(etc, 'config.properties')}`,
      '-cp',
      join(install, 'lib', '*'),
      'io.trino.server.TrinoServer',
    ],
    home,
    readyWithinMs: 180_000,
    // It answers before it knows itself as a node that can run a query.
    async isReady() {
      const nodes = await trino.query(`SELECT node_id FROM system.runtime.nodes WHERE state = 'active'`)
      if (nodes.length === 0) throw new Error('no node yet')
    },
  })
  const ca = join(etc, 'ca.pem')
  return {
    ...server,
    url,
    secureUrl:
      password === undefined
        ? undefined
        : `trino://cordage:${encodeURIComponent(password)}@127.0.0.1:${securePort}/${CATALOG}?ssl=true&ca=${encodeURIComponent(ca)}`,
  }
}

function fileSystem(home: string, s3: TrinoOptions['s3']): string[] {
  // `local:` paths are absolute ones, as in `file:` URLs (shared/warehouse/trino.ts).
  if (!s3)
    return [
      'fs.native-local.enabled=true',
      'local.location=/',
      ...fileMetastore(`local://${join(home, 'metastore')}`),
    ]
  return [
    'fs.native-s3.enabled=true',
    `s3.endpoint=${s3.endpoint}`,
    `s3.region=${s3.region}`,
    `s3.aws-access-key=${s3.accessKey}`,
    `s3.aws-secret-key=${s3.secretKey}`,
    's3.path-style-access=true',
    ...(s3.metastore.startsWith('thrift:')
      ? ['hive.metastore=thrift', `hive.metastore.uri=${s3.metastore}`]
      : fileMetastore(s3.metastore)),
  ]
}

const fileMetastore = (place: string) => ['hive.metastore=file', `hive.metastore.catalog.dir=${place}`]

/** TLS with a certificate of its own, and a file with the one user. @returns settings */
async function secureDoor(java: string, etc: string, port: number, password: string): Promise<string[]> {
  const keytool = join(java, '..', 'keytool')
  const store = join(etc, 'tls.p12')
  const storePassword = randomBytes(16).toString('hex')
  const of = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', storePassword, '-alias', 'trino']
  const names = ['-dname', 'CN=localhost', '-ext', 'SAN=ip:127.0.0.1,dns:localhost', '-ext', 'bc:c=ca:true']
  if (existsSync(store)) throw new ConfigError(`${etc} is there already: give Trino a folder of its own`)
  execFileSync(keytool, ['-genkeypair', '-keyalg', 'RSA', '-validity', '30', ...names, ...of], {
    stdio: 'ignore',
  })
  writeFileSync(join(etc, 'ca.pem'), execFileSync(keytool, ['-exportcert', '-rfc', ...of], { stdio: 'pipe' }))
  const salt = randomBytes(16)
  const hash = pbkdf2Sync(password, salt, HASH_ROUNDS, 32, 'sha1')
  const users = join(etc, 'users')
  writeFileSync(users, `cordage:${HASH_ROUNDS}:${salt.toString('hex')}:${hash.toString('hex')}\n`, {
    mode: 0o600,
  })
  writeProperties(join(etc, 'password-authenticator.properties'), [
    'password-authenticator.name=file',
    `file.password-file=${users}`,
  ])
  return [
    'http-server.authentication.type=PASSWORD',
    'http-server.authentication.allow-insecure-over-http=true',
    `password-authenticator.config-files=${join(etc, 'password-authenticator.properties')}`,
    `internal-communication.shared-secret=${randomBytes(32).toString('hex')}`,
    'http-server.https.enabled=true',
    `http-server.https.port=${port}`,
    `http-server.https.keystore.path=${store}`,
    `http-server.https.keystore.key=${storePassword}`,
  ]
}

function writeProperties(file: string, lines: string[]): void {
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
}

/** The `java` of a JDK that is new enough. @throws ConfigError where there is none */
export function findJava(): string {
  const installed = existsSync('/usr/lib/jvm')
    ? readdirSync('/usr/lib/jvm').map(name => join('/usr/lib/jvm', name))
    : []
  const homes = [process.env.JAVA_HOME_TRINO, process.env.JAVA_HOME, ...installed]
  const found = homes.find(home => home !== undefined && javaVersion(home) >= LEAST_JAVA)
  if (found) return join(found, 'bin', 'java')
  throw new ConfigError(
    `Trino needs a JDK ${LEAST_JAVA} or newer: install one, or name it with JAVA_HOME_TRINO`,
  )
}

function javaVersion(home: string): number {
  try {
    return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
