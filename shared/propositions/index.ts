export { dropAllGone, forgetClient, readGone } from './clients.ts'
export { readHistory, toRow } from './histories.ts'
export { type Product, readProducts } from './products.ts'
export { chooseModel, findCandidates, makeList, type Serving, scorerOf, TREND, todayOf } from './propose.ts'
export { dropCovered } from './recent.ts'
export { makeListRecorder, type ShownList } from './record-lists.ts'
export {
  announceModel,
  findModel,
  findVersion,
  followAlias,
  listModels,
  MODEL_NAME,
  makeChampion,
  mirrorChoice,
  mirrorTraining,
  promoteModel,
  type StoredModel,
  saveModel,
} from './registry.ts'
export { applyRules, type Propositions } from './rules/apply-rules.ts'
export type { Ask, Proposition } from './rules/draft.ts'
export type { Candidate, ClientFacts, ProductFacts } from './rules/facts.ts'
export { groupOf } from './rules/group-of.ts'
export { type CurrentRules, keepRules } from './rules/keep-rules.ts'
export { parseRules, readRulesText } from './rules/read-rules.ts'
export { DEFAULT_RULES, type Experiment, type Rules, rulesSchema } from './rules/schema.ts'
export {
  keepServed,
  type ModelParameters,
  modelParameters,
  readServed,
  type Served,
  type ServingModel,
  toServing,
} from './scorers.ts'
export { FEATURES } from './scoring/features.ts'
export { type History, toDate, toDay } from './scoring/history.ts'
export { type Scored, type Scorer, scoreBeside, scoreByTrend, scoreClient } from './scoring/scorer.ts'
export {
  type Past,
  readHistories,
  readOrigin,
  readProductSignals,
  readTerritories,
  type StoredProduct,
  toHistory,
  writeInteractions,
  writeProducts,
} from './warehouse.ts'
