import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makePosition } from '../../shared/bus/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import type { Store } from '../../shared/store/index.ts'
import { ROOT } from './postgres.ts'

const run = promisify(execFile)

export type Change = {
  table: string
  op: string
  position: string
  changedAt: string
  row: Record<string, unknown>
}

/** A position: commit, ordinal in it, epoch. */
export const at = (commit: number, ordinal = 0, epoch = 1) => makePosition(epoch, BigInt(commit), ordinal)

/** The lake that raw_lake.py writes under `home`: the demo's data, and changes after it. */
export function makeRawLake(home: string) {
  const lake = join(home, 'objects', 'lake')
  const write = (...args: string[]) =>
    run(join(ROOT, '.venvs/test/bin/python'), [join(ROOT, 'tests/support/raw_lake.py'), lake, ...args])
  return {
    /** The demo's rows, of these tables or of all. */
    writeDemo: (...tables: string[]) => write(...(tables.length > 0 ? ['--tables', tables.join(',')] : [])),
    /** Lands changes, and ends of snapshots. */
    async land(changes: (Change | { table: string; epoch: number })[]): Promise<void> {
      const file = join(home, 'changes.json')
      await mkdir(home, { recursive: true })
      await writeFile(file, JSON.stringify(changes))
      await write('--changes', file)
    },
  }
}

/** What the connector would write down once land-changes has answered for everything up to `position`. */
export async function cover(store: Store, position: string, changedAt: string): Promise<void> {
  await store.transaction(async ({ query }) => {
    await query('delete from bus.cursor')
    await query('delete from bus.partition')
    await query('delete from bus.topic')
    for (const table of readSources(join(ROOT, 'sources'))[0]?.tables ?? []) {
      const [topic] = await query<{ id: number }>(
        `insert into bus.topic (name, partitions, bus_id) values ($1, 1, 'b') returning id`,
        [table.topic],
      )
      await query(
        'insert into bus.partition (topic_id, partition, heartbeat_position, heartbeat_at) values ($1, 0, $2, $3)',
        [topic?.id, position, changedAt],
      )
      await query(`insert into bus.cursor ("group", topic_id, partition) values ('land-changes', $1, 0)`, [
        topic?.id,
      ])
    }
  })
}
