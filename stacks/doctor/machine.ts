import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Settings } from '../../shared/config/index.ts'
import { findPython } from '../../shared/python/index.ts'
import { findPostgres, readPostgresVersion } from '../../shared/store/embedded.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { NODE_MAJOR } from '../bundle/loader.ts'
import { findRunning } from '../local/run-lock.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

const run = promisify(execFile)

/** What the local stack takes in all, measured (docs/benchmarks.md, `memory`). */
const NEEDED_MEMORY_BYTES = 900e6
/** The demo's lake, database and write-ahead log after a day, with room for a warehouse build beside the last. */
const NEEDED_DISK_BYTES = 2e9
/** With less than this not even the first start comes through. */
const LEAST_DISK_BYTES = 500e6

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

export function checkNode(): Finding[] {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= NODE_MAJOR) return [ok('node', process.versions.node)]
  return [
    fail(
      'node',
      `${process.versions.node}, ${NODE_MAJOR} or newer is needed: start it with make or npm, which take the one in node_modules`,
    ),
  ]
}

/** The Python that dbt runs in. */
export async function checkPython(root: string, settings: Settings): Promise<Finding[]> {
  const group = openWarehouse(settings).python
  const python = findPython(group, root)
  const adapter = group === 'trino' ? 'dbt-trino' : 'dbt-duckdb'
  const script =
    'import sys, importlib.metadata as m; print(sys.version.split()[0], m.version("dbt-core"), m.version(sys.argv[1]))'
  try {
    const [version, dbt, engine] = (await run(python, ['-c', script, adapter])).stdout.trim().split(' ')
    return [ok('python', `${version}, dbt-core ${dbt}, ${adapter} ${engine}`)]
  } catch {
    return [
      fail(
        'python',
        `${dirname(dirname(python))} does not run or lacks ${adapter}: remove it and run "make setup"`,
      ),
    ]
  }
}

export async function checkEmbeddedPostgres(root: string): Promise<Finding[]> {
  return [ok('postgres', `embedded, ${await readPostgresVersion(findPostgres(root))}`)]
}

export function checkMemory(): Finding[] {
  const bytes = process.availableMemory()
  if (bytes >= NEEDED_MEMORY_BYTES) return [ok('memory', `${gigabytes(bytes)} available`)]
  return [
    warn(
      'memory',
      `${gigabytes(bytes)} available, ${gigabytes(NEEDED_MEMORY_BYTES)} is needed: stop other programs, or expect it to swap`,
    ),
  ]
}

export function checkDisk(home: string): Finding[] {
  let folder = home
  while (!existsSync(folder)) folder = dirname(folder)
  const { bavail, bsize } = statfsSync(folder)
  const bytes = bavail * bsize
  if (bytes >= NEEDED_DISK_BYTES) return [ok('disk', `${gigabytes(bytes)} free at ${folder}`)]
  const says = `${gigabytes(bytes)} free at ${folder}, ${gigabytes(NEEDED_DISK_BYTES)} is needed: free some space, or set CORDAGE_HOME to another disk`
  return [bytes >= LEAST_DISK_BYTES ? warn('disk', says) : fail('disk', says)]
}

/** The folder that holds all state: ours alone, writable, its secrets read by nobody else. */
export function checkHome(home: string): Finding[] {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    const probe = join(home, `.doctor-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
  } catch {
    return [
      fail(
        'home',
        `${home} cannot be written: give its user write access, or set CORDAGE_HOME to another folder`,
      ),
    ]
  }
  const findings: Finding[] = []
  const pid = findRunning(home)
  if (pid !== undefined)
    findings.push(
      fail('home', `process ${pid} already runs on ${home}: stop it, or set CORDAGE_HOME to another folder`),
    )
  const secrets = join(home, 'secrets')
  if (existsSync(secrets))
    for (const name of readdirSync(secrets))
      if ((statSync(join(secrets, name)).mode & 0o077) !== 0)
        findings.push(fail('secrets', `${join(secrets, name)} can be read by others: chmod 600 it`))
  return findings.length > 0 ? findings : [ok('home', home)]
}

export async function checkPort({ HOST, PORT }: Settings): Promise<Finding[]> {
  if (PORT === 0) return [ok('port', 'any free port')]
  const problem = await new Promise<string | undefined>(resolve => {
    const probe = createServer().once('error', error =>
      resolve((error as NodeJS.ErrnoException).code ?? error.message),
    )
    probe.listen(PORT, HOST, () => probe.close(() => resolve(undefined)))
  })
  if (problem === undefined) return [ok('port', `${PORT} is free`)]
  if (problem !== 'EADDRINUSE')
    return [fail('port', `cannot listen on ${HOST}:${PORT} (${problem}): set HOST and PORT to others`)]
  const who = (await isCordage(`http://${HOST}:${PORT}`))
    ? 'a Cordage stack that runs already: stop it'
    : 'another program: stop it'
  return [fail('port', `${PORT} is taken by ${who}, or set PORT to another`)]
}

async function isCordage(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(500) })
    const body = (await response.json()) as { status?: string; starting?: unknown }
    return ['ready', 'starting'].includes(body.status ?? '') && Array.isArray(body.starting)
  } catch {
    return false
  }
}
