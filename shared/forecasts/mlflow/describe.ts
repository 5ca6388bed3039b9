import { z } from 'zod'
import { MODEL_NAME, members, parameters, type StoredModel } from '../model.ts'
import { drawBand, drawErrors, type Measures } from './plots.ts'

export type File = { path: string; type: string; body: Buffer<ArrayBuffer> }

/** What a training is known by in MLflow, whoever else logs there: a store's versions start at 1 in each. */
export const MODEL_TAG = 'cordage.model'
export const keyOf = ({ version, trainedAt }: StoredModel) => `${version}@${trainedAt.toISOString()}`
export const nameOf = ({ version }: StoredModel) => `${MODEL_NAME} ${version}`
/** The folder of a run that is registered. */
export const MODEL_FOLDER = 'model'

const measures = z.record(z.string(), z.unknown())
/** What train-forecast says of a model. One that is of an older form is logged without what it lacks. */
const told = z.looseObject({
  models: z.record(z.string(), measures).catch({}),
  segments: z.record(z.string(), measures).catch({}),
  champion: measures.nullable().catch(null),
  backtest: measures.catch({}),
  because: z.string().catch(''),
  trainedBecause: z.string().catch(''),
  seconds: z.number().catch(0),
})
const SERVED = 'served'
/** The trees alone; what is neither this nor what is served is what a shop would use without a model. */
const TREES = 'boosted'

const build = z.looseObject({
  builtAt: z.string().catch(''),
  position: z.string().nullable().catch(null),
  changedAt: z.string().nullable().catch(null),
  versions: z.record(z.string(), z.number()).catch({}),
})

/** How long it was trained. Unit: seconds. */
export const secondsOf = (model: StoredModel) => told.parse(model.metrics).seconds

export function describeParameters({ version, origin, codeVersion, ...model }: StoredModel) {
  const { builtAt, position, changedAt, versions } = build.parse(model.data)
  const { series, days, from } = model.metrics
  const own = parameters.safeParse(model.parameters).data
  const said: Record<string, unknown> = {
    ...{ version, origin, codeVersion, series, days, comparedFrom: from },
    members: Object.keys(members.catch({}).parse(model.members)).join(),
    ...{ horizonDays: own?.horizonDays, volume: own?.volume, features: own?.features.length },
    mixedProducts: own && Object.keys(own.choice).length,
    ...{ builtAt, position, changedAt, deltaVersions: JSON.stringify(versions) },
  }
  const known = Object.entries(said).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(known.map(([key, value]) => [key, String(value)]))
}

export function describeTags(model: StoredModel): Record<string, string> {
  const { trainedBecause, because } = told.parse(model.metrics)
  const { builtAt, position } = build.parse(model.data)
  return {
    ...{ [MODEL_TAG]: keyOf(model), 'mlflow.source.name': 'train-forecast', 'mlflow.source.type': 'JOB' },
    ...{ builtAt, position: position ?? '', trainedBecause, comparison: because },
  }
}

/** Flat: `rmsse` is of what is served, `segment.smooth.rmsse` of a part, `baseline.naive_7.rmsse` and `champion.rmsse` of others. */
export function describeMetrics(model: StoredModel): Record<string, number> {
  const { models, segments, champion, backtest, ...rest } = told.parse(model.metrics)
  const prefixOf = (name: string) =>
    name === SERVED ? '' : name === TREES ? `${name}.` : `baseline.${name}.`
  const groups: [string, Measures][] = [
    ['', rest],
    ...Object.entries(models).map(([name, own]): [string, Measures] => [prefixOf(name), own]),
    ...Object.entries(segments).map(([name, own]): [string, Measures] => [`segment.${name}.`, own]),
    ['champion.', champion ?? {}],
    ['backtest.', backtest],
  ]
  return Object.fromEntries(
    groups.flatMap(([prefix, own]) =>
      Object.entries(own)
        .map(([name, value]) => [`${prefix}${name}`, typeof value === 'boolean' ? Number(value) : value])
        .filter((pair): pair is [string, number] => Number.isFinite(pair[1])),
    ),
  )
}

/** The model as it is scored by, what its back-test showed, what it learnt from, and pictures. */
export function describeFiles(model: StoredModel): File[] {
  const { models, segments, champion } = told.parse(model.metrics)
  const json = (path: string, value: unknown): File => ({
    ...{ path, type: 'application/json', body: Buffer.from(JSON.stringify(value, undefined, 2)) },
  })
  const picture = (path: string, svg: string): File => ({
    ...{ path, type: 'image/svg+xml', body: Buffer.from(svg) },
  })
  return [
    ...Object.entries(members.catch({}).parse(model.members)).map(([name, { onnx }]) => ({
      path: `${MODEL_FOLDER}/${name}.onnx`,
      type: 'application/octet-stream',
      body: Buffer.from(onnx, 'base64'),
    })),
    json(`${MODEL_FOLDER}/parameters.json`, model.parameters),
    json('metrics.json', model.metrics),
    json('data.json', model.data),
    picture('plots/error-by-model.svg', drawErrors({ ...models, ...(champion && { champion }) })),
    picture('plots/band-by-segment.svg', drawBand({ all: models[SERVED] ?? {}, ...segments })),
  ]
}
