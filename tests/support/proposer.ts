import { saveModel } from '../../shared/propositions/index.ts'
import type { Store } from '../../shared/store/index.ts'

export const BUILD = {
  ...{ builtAt: '2026-11-27T06:00:00Z', position: '0001-30-00', changedAt: '2026-11-27T05:00:00Z' },
  versions: { 'shop.Sale': 12 },
}
export const PARAMETERS = {
  weights: { score: 0.25, 'bought*season': -1.5 },
  trendSegments: ['one basket'],
  repeatDays: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`p${n}`, n + 1])),
}
export const METRICS = {
  ...{ from: '2026-10-28', clients: 900, 'coverage@20': 0.4 },
  models: {
    served: { 'recall@20': 0.159, 'ndcg@20': 0.11, 'hit@20': 0.5, coverage: 0.41, seconds: 2 },
    blend: { 'recall@20': 0.157 },
    popularity: { 'recall@20': 0.036, note: 'no number', broken: null },
  },
  segments: { 'one basket': { served: { 'recall@20': 0.05 }, popularity: { 'recall@20': 0.04 } } },
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
