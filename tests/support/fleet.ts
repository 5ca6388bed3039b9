import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SecretUrl } from '../../shared/config/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Store } from '../../shared/store/index.ts'
import { bundleFunctions } from '../../stacks/bundle/bundle.ts'
import type { Duty } from '../../stacks/connector/index.ts'
import { loadDemo } from '../../stacks/demo/load.ts'
import { listFunctions } from '../../stacks/project.ts'
import { ROOT, startTestPostgres, type TestPostgres } from './postgres.ts'

export type Fleet = {
  postgres: TestPostgres
  home: string
  source: SecretUrl
  storeUrl: SecretUrl
  store: Store
  /** Folder or s3:// URL of the lake, and what delta-rs needs to know to read it. */
  lake: string
  lakeEnv: Record<string, string>
  /** What can be killed: connectors and the functions that they call. */
  members: string[]
  /** Those of them that read the bus. */
  functions: string[]
  start(member: string): void
  /** Sends what connectors call `name` to another URL, from their next start on; undefined takes that back. */
  redirect(name: string, url: string | undefined): void
  /** SIGKILL, and gone when this returns. */
  kill(member: string): Promise<void>
  isRunning(member: string): boolean
  /** The process id of a member that runs. */
  pidOf(member: string): number
  stop(): Promise<void>
}

export type FleetOptions = {
  /** Of the demo's history. */
  days?: number
  /** Connectors by name, with what each does. */
  connectors?: Record<string, Duty[]>
  functions?: string[]
  /** How many processes a function has, where it is not one; the second of `land-changes` is the member `land-changes-2`. */
  copies?: Record<string, number>
  /** Whether the source has a server of its own, so that what it works can be told from what we do. */
  hasOwnServer?: boolean
  /** Settings for all of them, which may need the source's URL. */
  env?: (fleet: {
    home: string
    source: SecretUrl
  }) => Promise<Record<string, string>> | Record<string, string>
}

/**
 * The pipeline as processes of their own on a real Postgres, with the demo's source loaded; nothing is started yet. Unless
 * said otherwise: two connectors, one that captures and one that consumes, and the functions that they call.
 */
export async function makeFleet({
  days = 60,
  connectors = { capture: ['capture'], consume: ['consume'] },
  functions = ['land-changes', 'index-products', 'follow-clients'],
  copies = {},
  hasOwnServer = false,
  env = () => ({}),
}: FleetOptions = {}): Promise<Fleet> {
  const postgres = await startTestPostgres()
  const { home } = postgres
  const shop = hasOwnServer ? await startTestPostgres() : postgres
  const source = await shop.createDatabase('adventureworks')
  await loadDemo(source, { today: new Date(), days })
  const store = await postgres.createStore('cordage')
  const storeUrl = postgres.url('cordage')
  const objects = join(home, 'objects')
  for (const folder of ['objects/lake', 'objects/inbox', 'secrets'])
    mkdirSync(join(home, folder), { recursive: true })
  writeFileSync(join(home, 'secrets', 'adventureworks.url'), source.reveal(), { mode: 0o600 })
  const dist = join(home, 'dist')
  /** Processes of functions by member: which function each is, and where. */
  const servers: Record<string, { name: string; port: number }> = {}
  const folders = listFunctions(ROOT).filter(({ name }) => functions.includes(name))
  await bundleFunctions(folders, ROOT, dist)
  for (const { name } of folders) {
    for (let copy = 1; copy <= (copies[name] ?? 1); copy++)
      servers[copy === 1 ? name : `${name}-${copy}`] = { name, port: await takeFreePort() }
  }
  const shared = {
    CORDAGE_HOME: home,
    STORE_URL: storeUrl.reveal(),
    OBJECTS_URL: pathToFileURL(objects).href,
    SOURCES: join(ROOT, 'sources'),
    LOG_LEVEL: 'info',
    ...(await env({ home, source })),
  }
  const running = new Map<string, ChildProcess>()
  const redirected = new Map<string, string>()
  const functionUrls = () =>
    functions
      .map(name => {
        const own = Object.values(servers).filter(server => server.name === name)
        const urls = own.map(({ port }) => `http://127.0.0.1:${port}/`).join('|')
        return `${name}=${redirected.get(name) ?? urls}`
      })
      .join(',')
  const command = (member: string): { args: string[]; env: Record<string, string> } => {
    const duties = connectors[member]
    return duties
      ? {
          args: ['stacks/connector/main.ts'],
          env: { CONNECTOR_DUTIES: duties.join(), CONNECTOR_NAME: member, FUNCTION_URLS: functionUrls() },
        }
      : {
          args: [join(dist, servers[member]?.name ?? '', 'index.js')],
          env: { PORT: String(servers[member]?.port) },
        }
  }
  const members = [...Object.keys(connectors), ...Object.keys(servers)]

  const fleet: Fleet = {
    postgres,
    home,
    source,
    storeUrl,
    store,
    lake: join(objects, 'lake'),
    lakeEnv: {},
    members,
    functions,
    start(member) {
      const { args, env } = command(member)
      const log = openSync(join(home, 'logs', `${member}.log`), 'a')
      running.set(
        member,
        spawn(process.execPath, args, {
          cwd: ROOT,
          env: { ...process.env, ...shared, ...env },
          stdio: ['ignore', log, log],
        }),
      )
    },
    async kill(member) {
      const child = running.get(member)
      running.delete(member)
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
    redirect(name, url) {
      if (url === undefined) redirected.delete(name)
      else redirected.set(name, url)
    },
    isRunning: member => running.get(member)?.exitCode === null,
    pidOf: member => running.get(member)?.pid ?? 0,
    async stop() {
      for (const member of members) await fleet.kill(member)
      if (shop !== postgres) await shop.stop()
      await postgres.stop()
    },
  }
  return fleet
}
