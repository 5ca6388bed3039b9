import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTable } from '../../shared/lake/index.ts'
import { ownId, RACE_PATH, SHARED_EVENTS, sharedId } from './lake-racer.ts'
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
    const request = { command: 'column', path: join(lake.root, RACE_PATH), column: 'ID' }
    const read = await reader.ask<{ version: number; deltaRs: string[]; duckdb: string[] }>(request)
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
