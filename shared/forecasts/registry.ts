import { z } from 'zod'
import {
  drawRanking,
  type File,
  jsonFile,
  MODEL_FOLDER,
  makeModelRegistry,
  pictureFile,
  type Stored,
} from '../registry/index.ts'
import { members, parameters } from './model.ts'
import { drawBand } from './plots.ts'

/** The name that answers and registries call the forecast's model by. */
export const MODEL_NAME = 'demand-forecast'

export type StoredModel = Stored<{ members: unknown; parameters: unknown }>

export const {
  findModel,
  listModels,
  makeChampion,
  saveModel,
  announceModel,
  promoteModel,
  followAlias,
  mirrorTraining,
  mirrorChoice,
} = makeModelRegistry({
  name: MODEL_NAME,
  trainedBy: 'train-forecast',
  table: 'forecast.model',
  content: { members: 'json', parameters: 'json' },
  servedIn: 'forecast.product',
  announcement: 'models/forecast.json',
  describe,
  /** The trees alone. */
  parts: ['boosted'],
  files,
})

function describe({ metrics, ...model }: StoredModel): Record<string, unknown> {
  const { series, days, from } = metrics
  const own = parameters.safeParse(model.parameters).data
  return {
    ...{ series, days, comparedFrom: from },
    members: Object.keys(members.catch({}).parse(model.members)).join(),
    ...{ horizonDays: own?.horizonDays, volume: own?.volume, features: own?.features.length },
    mixedProducts: own && Object.keys(own.choice).length,
  }
}

const measures = z.record(z.string(), z.unknown())
const told = z.looseObject({
  models: z.record(z.string(), measures).catch({}),
  segments: z.record(z.string(), measures).catch({}),
  champion: measures.nullable().catch(null),
})

function files({ metrics, ...model }: StoredModel): File[] {
  const { models, segments, champion } = told.parse(metrics)
  return [
    ...Object.entries(members.catch({}).parse(model.members)).map(([name, { onnx }]) => ({
      path: `${MODEL_FOLDER}/${name}.onnx`,
      type: 'application/octet-stream',
      body: Buffer.from(onnx, 'base64'),
    })),
    jsonFile(`${MODEL_FOLDER}/parameters.json`, model.parameters),
    pictureFile(
      'plots/error-by-model.svg',
      drawRanking(
        { ...models, ...(champion && { champion }) },
        {
          measure: 'rmsse',
          best: 'least',
          title: 'RMSSE on days that the model had not seen: less is better',
        },
      ),
    ),
    pictureFile('plots/band-by-segment.svg', drawBand({ all: models.served ?? {}, ...segments })),
  ]
}
