import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SecretUrl } from '../../shared/config/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Store } from '../../shared/store/index.ts'
import { bundleFunction } from '../../stacks/bundle/bundle.ts'
import { loadDemo } from '../../stacks/demo/load.ts'
import { listFunctions } from '../../stacks/local/discover.ts'
import { ROOT, startTestPostgres, type TestPostgres } from './postgres.ts'

/** What can be killed: two connectors, one that captures and one that consumes, and the two functions they call. */
export const MEMBERS = ['capture', 'consume', 'land-changes', 'index-products'] as const
export type Member = (typeof MEMBERS)[number]

export type Fleet = {
  postgres: TestPostgres
  home: string
  source: SecretUrl
  storeUrl: SecretUrl
  store: Store
  lake: string
  start(member: Member): void
  /** Sends what the consuming connector calls `name` to another URL, from its next start on; undefined takes that back. */
  redirect(name: string, url: string | undefined): void
  /** SIGKILL, and gone when this returns. */
  kill(member: Member): Promise<void>
  isRunning(member: Member): boolean
  stop(): Promise<void>
}

/**
 * The pipeline as processes of their own on a real Postgres, with the demo's source loaded; nothing is started yet.
 * @param days of the demo's history
 */
export async function makeFleet(days = 60): Promise<Fleet> {
  const postgres = await startTestPostgres()
  const { home } = postgres
  const source = await postgres.createDatabase('adventureworks')
  await loadDemo(source, { today: new Date(), days })
  const store = await postgres.createStore('cordage')
  const storeUrl = postgres.url('cordage')
  const objects = join(home, 'objects')
  for (const folder of ['objects/lake', 'objects/inbox', 'secrets'])
    mkdirSync(join(home, folder), { recursive: true })
  writeFileSync(join(home, 'secrets', 'adventureworks.url'), source.reveal(), { mode: 0o600 })
  const dist = join(home, 'dist')
  const ports: Record<string, number> = {}
  for (const folder of listFunctions(ROOT).filter(({ name }) => MEMBERS.includes(name as Member))) {
    if (!existsSync(join(dist, folder.name))) await bundleFunction(folder, ROOT, dist)
    ports[folder.name] = await takeFreePort()
  }
  const shared = {
    CORDAGE_HOME: home,
    STORE_URL: storeUrl.reveal(),
    OBJECTS_URL: pathToFileURL(objects).href,
    SOURCES: join(ROOT, 'sources'),
    LOG_LEVEL: 'info',
  }
  const running = new Map<Member, ChildProcess>()
  const redirected = new Map<string, string>()
  const functionUrls = () =>
    Object.entries(ports)
      .map(([name, port]) => `${name}=${redirected.get(name) ?? `http://127.0.0.1:${port}/`}`)
      .join(',')
  const command = (member: Member): { args: string[]; env: Record<string, string> } =>
    member === 'capture' || member === 'consume'
      ? {
          args: ['stacks/connector/main.ts'],
          env: { CONNECTOR_DUTIES: member, CONNECTOR_NAME: member, FUNCTION_URLS: functionUrls() },
        }
      : { args: [join(dist, member, 'index.js')], env: { PORT: String(ports[member]) } }

  const fleet: Fleet = {
    postgres,
    home,
    source,
    storeUrl,
    store,
    lake: join(objects, 'lake'),
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
    async stop() {
      for (const member of MEMBERS) await fleet.kill(member)
      await postgres.stop()
    },
  }
  return fleet
}
