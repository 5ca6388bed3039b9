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
import { modelParameters } from './scorers.ts'

/** The name that answers and registries call the propositions' model by. */
export const MODEL_NAME = 'product-propositions'

/** `influence` is read with the model only, never in a list: of 50,000 products it has tens of megabytes. */
export type StoredModel = Stored<{ parameters: unknown; products: unknown; influence: Buffer<ArrayBuffer> }>

export const {
  findModel,
  findVersion,
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
  trainedBy: 'train-propositions',
  table: 'propositions.model',
  content: { parameters: 'json', products: 'json', influence: 'bytes' },
  servedIn: 'propositions.list',
  announcement: 'models/propositions.json',
  describe,
  parts: [],
  files,
})

/** Beside influence.bin in MLflow: how to read it without readInfluence. */
const INFLUENCE_FORMAT = `How much each product speaks for each other one: a sparse matrix by rows (CSR), all numbers little-endian.

int32           n, the number of products: those of products.json, in their order
int32           m, the number of values
int32 [n + 1]   where the values of each product begin, and m
int32 [m]       of each value, the number of the product that is spoken for, from 0
float32 [m]     the values

A product's score for a client is the sum of the values by which the products of this client speak for it.
`

/** Each weight by its feature; of a model of another form what is known. */
function describe({ metrics, parameters, products }: StoredModel): Record<string, unknown> {
  const { clients, purchases } = metrics
  const own = modelParameters.safeParse(parameters).data
  const weights = Object.entries(own?.weights ?? {})
  return {
    ...{ clients, purchases, products: z.array(z.unknown()).catch([]).parse(products).length },
    ...{ trendFor: own?.trendFor.join(), trendHalf: own?.trendHalf },
    ...{ repeatedProducts: own && Object.keys(own.repeatDays).length },
    ...Object.fromEntries(weights.map(([name, weight]) => [`weight.${name}`, weight])),
  }
}

const measures = z.record(z.string(), z.unknown())
const told = z.looseObject({
  models: z.record(z.string(), measures).catch({}),
  champion: measures.nullable().catch(null),
})

function files({ metrics, parameters, products, influence }: StoredModel): File[] {
  const { models, champion } = told.parse(metrics)
  return [
    { path: `${MODEL_FOLDER}/influence.bin`, type: 'application/octet-stream', body: influence },
    { path: `${MODEL_FOLDER}/influence.txt`, type: 'text/plain', body: Buffer.from(INFLUENCE_FORMAT) },
    jsonFile(`${MODEL_FOLDER}/parameters.json`, parameters),
    jsonFile(`${MODEL_FOLDER}/products.json`, products),
    pictureFile(
      'plots/recall-by-model.svg',
      drawRanking(
        { ...models, ...(champion && { champion }) },
        {
          measure: 'recall20',
          best: 'most',
          title: 'Recall of twenty on days that the model had not seen: more is better',
        },
      ),
    ),
  ]
}
