import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type NewRecord, openBus } from '../../shared/bus/index.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { bundleFunction } from '../../stacks/bundle/bundle.ts'
import { startKafka } from '../../stacks/infra/kafka.ts'
import { listFunctions } from '../../stacks/project.ts'
import { ROOT, startTestPostgres } from '../support/postgres.ts'
import { readPss } from '../support/processes.ts'
import { makeEvent, SOURCE_TEXT } from './landing-events.ts'
import { report } from './report.ts'

/**
 * Events a second from a Kafka topic to committed Delta files, as they run for real: a broker, a connector and the
 * function's bundle as processes of their own, batches over HTTP, all on the same cores. Beside it a Python consumer with
 * json and delta-rs over the same topic. And how much memory a backlog takes.
 */
const EVENTS = Number(process.env.EVENTS ?? 1_000_000)
const PER_APPEND = 5000
/** As many as we land ourselves, or a million of them: its first seconds are quicker than those that follow. */
const BASELINE_EVENTS = 1_000_000
const TOPIC = 'cdc.bench.Sale'

const postgres = await startTestPostgres()
const { home } = postgres
const kafka = await startKafka({ home: join(home, 'kafka') })
const children: ChildProcess[] = []
try {
  for (const folder of ['objects/lake', 'sources', 'secrets'])
    mkdirSync(join(home, folder), { recursive: true })
  writeFileSync(join(home, 'sources', 'bench.yml'), SOURCE_TEXT)
  const store = await postgres.createStore('cordage')
  const bus = await openBus(new SecretUrl(kafka.url), store)
  await bus.ensureTopics([{ name: TOPIC, partitions: 4 }])
  for (let n = 0; n < EVENTS; n += PER_APPEND)
    await store.transaction(transaction =>
      bus.append(
        transaction,
        Array.from({ length: PER_APPEND }, (_, i) => toRecord(n + i)),
      ),
    )
  await bus.close()

  const port = await takeFreePort()
  const [folder] = listFunctions(ROOT).filter(({ name }) => name === 'land-changes')
  if (!folder) throw new Error('no land-changes')
  const bundle = await bundleFunction(folder, ROOT, join(home, 'dist'))
  const env = {
    ...process.env,
    CORDAGE_HOME: home,
    STORE_URL: postgres.url('cordage').reveal(),
    BUS_URL: kafka.url,
    OBJECTS_URL: pathToFileURL(join(home, 'objects')).href,
    SOURCES: join(home, 'sources'),
    FUNCTION_URLS: `land-changes=http://127.0.0.1:${port}/`,
    CONNECTOR_DUTIES: 'consume',
    LOG_LEVEL: 'warn',
  }
  const start = (name: string, args: string[], more = {}) => {
    const log = openSync(join(home, 'logs', `${name}.log`), 'a')
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...env, ...more },
      stdio: ['ignore', log, log],
    })
    children.push(child)
    return child.pid ?? 0
  }
  const pids = {
    function: start('land-changes', [join(bundle, 'index.js')], { PORT: String(port) }),
    connector: start('connector', ['stacks/connector/main.ts']),
  }
  const landed = async () => {
    const [row] = await store.query<{ events: string | null }>(
      'select sum(next_offset) as events from bus.cursor',
    )
    return Number(row?.events ?? 0)
  }
  const most = { function: 0, connector: 0 }
  let first: { events: number; at: number } | undefined
  let now = 0
  let looks = 0
  for (const deadline = Date.now() + 600_000; now < EVENTS && Date.now() < deadline; ) {
    await sleep(200)
    now = await landed()
    if (now > 0) first ??= { events: now, at: performance.now() }
    // To look takes the process some milliseconds, in which it cannot grow: once a second.
    if (looks++ % 5 === 0)
      for (const name of ['function', 'connector'] as const)
        most[name] = Math.max(most[name], readPss(pids[name]))
  }
  if (!first || now < EVENTS) throw new Error(`${now} of ${EVENTS} events landed`)
  const perSecond = ((now - first.events) / (performance.now() - first.at)) * 1000
  for (const child of children.splice(0)) child.kill()

  report('landing_kafka.cordage', perSecond, 'events/s', { atLeast: 40_000 })
  report('landing_kafka.memory.function', most.function / 1e6, 'MB', { atMost: 400 })
  report('landing_kafka.memory.connector', most.connector / 1e6, 'MB', { atMost: 400 })
  const { stdout } = await promisify(execFile)(join(ROOT, '.venvs/test/bin/python'), [
    join(ROOT, 'tests/bench/landing_kafka_baseline.py'),
    kafka.broker,
    TOPIC,
    join(home, 'baseline'),
    String(Math.min(EVENTS, BASELINE_EVENTS)),
  ])
  const baseline = Number(stdout)
  report('landing_kafka.python_delta_rs', baseline, 'events/s')
  report('landing_kafka.ratio', perSecond / baseline, 'times', { atLeast: 2 })
} finally {
  for (const child of children) child.kill()
  await kafka.stop()
  await postgres.stop()
}

function toRecord(n: number): NewRecord {
  const { type, position, partitionkey, partition, time, data } = makeEvent(n)
  return {
    topic: TOPIC,
    partition,
    type,
    key: partitionkey,
    position,
    changedAt: time,
    value: JSON.stringify(data),
  }
}
