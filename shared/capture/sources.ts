import type { ReadSource, Source } from '../config/index.ts'
import * as config from '../config/index.ts'
import { KINDS } from './kinds.ts'

/** Source files, of the kinds of capture that there are. */

/** All source files of a folder (shared/config/source-folder.ts). @throws ConfigError with everything that is wrong in any */
export function readSources(folder: string, kinds = KINDS): Source[] {
  return config.readSources(folder, kinds)
}

/** One `sources/<system>.yml`. @throws ConfigError that names the file and, of each problem, the line and the field */
export function parseSource(file: string, text: string, kinds = KINDS): Source {
  return config.parseSource(file, text, kinds)
}

/** One `sources/<system>.yml`. @returns the source, or everything that is wrong with the text */
export function readSourceText(file: string, text: string, kinds = KINDS): ReadSource {
  return config.readSourceText(file, text, kinds)
}
