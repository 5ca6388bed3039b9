import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../support/postgres.ts'
import { tmpOf } from './copy.ts'
import { type Outcome, runTest } from './run-test.ts'

/** What a test file runs while nothing is mutated: by source file, from where to where. */
export type Coverage = { test: string; outcome: Outcome; seconds: number; runs: Record<string, Span[]> }
export type Span = [start: number, end: number]

type Range = { startOffset: number; endOffset: number; count: number }
type Script = { url: string; functions: { ranges: Range[] }[] }

/** What is known of an earlier run. */
export const CACHE = join(ROOT, 'node_modules', '.cache', 'mutate')
/** What takes longer is no test to run for each of hundreds of mutants. */
const TIMEOUT_MS = 90_000

/** Measured by V8, once for a state of the sources and of the test file. */
export async function measureCoverage(folder: string, test: string, sources: string[]): Promise<Coverage> {
  const state = createHash('sha256')
  for (const file of [test, ...sources]) state.update(readFileSync(join(folder, file))).update('\0')
  const cached = join(CACHE, `${test.replaceAll('/', '_')}.${state.digest('hex').slice(0, 16)}.json`)
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, 'utf8'))
  const measured = mkdtempSync(join(tmpOf(folder), 'coverage-'))
  const { outcome, seconds } = await runTest(folder, test, TIMEOUT_MS, {
    TMPDIR: tmpOf(folder),
    NODE_V8_COVERAGE: measured,
  })
  const coverage = {
    test,
    outcome,
    seconds,
    runs: readRuns(measured, folder, sources),
  }
  if (outcome !== 'failed') {
    mkdirSync(CACHE, { recursive: true })
    writeFileSync(cached, JSON.stringify(coverage))
  }
  return coverage
}

/** What any of a test's processes ran. */
function readRuns(measured: string, folder: string, sources: string[]): Coverage['runs'] {
  const byUrl = new Map(sources.map(file => [String(pathToFileURL(join(folder, file))), file]))
  const painted = new Map<string, Uint8Array>()
  for (const name of readdirSync(measured)) {
    const { result } = JSON.parse(readFileSync(join(measured, name), 'utf8')) as { result: Script[] }
    for (const { url, functions } of result) {
      const file = byUrl.get(url)
      if (!file) continue
      const ran = paint(functions.flatMap(({ ranges }) => ranges))
      const all = painted.get(file) ?? new Uint8Array(ran.length)
      painted.set(file, all)
      for (const [i, one] of ran.entries()) if (one) all[i] = 1
    }
  }
  return Object.fromEntries([...painted].map(([file, ran]) => [file, spansOf(ran)]))
}

/** Of ranges within ranges the innermost says whether a place was run. */
export function paint(ranges: Range[]): Uint8Array {
  const outerFirst = ranges.toSorted((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset))
  const ran = new Uint8Array(Math.max(0, ...ranges.map(({ endOffset }) => endOffset)))
  for (const { startOffset, endOffset, count } of outerFirst)
    ran.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  return ran
}

export function spansOf(ran: Uint8Array): Span[] {
  const spans: Span[] = []
  for (let at = ran.indexOf(1); at !== -1; ) {
    const end = ran.indexOf(0, at)
    spans.push([at, end === -1 ? ran.length : end])
    at = end === -1 ? -1 : ran.indexOf(1, end)
  }
  return spans
}

/** What a test file runs bundled, of which V8 says nothing: all of the folder may be. */
const RUN_BUNDLED = new Map([['tests/conformance/contract.test.ts', 'shared/contract/']])

/** Tests that run a place, nearest to its file first, of those the quickest first. */
export function testsOf(coverages: Coverage[], file: string, offset: number): Coverage[] {
  return coverages
    .filter(
      ({ test, runs }) =>
        file.startsWith(RUN_BUNDLED.get(test) ?? '/') ||
        runs[file]?.some(([start, end]) => start <= offset && offset < end),
    )
    .sort((a, b) => distance(a.test, file) - distance(b.test, file) || a.seconds - b.seconds)
}

/** 0 for a file's own test, 1 for its folder's, 2 for its room's, 3 for others. */
export function distance(test: string, file: string): number {
  if (test === file.replace(/\.ts$/, '.test.ts')) return 0
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  if (test.startsWith(folder) && !test.slice(folder.length).includes('/')) return 1
  const room = file.split('/').slice(0, 2).join('/')
  return test.startsWith(`${room}/`) ? 2 : 3
}
