import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { ConfigError, describeError } from '../errors/index.ts'

/** What a file says at this moment. `value` is the same object until the file says something else. */
export type Kept<Value> = { value: Value; warnings: string[] }

/** The file is looked at once in so long at most. */
const LOOK_MS = 1000
/** A file that changes twice within its clock's step looks the same after the second: a young one is read again. */
const YOUNG_MS = 2000

type Log = Record<'warn' | 'info', (fields: object, message: string) => void>

/** @throws ConfigError where the file cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`${file} cannot be read`, { cause })
  }
}

/**
 * Follows a file that somebody edits. One that becomes invalid, or is gone, leaves what it said before; that is logged once
 * and is in `warnings` until it is mended.
 * @param options `what` it has, in the plural, for messages; `parse` throws what is wrong with a text; `absent` stands until
 *   there is a file, if there may be none
 * @throws ConfigError where the file cannot be used at the start, since there is nothing from before
 */
export function keepFile<Value>(
  file: string,
  options: { what: string; parse(text: string): Value; absent?: Value },
  log: Log,
): () => Kept<Value> {
  const { what, parse } = options
  let stamp = ''
  let lookedAt = Date.now()
  let text: string | undefined
  let current: Kept<Value>
  let problem: string | undefined
  if (options.absent !== undefined && !isThere(file)) current = { value: options.absent, warnings: [] }
  else {
    text = readText(file)
    current = { value: parse(text), warnings: [] }
  }

  const readAgain = () => {
    if (text === undefined && !isThere(file)) return
    const before = stamp
    // If it cannot be looked at now, it is read as soon as it can be.
    stamp = ''
    const { ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(file, { bigint: true })
    const now = [ino, size, mtimeNs, ctimeNs].join()
    if (Date.now() - Number(ctimeMs) >= YOUNG_MS) stamp = now
    if (now === before) return
    const found = readText(file)
    if (found === text && problem === undefined) return
    const value = found === text ? current.value : parse(found)
    text = found
    current = { value, warnings: [] }
    if (problem !== undefined) log.info({ file }, `the ${what} can be read again`)
    problem = undefined
  }
  const look = () => {
    try {
      readAgain()
    } catch (error) {
      const found = describeError(error)
      if (found === problem) return
      problem = found
      log.warn({ file, problem }, `the ${what} cannot be read: the last good ones are used`)
      const since = new Date().toISOString()
      const named = problem.replaceAll(file, basename(file))
      const until = `since ${since}; until it is mended the ${what.split(' ')[0]} from before apply`
      current = { value: current.value, warnings: [`${named} (${until})`] }
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

const isThere = (file: string) => statSync(file, { throwIfNoEntry: false }) !== undefined
