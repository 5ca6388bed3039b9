import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { openTable } from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { listFamily, readPss } from '../support/processes.ts'
import { report } from './report.ts'

/**
 * The demo left alone with 5 changes a second: each minute what it takes, at the end whether that is flat, the first third of
 * the time against the last.
 */
const MINUTES = Number(process.env.MINUTES ?? 30)

type Sample = {
  memoryMb: number
  /** Data files that a table's newest version has; older ones lie there until they are past retention. */
  largestTableFiles: number
  filesOnDisk: number
  lagMs: number
  busRows: number
  lakeMb: number
}

const demo = await startDemo({ env: { DEMO_RATE: '5' } })
const store = new pg.Client({ connectionString: demo.store })
try {
  await store.connect()
  await waitUntilCaughtUp(demo, 100)
  await waitFor('the first forecast', async () => demo.printed().includes('forecast: '), 240_000)
  const samples: Sample[] = []
  const startedAt = Date.now()
  for (let minute = 1; minute <= MINUTES; minute++) {
    await sleep(Math.max(0, startedAt + minute * 60_000 - Date.now()))
    const sample = await take()
    samples.push(sample)
    process.stdout.write(
      `# minute ${minute}: ${Object.entries(sample)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}\n`,
    )
  }
  const third = Math.max(1, Math.floor(samples.length / 3))
  const mean = (part: Sample[], name: keyof Sample) =>
    part.reduce((sum, sample) => sum + sample[name], 0) / part.length
  const growth = (name: keyof Sample) =>
    mean(samples.slice(-third), name) - mean(samples.slice(0, third), name)
  report('soak_minutes', MINUTES, 'min')
  report('soak_memory_last', mean(samples.slice(-third), 'memoryMb'), 'MB', { atMost: 900 })
  report('soak_memory_growth', growth('memoryMb'), 'MB', { atMost: 60 })
  report('soak_table_files_last', mean(samples.slice(-third), 'largestTableFiles'), 'files')
  report('soak_table_files_growth', growth('largestTableFiles'), 'files', { atMost: 50 })
  // Replaced files and old log entries are kept for two hours: on disk it grows until then.
  report('soak_files_on_disk_growth', growth('filesOnDisk'), 'files')
  report('soak_lag_last', mean(samples.slice(-third), 'lagMs') / 1000, 's', { atMost: 10 })
  report('soak_lag_growth', growth('lagMs') / 1000, 's', { atMost: 3 })
  // The bus keeps seven days: its rows grow until then, by what the simulator does.
  report('soak_bus_rows_growth', growth('busRows'), 'rows')
  report('soak_lake_growth', growth('lakeMb'), 'MB')
} finally {
  await store.end().catch(() => {})
  await demo.stop()
}

async function take(): Promise<Sample> {
  // A build of the warehouse runs for some seconds in a process of its own, which is no part of the stack at rest.
  const family = listFamily(demo.process.pid ?? 0).filter(({ command }) => !command.includes('python'))
  const tables = readdirSync(join(demo.lake, 'cdc_adventureworks')).map(name =>
    join(demo.lake, 'cdc_adventureworks', name),
  )
  const filesOf = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
  const files = tables.flatMap(filesOf)
  const objects = openObjects(pathToFileURL(join(demo.lake, '..')).href)
  const live = await Promise.all(
    tables.map(folder => openTable(objects, `lake/cdc_adventureworks/${basename(folder)}`)),
  )
  const { tables: status } = await demo.call<{ tables: { lagMs: number | null }[] }>('show-status')
  const { rows } = await store.query<{ rows: string }>('select count(*) as rows from bus.event')
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  return {
    memoryMb: Math.round(family.reduce((sum, { pid }) => sum + readPss(pid), 0) / 1e6),
    largestTableFiles: Math.max(...live.map(table => table.snapshot.files.size)),
    filesOnDisk: files.length,
    lagMs: Math.max(...status.map(({ lagMs }) => lagMs ?? Number.POSITIVE_INFINITY)),
    busRows: Number(rows[0]?.rows),
    lakeMb: Math.round(bytes / 1e6),
  }
}
