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
  /** The order that was learnt, before the trend serves where that is better. */
  parts: ['blend'],
  files,
})

/** Beside influence.bin in MLflow: how to read it without this code. */
const INFLUENCE_FORMAT = `How much each product speaks for each other one: a sparse matrix by rows (CSR), all numbers little-endian.

uint32           n, the number of products: those of products.json, in their order
uint32           m, the number of values
uint32 [n + 1]   where the values of each product begin, and m
uint32 [m]       of each value, the number of the product that is spoken for, from 0
float32 [m]      the values

A product's score for a client is the sum of the values by which the products of this client speak for it.
`

/** Flat: `weights.season` is a weight, `trendSegments` has the segments that the trend serves. What a model lacks is left out. */
function describe({ parameters, products, influence }: StoredModel): Record<string, unknown> {
  return {
    products: z.array(z.unknown()).catch([]).parse(products).length,
    influenceBytes: influence.length,
    ...flatten('', parameters),
  }
}

/** Of longer ones, such as the days between purchases by product, parameters.json has all. */
const MOST_VALUES = 50

/** Single values and short lists of them, by the path to them. */
function flatten(path: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return { [path]: value }
  if (Array.isArray(value)) return value.length <= MOST_VALUES ? { [path]: value.join() } : {}
  const own = Object.entries(value)
  if (own.length > MOST_VALUES) return { [path]: `${own.length} values` }
  return Object.assign({}, ...own.map(([name, inner]) => flatten(path ? `${path}.${name}` : name, inner)))
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
          measure: 'recall@20',
          best: 'most',
          title: 'Recall of twenty on days that the model had not seen: more is better',
        },
      ),
    ),
  ]
}
