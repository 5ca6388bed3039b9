import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { OWN_SYSTEM } from '../../../shared/capture/own/kind.ts'
import type { SystemVars } from '../../../shared/warehouse/index.ts'

/** Tables land within seconds, and a build comes each quarter of an hour: an hour is worth a look, a day is a failure. */
const FRESHNESS = {
  warn_after: { count: 1, period: 'hour' },
  error_after: { count: 1, period: 'day' },
}

/**
 * The dbt variable `systems`: as it is declared, and as a build has pinned it. dbt parses the project with the first,
 * which is the same from build to build: with other variables than last time it would parse everything again.
 */
export type ProjectSystems = { declared: Record<string, SystemVars>; pinned: Record<string, SystemVars> }

/** Writes `sources/sources.yml`, in which lineage begins, and `systems.json`, with which dbt is run by hand. */
export async function writeProjectState(folder: string, systems: ProjectSystems): Promise<void> {
  await mkdir(join(folder, 'sources'), { recursive: true })
  await writeFile(join(folder, 'sources', 'sources.yml'), describeSources(systems.declared))
  await writeFile(join(folder, 'systems.json'), JSON.stringify(systems))
}

/** dbt's description of the raw tables. Their names are those of their folders, which need no quotes anywhere. */
export function describeSources(systems: Record<string, SystemVars>): string {
  const sources = Object.entries(systems).map(([system, { tables }]) => ({
    name: system,
    description: `The tables of ${system}: each change of them, as the lake has it.`,
    schema: `cdc_${system}`,
    // Nobody has to search.
    ...(system !== OWN_SYSTEM && {
      config: { freshness: FRESHNESS, loaded_at_query: '{{ covered_at(source_node) }}' },
    }),
    tables: Object.entries(tables).map(([name, { folder, entity }]) => ({
      name: folder,
      identifier: folder.toLowerCase(),
      description: `${asText(name)}, of the entity ${entity}.`,
    })),
  }))
  return stringify({ sources })
}

/** A name as it is, where dbt looks for templates. */
const asText = (name: string) => name.replaceAll('{', "{{ '{' }}")
