import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { describeError } from '../../errors/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { parseRules, readText } from './read-rules.ts'
import { DEFAULT_RULES, type Rules } from './schema.ts'

/** The rules at this moment. `rules` is the same object until the file has others. */
export type CurrentRules = { rules: Rules; warnings: string[] }

/** The file is looked at once in so long at most. */
const LOOK_MS = 1000
/** A file that changes twice within its clock's step looks the same after the second: a young one is read again. */
const YOUNG_MS = 2000

/**
 * Follows the file that PROPOSITION_RULES names. One that becomes invalid, or is gone, leaves the last good rules; that is
 * logged once and is in `warnings` until it is mended.
 * @param file none: the defaults, for ever
 * @throws ConfigError where the file cannot be used at the start, since there are no good rules yet
 */
export function keepRules(file: string | undefined, log: Pick<Logger, 'warn' | 'info'>): () => CurrentRules {
  if (file === undefined) return () => ({ rules: DEFAULT_RULES, warnings: [] })
  let stamp = ''
  let lookedAt = Date.now()
  let text = readText(file)
  let current: CurrentRules = { rules: parseRules(file, text), warnings: [] }
  let problem: string | undefined

  const readAgain = () => {
    const before = stamp
    // If it cannot be looked at now, it is read as soon as it can be.
    stamp = ''
    const { ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(file, { bigint: true })
    const now = [ino, size, mtimeNs, ctimeNs].join()
    if (Date.now() - Number(ctimeMs) >= YOUNG_MS) stamp = now
    if (now === before) return
    const found = readText(file)
    if (found === text && problem === undefined) return
    const rules = found === text ? current.rules : parseRules(file, found)
    text = found
    current = { rules, warnings: [] }
    if (problem !== undefined) log.info({ file }, 'the rules of propositions can be read again')
    problem = undefined
  }
  const look = () => {
    try {
      readAgain()
    } catch (error) {
      const found = describeError(error)
      if (found === problem) return
      problem = found
      log.warn({ file, problem }, 'the rules of propositions cannot be read: the last good ones are used')
      const since = new Date().toISOString()
      const named = problem.replaceAll(file, basename(file))
      current = {
        rules: current.rules,
        warnings: [`${named} (since ${since}; until it is mended the rules from before apply)`],
      }
    }
  }
  return () => {
    const now = Date.now()
    // A clock that was set back looks at once, and goes on from there.
    if (now - lookedAt >= LOOK_MS || now < lookedAt) {
      lookedAt = now
      look()
    }
    return current
  }
}
