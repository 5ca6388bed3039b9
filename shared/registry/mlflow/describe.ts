import { z } from 'zod'
import { type Family, type File, jsonFile, type Stored } from '../family.ts'

/** What a training is known by in MLflow, whoever else logs there: a store's versions start at 1 in each. */
export const MODEL_TAG = 'cordage.model'
export const keyOf = ({ version, trainedAt }: Stored) => `${version}@${trainedAt.toISOString()}`

/** What a training says of its model. One that is of an older form is logged without what it lacks. */
const told = z.looseObject({
  models: z.record(z.string(), z.unknown()).catch({}),
  segments: z.record(z.string(), z.unknown()).catch({}),
  because: z.string().catch(''),
  trainedBecause: z.string().catch(''),
  seconds: z.number().catch(0),
})
const SERVED = 'served'
const CHAMPION = 'champion'

const build = z.looseObject({
  builtAt: z.string().catch(''),
  position: z.string().nullable().catch(null),
  changedAt: z.string().nullable().catch(null),
  versions: z.record(z.string(), z.number()).catch({}),
})

/** How long it was trained. Unit: seconds. */
export const secondsOf = (model: Stored) => told.parse(model.metrics).seconds

export function describeParameters(family: Family, model: Stored): Record<string, string> {
  const { version, origin, codeVersion } = model
  const { builtAt, position, changedAt, versions } = build.parse(model.data)
  const said: Record<string, unknown> = {
    ...{ version, origin, codeVersion, ...family.describe(model) },
    ...{ builtAt, position, changedAt, deltaVersions: JSON.stringify(versions) },
  }
  const known = Object.entries(said).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]))
}

export function describeTags({ trainedBy }: Family, model: Stored): Record<string, string> {
  const { trainedBecause, because } = told.parse(model.metrics)
  const { builtAt, position } = build.parse(model.data)
  return {
    ...{ [MODEL_TAG]: keyOf(model), 'mlflow.source.name': trainedBy, 'mlflow.source.type': 'JOB' },
    ...{ builtAt, position: position ?? '', trainedBecause, comparison: because },
  }
}

/** Flat: `rmsse` is of what is served, `segment.smooth.rmsse` of a part, `baseline.naive_7.rmsse` and `champion.rmsse` of others. */
export function describeMetrics({ parts }: Family, model: Stored): Record<string, number> {
  const { models, segments, ...rest } = told.parse(model.metrics)
  const nameOf = (name: string) =>
    name === SERVED ? '' : [...parts, CHAMPION].includes(name) ? name : `baseline.${name}`
  return Object.fromEntries([
    ...Object.entries(models).flatMap(([name, own]) => flatten(nameOf(name), own)),
    ...Object.entries(segments).flatMap(([name, own]) => flatten(`segment.${name}`, own)),
    ...flatten('', rest),
  ])
}

/** Numbers by the path to them; yes is 1. What is no number is no metric. */
function flatten(path: string, value: unknown): [string, number][] {
  if (typeof value === 'boolean') return [[path, Number(value)]]
  if (typeof value === 'number') return Number.isFinite(value) ? [[path, value]] : []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, own]) => flatten(path ? `${path}.${name}` : name, own))
}

/** The model as it is served by, what its comparison showed, what it learnt from, and pictures. */
export function describeFiles(family: Family, model: Stored): File[] {
  return [...family.files(model), jsonFile('metrics.json', model.metrics), jsonFile('data.json', model.data)]
}
