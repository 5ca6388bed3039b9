import { dirname } from 'node:path'
import { ConfigError } from '../errors/index.ts'
import { findUp } from '../python/index.ts'

const PROJECT = 'dbt/dbt_project.yml'

/** The folder of the dbt project: in a checkout, or in a function's bundle. @throws ConfigError where there is none */
export function findDbtProject(from: string): string {
  const project = findUp(PROJECT, from)
  if (!project)
    throw new ConfigError(`${PROJECT} was found neither next to this function nor in a folder above`)
  return dirname(project)
}
