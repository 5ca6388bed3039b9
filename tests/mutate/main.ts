import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../support/postgres.ts'
import { makeCopies, tmpOf } from './copy.ts'
import { type Coverage, measureCoverage, testsOf } from './coverage.ts'
import { openKills } from './kills.ts'
import { applyMutant, drawSample, findMutants, type Mutant } from './mutants.ts'
import { findTests, ROOM_NAMES, type Room, sourcesOf } from './rooms.ts'
import { runTest } from './run-test.ts'

/**
 * `make mutate [ONLY=room] [MUTANTS=40] [SEED=1]`: changes the sources of a room at so many places, one at a time, and says
 * which changes no test notices. In copies of the working tree; the tests are those that run the place, nearest first. Ends
 * with 1 where the score is below what is asked.
 */
const ASKED_PERCENT = 85
const WORKERS = 2
/** A survivor's tests run no longer than this; what of them is left is not run, so that the score is a lower bound. */
const BUDGET_SECONDS = Number(process.env.BUDGET ?? 60)
const MUTANTS = Number(process.env.MUTANTS ?? 40)
const SEED = Number(process.env.SEED ?? 1)

type Verdict = { room: Room; mutant: Mutant; killedBy?: string; ran: number; left: number }

const only = process.argv.slice(2)
const rooms = ROOM_NAMES.filter(room => only.length === 0 || only.includes(room))
if (rooms.length === 0) {
  process.stderr.write(`there is no room ${only.join(', ')}; there are: ${ROOM_NAMES.join(', ')}\n`)
  process.exit(2)
}

const { folders, remove } = makeCopies(WORKERS)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
process.once('exit', remove)

printMachine()
const sample = await drawMutants()
const coverages = await measureAll()
const kills = openKills(folders[0] ?? ROOT, ROOM_NAMES.flatMap(sourcesOf))
const verdicts = await inCopies(sample, judge)
printScores()

async function drawMutants(): Promise<{ room: Room; mutant: Mutant }[]> {
  const drawn: { room: Room; mutant: Mutant }[] = []
  for (const room of rooms) {
    const all = (
      await Promise.all(
        sourcesOf(room).map(file => findMutants(file, readFileSync(join(ROOT, file), 'utf8'))),
      )
    ).flat()
    const some = drawSample(all, MUTANTS, SEED)
    say(`# ${room}: ${some.length} of ${all.length} mutants`)
    drawn.push(...some.map(mutant => ({ room, mutant })))
  }
  return drawn
}

async function measureAll(): Promise<Coverage[]> {
  const sources = ROOM_NAMES.flatMap(sourcesOf)
  const all = await inCopies(findTests(), (test, folder) => measureCoverage(folder, test, sources))
  for (const { test, outcome } of all)
    if (outcome !== 'passed') say(`# ${outcome} without a mutant, not used: ${test}`)
  return all.filter(({ outcome }) => outcome === 'passed')
}

async function judge({ room, mutant }: { room: Room; mutant: Mutant }, folder: string): Promise<Verdict> {
  const killer = kills.killerOf(mutant)
  if (killer) return told({ room, mutant, killedBy: killer, ran: 0, left: 0 })
  const source = join(folder, mutant.file)
  const original = readFileSync(source, 'utf8')
  writeFileSync(source, applyMutant(original, mutant))
  try {
    const tests = testsOf(coverages, mutant.file, mutant.start)
    let spent = 0
    for (const [ran, { test, seconds }] of tests.entries()) {
      if (ran > 0 && spent + seconds > BUDGET_SECONDS)
        return told({ room, mutant, ran, left: tests.length - ran })
      const run = await runTest(folder, test, (3 * seconds + 30) * 1000, { TMPDIR: tmpOf(folder) })
      spent += run.seconds
      if (run.outcome === 'passed') continue
      kills.remember(mutant, test)
      return told({ room, mutant, killedBy: test, ran: ran + 1, left: 0 })
    }
    return told({ room, mutant, ran: tests.length, left: 0 })
  } finally {
    writeFileSync(source, original)
  }
}

/** Survivors are printed as they are found: a run takes hours. */
function told(verdict: Verdict): Verdict {
  const { mutant, killedBy, ran, left } = verdict
  if (killedBy) say(`killed ${mutant.file}:${mutant.line} by ${killedBy}`)
  else {
    const tried =
      ran === 0 ? 'no test runs it' : `${ran} test files pass${left > 0 ? `, ${left} not run` : ''}`
    say(
      `SURVIVED ${mutant.file}:${mutant.line} (${tried})\n  - ${brief(mutant.original)}\n  + ${brief(mutant.replacement)}`,
    )
  }
  return verdict
}

function brief(code: string): string {
  const line = code.replace(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 160)} …` : line
}

function printScores(): void {
  const scoreOf = (some: Verdict[]) => {
    const killed = some.filter(({ killedBy }) => killedBy).length
    const percent = (100 * killed) / Math.max(1, some.length)
    return {
      percent,
      text: `${some.length} mutants, ${killed} killed, ${some.length - killed} survived, ${percent.toFixed(1)} %`,
    }
  }
  for (const room of rooms) say(`${room}: ${scoreOf(verdicts.filter(one => one.room === room)).text}`)
  const { percent, text } = scoreOf(verdicts)
  const isShort = percent < ASKED_PERCENT
  say(`in all: ${text}  (at least ${ASKED_PERCENT})${isShort ? '  FALLS SHORT' : ''}`)
  if (isShort) process.exitCode = 1
}

function printMachine(): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain') === '' ? '' : ' with changes'
  say(
    `# ${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, commit ${git('rev-parse', '--short', 'HEAD')}${changed}, ${new Date().toISOString().slice(0, 10)}, SEED=${SEED} MUTANTS=${MUTANTS}`,
  )
}

/** Each of the items in the first copy that is free. @returns in the items' order */
async function inCopies<T, R>(items: T[], work: (item: T, folder: string) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const waiting = [...items.entries()]
  await Promise.all(
    folders.map(async folder => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        results[next[0]] = await work(next[1], folder)
    }),
  )
  return results
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
