import type { ReadSource, Source } from '../config/index.ts'
import * as config from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { KINDS } from './kinds.ts'
import { OWN_SYSTEM } from './own/kind.ts'
import { makeOwnSource } from './own/source.ts'

/** Source files, of the kinds of capture that there are. */

/**
 * All source files of a folder (shared/config/source-folder.ts), and after them Cordage's own system.
 * @throws ConfigError with everything that is wrong in any
 */
export function readSources(folder: string, kinds = KINDS): Source[] {
  const sources = config.readSources(folder, kinds)
  const problems = findOwnName(sources)
  if (problems.length > 0) throw new ConfigError(problems.join('; '))
  return [...sources, makeOwnSource()]
}

/** A source file that is called as Cordage's own system is. */
export function findOwnName(sources: Source[]): string[] {
  return sources
    .filter(({ system }) => system.toLowerCase() === OWN_SYSTEM)
    .map(({ file }) => `${file}: ${OWN_SYSTEM} is the system of what Cordage itself records: rename the file`)
}

/** One `sources/<system>.yml`. @throws ConfigError that names the file and, of each problem, the line and the field */
export function parseSource(file: string, text: string, kinds = KINDS): Source {
  return config.parseSource(file, text, kinds)
}

/** One `sources/<system>.yml`. @returns the source, or everything that is wrong with the text */
export function readSourceText(file: string, text: string, kinds = KINDS): ReadSource {
  return config.readSourceText(file, text, kinds)
}
