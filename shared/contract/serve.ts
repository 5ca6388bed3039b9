import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readSettings, type Settings } from '../config/index.ts'
import { ConfigError, describeError, isOutage, OutageError } from '../errors/index.ts'
import { type JobRunner, startJobRunner } from '../jobs/index.ts'
import { startLineage } from '../lineage/index.ts'
import { makeLeases, type Query, type Store, type StoreOptions } from '../store/index.ts'
import { makeLogger, startProcessMetrics, startTracing } from '../telemetry/index.ts'
import { makeAuthenticate } from './access.ts'
import { type FunctionDefinition, jobOf } from './define.ts'
import { makeHost } from './host.ts'
import { answerJobs, isJobsPath, jobFunctionOf } from './jobs.ts'
import type { Opened, Openers, ResourceName, Resources } from './resources.ts'
import { answer, bodyLimitOf, closeServer, listen, makeServer } from './server.ts'

/** EX_CONFIG of sysexits.h: restarting will not help. */
export const EXIT_CONFIG = 78

/**
 * Opens what is named, one after the other, and reports the first failure; what was opened before it
 * is closed again.
 */
export async function openResources(
  names: readonly ResourceName[],
  openers: Partial<Openers>,
  settings: Settings,
  store: StoreOptions,
): Promise<{ resources: Partial<Resources>; close(): Promise<void> }> {
  const opened: Opened<unknown>[] = []
  const resources: Record<string, unknown> = {}
  const close = async () => {
    for (const resource of opened.splice(0).reverse()) await resource.close?.()
  }
  try {
    for (const name of names) {
      const open = openers[name]
      if (!open) throw new ConfigError(`no opener for the resource ${name}`)
      const resource = await open(settings, store)
      opened.push(resource)
      resources[name] = resource.value
    }
  } catch (error) {
    await close()
    throw error
  }
  return { resources, close }
}

/** How a function connects to the store: under its name, and no statement takes longer than a call may. */
export function storeOptionsOf(definition: FunctionDefinition, settings: Settings): StoreOptions {
  return {
    applicationName: `cordage-${definition.name}`,
    statementTimeoutMs: definition.timeoutMs ?? settings.TIMEOUT_MS,
    genericPlans: definition.genericPlans ?? false,
  }
}

/** EX_UNAVAILABLE of sysexits.h: restarting later may help. */
const EXIT_UNAVAILABLE = 69

/**
 * Prints the error on one line and exits. Only unknown errors have their stack: settings have to be corrected, and
 * a system that is down has to be started.
 */
export function exitWith(error: unknown): never {
  const isConfig = error instanceof ConfigError || isFileProblem(error)
  process.stderr.write(`${describeError(error).replaceAll('\n', ' ')}\n`)
  if (isConfig) process.exit(EXIT_CONFIG)
  if (isOutage(error)) process.exit(EXIT_UNAVAILABLE)
  if (error instanceof Error) process.stderr.write(`${error.stack}\n`)
  process.exit(1)
}

/** A path in the settings that is not what it should be. */
function isFileProblem(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['EACCES', 'EEXIST', 'EISDIR', 'ENOENT', 'ENOTDIR', 'EROFS'].includes(
      String((error as NodeJS.ErrnoException).code),
    )
  )
}

/** First calls come right after readiness and must not wait. */
const IDLE_AFTER_MS = 500

/** Frees what the start left behind, a fifth of an idle function's memory; V8 would keep it until there is load. */
function releaseStartup(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: object) => void
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

function storeOf({ store }: Partial<Resources>): Store {
  if (!store) throw new OutageError('store', 'it is not open yet')
  return store
}

/**
 * The whole life of a process that serves one function: it listens at once, is ready when its resources are open and
 * `init` has run, and drains on SIGTERM or SIGINT.
 */
export async function serve(definition: FunctionDefinition, openers: Partial<Openers>): Promise<void> {
  try {
    const settings = readSettings()
    const log = makeLogger({ level: settings.LOG_LEVEL })
    startProcessMetrics()
    const authenticate = await makeAuthenticate(settings)
    const tracing = await startTracing(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
    const resources: Partial<Resources> = {}
    let runner: JobRunner | undefined
    const query: Query = (...asked) => storeOf(resources).query(...asked)
    const jobs = { query, started: () => runner?.wake() }
    const lineage = startLineage({
      settings,
      log,
      query: definition.uses.includes('store') ? query : undefined,
    })
    const host = makeHost(definition, { settings, resources, log, authenticate, tracing, lineage, jobs })
    const hasJobs = jobOf(definition) !== undefined
    const ownJobs = { store: { query }, authenticate, functions: [definition.name] }
    const maxBytes = bodyLimitOf(host)
    const server = makeServer(
      path => ({
        maxBytes,
        path,
        answer: request =>
          hasJobs && isJobsPath(path) ? answerJobs(request, path, ownJobs) : answer(host, request),
      }),
      settings.PUBLIC_HOSTS,
    )
    const port = await listen(server, settings.PORT, settings.HOST)
    const opened = await openResources(
      definition.uses,
      openers,
      settings,
      storeOptionsOf(definition, settings),
    )
    Object.assign(resources, opened.resources)
    await host.start()
    const own = hasJobs ? jobFunctionOf(host) : undefined
    const leases = own && makeLeases(storeOf(resources), randomUUID())
    if (own && leases)
      runner = startJobRunner({
        store: storeOf(resources),
        leases,
        functions: [own],
        callbackSecret: settings.JOB_CALLBACK_SECRET,
        log,
      })
    log.info({ function: definition.name, port }, 'ready')
    setTimeout(releaseStartup, IDLE_AFTER_MS).unref()
    const stop = async () => {
      await Promise.all([closeServer(server, [host]), runner?.close()])
      await leases?.close()
      await lineage.close()
      await opened.close()
      await tracing?.close()
      process.exit(0)
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void stop().catch(exitWith))
  } catch (error) {
    exitWith(error)
  }
}
