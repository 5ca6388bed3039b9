import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Document, isMap, isScalar } from 'yaml'
import { readTriggers, settingsSchema } from '../../shared/config/index.ts'
import { listFunctions, loadFunction, ROOT } from '../project.ts'
import { describeTrigger } from '../reference/pages.ts'
import { makeConnector, makeService } from './knative.ts'
import { type FunctionNeeds, needsOf } from './needs.ts'
import { makeStack } from './openfaas.ts'
import type { Options } from './options.ts'

/** The folder of Knative's manifests. */
export const KNATIVE = 'stacks/knative'

const NOTE = 'Printed from the code by "make manifests"; not to be edited (docs/deploy.md).'
const STACK = 'For faas-cli. The connector is no function: docs/deploy.md says how it runs beside OpenFaaS.'
const CONNECTOR =
  'Follows the sources, and calls the functions that topics, new objects and schedules ask for.'

/** `stack.yml` and `stacks/knative/*.yml` by path, made from the definitions and the triggers. */
export async function makeManifests(options: Options): Promise<Map<string, string>> {
  const { TIMEOUT_MS } = settingsSchema.parse(options.settings)
  const triggers = readTriggers(join(ROOT, 'triggers'))
  const definitions = await Promise.all(listFunctions(ROOT).map(loadFunction))
  const functions = definitions.map(definition => {
    const trigger = triggers.find(trigger => trigger.function === definition.name)
    return needsOf(definition, trigger, TIMEOUT_MS)
  })

  const stack = toDocument(makeStack(functions, options), STACK)
  for (const needs of functions) describeIn(stack, needs)
  const manifests = new Map([
    ['stack.yml', stack],
    [`${KNATIVE}/connector.yml`, toDocument(makeConnector(options), CONNECTOR)],
  ])
  for (const needs of functions)
    manifests.set(
      `${KNATIVE}/${needs.definition.name}.yml`,
      toDocument(makeService(needs, options), describe(needs)),
    )
  return new Map([...manifests].map(([path, document]) => [path, document.toString({ lineWidth: 0 })]))
}

/** @returns the paths that were written */
export async function writeManifests(options: Options): Promise<string[]> {
  const manifests = await makeManifests(options)
  const folder = join(options.into, KNATIVE)
  mkdirSync(folder, { recursive: true })
  // Otherwise a removed function would be deployed again.
  for (const name of readdirSync(folder).filter(name => name.endsWith('.yml'))) rmSync(join(folder, name))
  for (const [path, text] of manifests) writeFileSync(join(options.into, path), text)
  return [...manifests.keys()]
}

function toDocument(object: object, comment: string): Document {
  const document = new Document(object, { aliasDuplicateObjects: false })
  document.commentBefore = ` ${NOTE}\n ${comment}`
  return document
}

/** What a function is and what calls it, for readers of the file. */
function describe({ definition: { summary }, trigger }: FunctionNeeds): string {
  const callers = trigger && describeTrigger(trigger)
  return `${summary}; ${callers ?? 'called over HTTP only'}.`
}

/** Says it above the function in `stack.yml`. */
function describeIn(stack: Document, needs: FunctionNeeds): void {
  const functions = stack.get('functions')
  if (!isMap(functions)) return
  for (const { key } of functions.items)
    if (isScalar(key) && key.value === needs.definition.name) key.commentBefore = ` ${describe(needs)}`
}
