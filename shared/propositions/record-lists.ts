import { type OwnRow, recordRows } from '../capture/own/record.ts'
import { makeRecorder, type Recorder } from '../capture/own/recorder.ts'
import type { Store } from '../store/index.ts'
import { type Logger, makeCounter } from '../telemetry/index.ts'

/** A list that was shown. */
export type ShownList = {
  /** UUID of the answer, by which its feedback refers to it. */
  propositionsId: string
  at: Date
  clientId: string | undefined
  /** What was known when it was asked for; a basket's products, or the one product, are in `askedProducts`. */
  askedFor: 'client' | 'product' | 'basket' | 'nobody'
  askedProducts: string[]
  /** In the order in which they were shown. */
  productIds: string[]
  experiment: { name: string; group: string } | undefined
  model: { name: string; version: string } | undefined
  tookMs: number
}

/** Clicks on a list follow it: it may wait less than a search. */
const LINGER_MS = 200
/** Of a list, and of a basket. */
const MAX_PRODUCTS = 100

const dropped = makeCounter({
  name: 'cordage_propositions_not_recorded_total',
  help: 'Lists of propositions that were answered and could not be recorded: the store was away or too slow',
})

/** Records lists after their answers, some at a time. A list that is recorded twice is one interaction. */
export function makeListRecorder(store: Store, log: Logger): Recorder<ShownList> {
  const write = (lists: ShownList[]) => recordRows(store.query, 'Proposition', lists.map(toRow))
  return makeRecorder({ what: 'propositions', lingerMs: LINGER_MS, write, dropped, log })
}

const toJson = (productIds: string[]) => JSON.stringify(productIds.slice(0, MAX_PRODUCTS))

function toRow(list: ShownList): OwnRow {
  const { propositionsId, at, clientId, askedFor, askedProducts, productIds, experiment, model } = list
  const id = propositionsId.toLowerCase()
  return {
    row: {
      InteractionID: id,
      OccurredAt: at.toISOString(),
      Action: 'propose',
      PropositionID: id,
      ClientID: clientId ?? null,
      AskedFor: askedFor,
      AskedProducts: askedProducts.length > 0 ? toJson(askedProducts) : null,
      ResultCount: String(productIds.length),
      Shown: toJson(productIds),
      Experiment: experiment?.name ?? null,
      ExperimentGroup: experiment?.group ?? null,
      Model: model?.name ?? null,
      ModelVersion: model?.version ?? null,
      TookMs: String(list.tookMs),
    },
  }
}
