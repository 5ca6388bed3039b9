import { saveModel } from '../../shared/propositions/index.ts'
import type { Store } from '../../shared/store/index.ts'

export const BUILD = {
  ...{ builtAt: '2026-11-27T06:00:00Z', position: '0001-30-00', changedAt: '2026-11-27T05:00:00Z' },
  versions: { 'shop.Sale': 12 },
}
export const PARAMETERS = {
  weights: { score: 0.25, 'bought*season': -1.5 },
  trendFor: ['one_basket'],
  trendHalf: 7,
  repeatDays: { '1': 20, '0012': 7.5 },
}
export const METRICS = {
  ...{ clients: 900, purchases: 4000, trainingSeconds: 4.2 },
  models: {
    served: { recall20: 0.159, coverage: 0.41, seconds: 2 },
    trend: { recall20: 0.036, note: 'no number', broken: null },
    champion: { recall20: 0.157 },
  },
  segments: { one: { served: { recall20: 0.05 }, trend: { recall20: 0.06 } } },
  champion: { recall20: 0.157 },
}

/** A model of propositions as training saves it, of two products. */
export async function saveProposer(
  store: Pick<Store, 'transaction'>,
  {
    wins = true,
    influence = Buffer.from([0, 1, 254, 255]),
  }: { wins?: boolean | null; influence?: Buffer<ArrayBuffer> } = {},
) {
  return await store.transaction(({ query }) =>
    saveModel(query, {
      ...{ origin: '2026-11-27', codeVersion: 'abc123', data: BUILD, influence, products: ['1', '0012'] },
      parameters: PARAMETERS,
      metrics: {
        ...METRICS,
        wins,
        because: 'no other model serves',
        trainedBecause: 'it was asked for',
        seconds: 4.5,
      },
    }),
  )
}
