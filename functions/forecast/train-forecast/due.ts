import type { StoredModel } from '../../../shared/forecasts/index.ts'
import { type Drift, describeDrift } from './drift.ts'

/** Days of data after which a model is trained again. */
const EVERY_DAYS = 7
const DAY_MS = 86_400_000

/**
 * @param origin the first day that is not known yet
 * @returns why it is time to train, or undefined
 */
export function whyTrain(
  champion: StoredModel | undefined,
  origin: string,
  drifts: Drift[],
): string | undefined {
  if (!champion) return 'no model serves yet'
  const age = (Date.parse(origin) - Date.parse(champion.origin)) / DAY_MS
  const [drift] = drifts
  if (drift && age > 0) return describeDrift(drift)
  if (age >= EVERY_DAYS) return `the model that serves has not seen the last ${age} days`
  if (age < 0) return 'the data end before what the model that serves has seen'
  return undefined
}
