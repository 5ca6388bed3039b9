import { existsSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { commitOf, makePosition } from '../../../shared/bus/index.ts'
import {
  admit,
  type Capture,
  type CaptureOptions,
  checkLease,
  emptyReport,
  parkRefusals,
  type RawChange,
  saveAdmitted,
} from '../../../shared/capture/index.ts'
import { readPostgresValue } from '../../../shared/capture/values.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { JournalSource } from './keys.ts'

const EPOCH = 1

type Line = { table: string; op: 'c' | 'u' | 'd'; row: Record<string, string | null>; at: string }

export const journalCapture: Capture<JournalSource> = {
  async check(url) {
    const file = fileURLToPath(url.reveal())
    return { ...emptyReport(), problems: existsSync(file) ? [] : [`there is no journal ${file}`] }
  },

  async run(options) {
    const { source, signal } = options
    while (!signal.aborted) {
      await takeLines(options)
      await sleep(source.pollMs, undefined, { signal }).catch(() => {})
    }
  },

  async forget(url) {
    rmSync(fileURLToPath(url.reveal()), { force: true })
    return ['the journal']
  },
}

/** Puts the lines that were not read yet on the bus; how far it has come is the position of the last one. */
async function takeLines(options: CaptureOptions<JournalSource>): Promise<void> {
  const { source, url, store, bus, vault, lease } = options
  const all = readFileSync(fileURLToPath(url.reveal()), 'utf8').split('\n').slice(0, -1)
  const read = await countRead(store.query, source.system)
  if (read === all.length) return
  const changes = all.slice(read).flatMap((line, i) => toChange(source, JSON.parse(line), read + i + 1) ?? [])
  const position = makePosition(EPOCH, BigInt(all.length), 0)
  await store.transaction(async transaction => {
    const { query } = transaction
    await checkLease(query, lease)
    const { records, refusals } = await admit(query, source, vault, changes, readPostgresValue)
    await bus.append(transaction, records)
    await parkRefusals(query, refusals)
    await saveAdmitted(query, source.system, { state: 'streaming', epoch: EPOCH, position })
  })
}

async function countRead(query: Query, system: string): Promise<number> {
  const [known] = await query<{ position: string }>('select position from ingest.capture where system = $1', [
    system,
  ])
  return known ? Number(commitOf(known.position)) : 0
}

function toChange(source: JournalSource, line: Line, number: number): RawChange | undefined {
  const table = source.tables.find(({ called }) => called === line.table)
  if (!table) return undefined
  const row = new Map(Object.entries(line.row))
  const position = makePosition(EPOCH, BigInt(number), 0)
  return {
    table,
    op: line.op,
    ...(line.op === 'd' ? { before: row } : { after: row }),
    position,
    changedAt: line.at,
  }
}
