import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compact, openTable } from '../../shared/lake/index.ts'
import { eventsOf, ownId, RACE_PATH, SHARED_EVENTS, sharedId } from './lake-racer.ts'
import { keysUnder, LakeReader, repository, type TestLake } from './lake-support.ts'

export function startRacer(lake: TestLake, writer: number, rounds: number): ChildProcess {
  const script = join(repository, 'tests/integration/lake-racer.ts')
  return spawn(process.execPath, [script, lake.url, String(writer), String(rounds), notesOf(lake, writer)], {
    stdio: 'inherit',
  })
}

const notesOf = (lake: TestLake, writer: number) => join(lake.folder, `notes-${writer}`)

/** Rounds that the writer has been told are in the table. */
export async function notedRounds(lake: TestLake, writer: number): Promise<number> {
  const notes = await readFile(notesOf(lake, writer), 'utf8').catch(() => '')
  return notes.split('\n').length - 1
}

/** Lets so many processes land into one table at once. */
export async function race(lake: TestLake, writers: number, rounds: number): Promise<void> {
  const racers = Array.from({ length: writers }, (_, writer) => startRacer(lake, writer, rounds))
  const exits = await Promise.all(racers.map(racer => once(racer, 'exit')))
  assert.deepEqual(exits, Array(writers).fill([0, null]))
}

type Ids = { version: number; deltaRs: string[]; duckdb: string[] }

function readIds(reader: LakeReader, { root, s3 }: TestLake): Promise<Ids> {
  return reader.ask({ command: 'column', path: `${root}/${RACE_PATH}`, column: 'ID', s3 })
}

/** Nothing lost, nothing doubled, by delta-rs' and by DuckDB's account; no file that no commit holds. */
export async function checkRace(
  lake: TestLake,
  writers: number,
  rounds: number,
): Promise<{ commits: number }> {
  const expected = Array.from({ length: rounds }, (_, round) => [
    ...Array.from({ length: SHARED_EVENTS }, (_, n) => sharedId(round, n)),
    ...Array.from({ length: writers }, (_, writer) => ownId(writer, round)),
  ])
    .flat()
    .sort()
  const reader = new LakeReader()
  try {
    const read = await readIds(reader, lake)
    assert.deepEqual(read.deltaRs.sort(), expected)
    assert.deepEqual(read.duckdb.sort(), expected)
    const { snapshot } = await openTable(lake.objects, RACE_PATH)
    const known = [...snapshot.files.keys(), ...snapshot.tombstones.keys()].map(
      path => `${RACE_PATH}/${path}`,
    )
    assert.deepEqual(await keysUnder(lake.objects, `${RACE_PATH}/year=`), known.sort())
    return { commits: read.version + 1 }
  } finally {
    reader.close()
  }
}

/** Eight processes race for every commit while another compacts what they wrote. */
export async function checkRaceUnderCompaction(lake: TestLake, rounds: number): Promise<void> {
  const racing = race(lake, 8, rounds)
  let merged = 0
  let running = true
  const compacting = (async () => {
    while (running) {
      merged += (await compact(await openTable(lake.objects, RACE_PATH))).merged
      await sleep(200)
    }
  })()
  await racing.finally(() => {
    running = false
  })
  await compacting
  assert.ok(merged > 0)
  await checkRace(lake, 8, rounds)
}

/** Five times a writer is killed among its commits, and starts again from the events' beginning. */
export async function checkKilledWriter(lake: TestLake): Promise<void> {
  const reader = new LakeReader()
  try {
    for (let kill = 0; kill < 5; kill++) {
      const before = await notedRounds(lake, 0)
      const racer = startRacer(lake, 0, 1000)
      while ((await notedRounds(lake, 0)) < before + 3) await sleep(2)
      await sleep(kill)
      racer.kill('SIGKILL')
      await once(racer, 'exit')
      const { deltaRs, duckdb } = await readIds(reader, lake)
      assert.deepEqual(deltaRs.sort(), duckdb.sort())
      assert.equal(new Set(deltaRs).size, deltaRs.length, 'nothing is doubled')
    }
    const { snapshot } = await openTable(lake.objects, RACE_PATH)
    const landed = Number(snapshot.transaction('land/race/cdc.race.Race/1')) + 1
    const sent = Array.from({ length: landed }, (_, round) => eventsOf(0, round)).flat()
    const ids = new Set(sent.map(event => (event.data as { after: { ID: string } }).after.ID))
    const { deltaRs } = await readIds(reader, lake)
    assert.deepEqual(deltaRs.sort(), [...ids].sort())
  } finally {
    reader.close()
  }
}
