import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { readConnection, type SecretUrl } from './settings.ts'
import { parseSource } from './source.ts'
import type { Source, SourceKinds, SourceTable } from './source-schema.ts'

/** The files of a folder that describe sources. @throws ConfigError where the folder cannot be read */
export function listSourceFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => /\.ya?ml$/.test(name))
      .sort()
      .map(name => join(folder, name))
  } catch (cause) {
    throw new ConfigError(`sources folder ${folder} cannot be read`, { cause })
  }
}

/**
 * All source files of a folder.
 * @throws ConfigError with everything that is wrong in any of them, and where two systems would clash
 */
export function readSources(folder: string, kinds: SourceKinds): Source[] {
  const sources: Source[] = []
  const problems: string[] = []
  for (const file of listSourceFiles(folder))
    try {
      sources.push(parseSource(file, readFileSync(file, 'utf8'), kinds))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(error.message)
    }
  problems.push(...findClashes(sources))
  if (problems.length > 0) throw new ConfigError(problems.join('; '))
  return sources
}

/** Where source files do not fit each other: systems of one slot, and ids that would be the same. */
export function findClashes(sources: Source[]): string[] {
  return sources.flatMap((one, i) =>
    sources.slice(0, i).flatMap(other => {
      const found: string[] = []
      if (foldSystem(one.system) === foldSystem(other.system))
        found.push(
          `${other.file} and ${one.file} are too much alike: their slots and topics would have one name; rename one`,
        )
      const prefix = (source: Source, table: SourceTable) => source.idPrefix + table.idPrefix
      const shared = one.tables.find(table =>
        other.tables.some(
          theirs => theirs.entity === table.entity && prefix(other, theirs) === prefix(one, table),
        ),
      )
      if (shared)
        found.push(
          `${other.file} and ${one.file} both have ${shared.entity} ids with the prefix "${prefix(one, shared)}": give one an idPrefix of its own`,
        )
      return found
    }),
  )
}

const foldSystem = (system: string) => system.toLowerCase().replaceAll('-', '_')

/** The connection that a source file names (readConnection). @throws ConfigError where its kind of capture has none */
export function readSourceUrl({ file, capture, connection }: Source, home: string): SecretUrl {
  if (connection === undefined)
    throw new ConfigError(`${file}: a source with capture: ${capture} has no connection`)
  return readConnection(connection, home)
}
