import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE } from './coverage.ts'
import type { Mutant } from './mutants.ts'

/** What killed a mutant before: a run after a new test only runs again what that test or the sources may have changed. */
export type Kills = {
  /** The test file that killed it, where neither the sources nor that file have changed. */
  killerOf(mutant: Mutant): string | undefined
  remember(mutant: Mutant, test: string): void
}

export function openKills(folder: string, sources: string[]): Kills {
  const file = join(CACHE, 'kills.json')
  const read = (): Record<string, string> => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})
  const known = read()
  const state = hash(...sources.map(source => readFileSync(join(folder, source), 'utf8')))
  const keyOf = ({ file, start, end, replacement }: Mutant) =>
    hash(state, file, `${start}-${end}`, replacement)
  const stateOf = (test: string) => `${test} ${hash(readFileSync(join(folder, test), 'utf8'))}`
  return {
    killerOf(mutant) {
      const killer = known[keyOf(mutant)]
      const [test = ''] = killer?.split(' ') ?? []
      return test !== '' && existsSync(join(folder, test)) && killer === stateOf(test) ? test : undefined
    },
    remember(mutant, test) {
      mkdirSync(CACHE, { recursive: true })
      writeFileSync(file, JSON.stringify({ ...read(), [keyOf(mutant)]: stateOf(test) }))
    },
  }
}

function hash(...texts: string[]): string {
  const sum = createHash('sha256')
  for (const text of texts) sum.update(text).update('\0')
  return sum.digest('hex').slice(0, 20)
}
