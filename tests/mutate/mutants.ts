import { stripTypeScriptTypes } from 'node:module'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { makeRandom } from '../../stacks/demo/random.ts'

/** One change to one place of a source file. */
export type Mutant = {
  file: string
  line: number
  /** Offsets of what is replaced. */
  start: number
  end: number
  original: string
  replacement: string
}

type Point = { line: number; column: number }
type SyntaxPath = { listKey?: string; parent?: { callee?: Callee } }
type Callee = { name?: string; property?: { name?: string } }

const no = () => false
const silent = {
  isTraceEnabled: no,
  isDebugEnabled: no,
  isInfoEnabled: no,
  isWarnEnabled: no,
  isErrorEnabled: no,
  isFatalEnabled: no,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
}

/** Calls whose arguments are words for people: an error's, a log line's, a metric's, a field's description. */
const WORDS = /^(\w*Error|debug|info|warn|error|fatal|describe|meta|write|Counter|Gauge|Histogram)$/

const wordsIgnorer = {
  shouldIgnore({ listKey, parent }: SyntaxPath): string | undefined {
    const name = parent?.callee?.name ?? parent?.callee?.property?.name ?? ''
    return listKey === 'arguments' && WORDS.test(name) ? 'words' : undefined
  },
}

/** StrykerJS's mutants of a source file, without those of texts: most are words, and the rest is SQL. */
export async function findMutants(file: string, source: string): Promise<Mutant[]> {
  const { mutants } = await new Instrumenter(silent).instrument(
    [{ name: file, content: source, mutate: true }],
    { plugins: null, excludedMutations: ['StringLiteral'], ignorers: [wordsIgnorer] },
  )
  return mutants
    .filter(({ status }) => status !== 'Ignored')
    .map(({ location, replacement }) => {
      const [start, end] = [offsetOf(source, location.start), offsetOf(source, location.end)]
      return {
        file,
        line: location.start.line + 1,
        start,
        end,
        original: source.slice(start, end),
        replacement,
      }
    })
    .filter(mutant => isProgram(applyMutant(source, mutant)))
}

function offsetOf(source: string, { line, column }: Point): number {
  let start = 0
  for (let passed = 0; passed < line; passed += 1) start = source.indexOf('\n', start) + 1
  return start + column
}

export function applyMutant(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end)
}

function isProgram(source: string): boolean {
  try {
    stripTypeScriptTypes(source)
    return true
  } catch {
    return false
  }
}

/** So many of all, the same for the same seed; in the order of the source. */
export function drawSample<T>(all: T[], count: number, seed: number): T[] {
  const random = makeRandom(seed)
  return all
    .map((one, i) => ({ one, i, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .sort((a, b) => a.i - b.i)
    .map(({ one }) => one)
}
