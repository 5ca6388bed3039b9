import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { landEvents } from '../../functions/land/land-changes/land-events.ts'
import { type BusEvent, busEventSchema } from '../../shared/events/index.ts'
import { openTable, tablePath } from '../../shared/lake/index.ts'
import { ParquetFile } from '../../shared/lake/parquet.ts'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import { makeBatches, SOURCE } from './landing-events.ts'

/**
 * Events a second from the JSON of a batch to a committed Delta table, in one process, and where the time goes; beside a
 * Python loop with json and delta-rs over the same events. Large batches are what a backlog comes in, small ones what a
 * table gets once a second.
 */
const RUNS = [
  { perBatch: 5000, events: 200_000 },
  { perBatch: 500, events: 50_000 },
]
const repository = fileURLToPath(new URL('../..', import.meta.url))

const spentMs = { parse: 0, check: 0, rows: 0, encode: 0, write: 0, commit: 0 }
type Step = keyof typeof spentMs

function timed<Arguments extends unknown[], Result>(step: Step, work: (...given: Arguments) => Result) {
  return function (this: unknown, ...given: Arguments): Result {
    const start = performance.now()
    const done = () => {
      spentMs[step] += performance.now() - start
    }
    const result = work.apply(this, given)
    if (result instanceof Promise) return result.finally(done) as Result
    done()
    return result
  }
}

function timedObjects(objects: ObjectStore): ObjectStore {
  const write = timed('write', objects.put)
  const commit = timed('commit', objects.put)
  return {
    ...objects,
    put: (key, body) => (key.includes('/_delta_log/') ? commit : write)(key, body),
    putIfAbsent: timed('commit', objects.putIfAbsent),
  }
}

async function land(folder: string, batches: string[]): Promise<number> {
  const [source] = SOURCE.tables
  if (!source) throw new Error('the source has a table')
  const table = await openTable(
    timedObjects(openObjects(pathToFileURL(folder).href)),
    tablePath('bench', 'Sale'),
  )
  const parse = timed('parse', (text: string) => JSON.parse(text) as unknown)
  const check = timed('check', (events: unknown) => z.array(busEventSchema).parse(events))
  let landed = 0
  for (const batch of batches) {
    const events: BusEvent[] = check(parse(batch))
    const { results } = await landEvents(table, source, events)
    landed += results.filter(({ status }) => status === 'done').length
  }
  return landed
}

const prototype = ParquetFile.prototype
prototype.writeRowGroup = timed('encode', prototype.writeRowGroup)
prototype.finish = timed('encode', prototype.finish)

async function measure(perBatch: number, events: number, folder: string): Promise<void> {
  const batches = makeBatches(events, perBatch)
  await land(join(folder, 'warm-up'), batches.slice(0, 10))
  for (const step of Object.keys(spentMs) as Step[]) spentMs[step] = 0

  const start = performance.now()
  const landed = await land(join(folder, 'measured'), batches)
  const totalMs = performance.now() - start
  if (landed !== events) throw new Error(`${landed} of ${events} events landed`)
  spentMs.rows = totalMs - Object.values(spentMs).reduce((sum, ms) => sum + ms, 0)

  const name = `landing.batch_${perBatch}`
  const perSecond = (events / totalMs) * 1000
  console.log(`${name}.cordage ${Math.round(perSecond)} events/s`)
  for (const [step, ms] of Object.entries(spentMs))
    console.log(`${name}.cordage.${step} ${((ms * 1000) / events).toFixed(2)} us/event`)

  const file = join(folder, 'batches.jsonl')
  await writeFile(file, batches.join('\n'))
  const { stdout } = await promisify(execFile)(join(repository, '.venvs/test/bin/python'), [
    join(repository, 'tests/bench/landing_baseline.py'),
    file,
    join(folder, 'baseline'),
  ])
  const baseline = Number(stdout)
  console.log(`${name}.python_delta_rs ${Math.round(baseline)} events/s`)
  console.log(`${name}.ratio ${(perSecond / baseline).toFixed(2)} times`)
}

console.log(`landing.event_size ${Math.round((makeBatches(5000, 5000)[0]?.length ?? 0) / 5000)} bytes`)
for (const { perBatch, events } of RUNS) {
  const folder = await mkdtemp(join(tmpdir(), 'cordage-landing-'))
  try {
    await measure(perBatch, events, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
