import { copyFileSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { readSettings, SecretUrl, type Settings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import type { EmbeddedPostgres } from '../../shared/store/embedded.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { lakeFolder } from '../../shared/warehouse/index.ts'
import { startLocalStack } from '../local/stack.ts'
import { ensureGroup } from '../python-groups.ts'
import { loadDemo } from './load.ts'
import { makeShopClock, runShop } from './shop.ts'
import { runSimulator } from './simulator.ts'
import { prepareDoubleSource, serveShopAsSqlServer } from './sqlserver.ts'
import { readStories } from './stories.ts'
import { showAnswers, showForecast, showPropositions } from './tour.ts'

const DATABASE = 'adventureworks'
/** The demo's: every one of them has the same orders. */
const SEED = 2017
const startedAt = performance.now()

function say(text: string): void {
  process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`)
}

/** `make demo`: `npm start` with a bike retailer's database beside it that lives, until SIGINT or SIGTERM. */
try {
  const settings = readSettings()
  const home = settings.CORDAGE_HOME
  const isDouble = settings.DEMO_SOURCE === 'sqlserver'
  const days = settings.DEMO_DAYS
  const clock = makeShopClock(settings.DEMO_TODAY)
  const shop = isLiving(settings) ? { stories: readStories(), seed: SEED } : undefined
  mkdirSync(join(home, 'logs'), { recursive: true })
  const deliveries = join(home, 'deliveries.yml')
  if (!existsSync(deliveries)) copyFileSync(new URL('./deliveries.yml', import.meta.url), deliveries)
  const log = makeLogger({
    level: settings.LOG_LEVEL,
    destination: pino.destination({ dest: openSync(join(home, 'logs', 'cordage.log'), 'a'), sync: true }),
  })

  let source = new SecretUrl('')
  let closeDouble: (() => Promise<void>) | undefined
  const makeSource = async (postgres: EmbeddedPostgres) => {
    await postgres.ensureDatabase(DATABASE)
    source = postgres.url(DATABASE)
    const loaded = await loadDemo(source, { today: new Date(clock()), days, ...(shop && { shop }) })
    if (loaded) {
      const [products, clients, lines] = Object.values(loaded).map(count => count.toLocaleString('en'))
      say(
        `created a bike retailer's database: ${products} products, ${clients} clients, ${lines} order lines`,
      )
    }
    let followed = source.reveal()
    if (isDouble) {
      await prepareDoubleSource(home, settings.STORE_URL ?? postgres.url('cordage'), DATABASE)
      const double = await serveShopAsSqlServer(source)
      closeDouble = double.close
      followed = double.url
      say('a double of SQL Server holds the same, and is followed by its change data capture')
    }
    writeFileSync(join(home, 'secrets', `${DATABASE}.url`), followed, { mode: 0o600 })
  }
  say(`starting in ${home}`)
  const stack = await startLocalStack({
    settings: isDouble ? { ...settings, SOURCES: join(home, 'sources') } : settings,
    log,
    onPostgres: makeSource,
  })
  writeFileSync(
    join(home, 'demo.json'),
    JSON.stringify(
      {
        gateway: stack.gateway,
        source: source.reveal(),
        store: stack.settings.STORE_URL.reveal(),
        lake: lakeFolder(stack.settings),
      },
      null,
      2,
    ),
    { mode: 0o600 },
  )
  say(`${stack.hosts.size} functions are at ${stack.gateway}`)

  const abort = new AbortController()
  const stop = async () => {
    say('stopping')
    abort.abort()
    await closeDouble?.()
    await stack.stop()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().catch(exitWith))
  const { signal } = abort
  const rate = settings.DEMO_RATE ?? 0
  if (shop) void keepRunning('the shop', () => runShop({ url: source, clock, days, signal, ...shop }), signal)
  if (rate > 0)
    void keepRunning(
      'the simulator',
      () => runSimulator({ url: source, rate, seed: Date.now(), signal }),
      signal,
    )
  // Some hundred megabytes, which no first answer waits for.
  let packages: Promise<void> | undefined
  const installPackages = () => {
    packages ??= ensureGroup('learning', { stdio: 'ignore', signal })
    packages.catch(() => {})
    return packages
  }
  // Interrupted in the middle of an answer by Ctrl-C, which is no failure. Any other error leaves everything running.
  const sayFailure = (error: unknown) => {
    if (!signal.aborted) say(`an answer could not be shown: ${describeError(error)}`)
  }
  await showAnswers({ stack, source, say, signal, onFirstAnswer: installPackages }).catch(sayFailure)
  if (!signal.aborted)
    say(
      `the page is at ${stack.gateway}/, the API document at ${stack.gateway}/openapi.json; Ctrl-C stops it all`,
    )
  if (!signal.aborted) await showForecast({ stack, say, signal }, installPackages()).catch(sayFailure)
  if (!signal.aborted) await showPropositions({ stack, say, signal }).catch(sayFailure)
} catch (error) {
  exitWith(error)
}

/** A given day or rate of changes is for measuring: then the data are as published. */
function isLiving({ DEMO_SHOP, DEMO_TODAY, DEMO_RATE }: Settings): boolean {
  return (
    DEMO_SHOP === 'living' || (DEMO_SHOP === undefined && DEMO_TODAY === undefined && DEMO_RATE === undefined)
  )
}

/** Keeps it running until it is aborted: after a failure, as when the server restarts, it starts again. */
async function keepRunning(name: string, run: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await run().catch(error => {
      if (!signal.aborted) say(`${name} failed: ${describeError(error)}`)
    })
    await sleep(1000)
  }
}
