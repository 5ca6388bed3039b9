export { announceModel } from './announce.ts'
export { followAlias, mirrorChoice, mirrorTraining } from './mlflow/mirror.ts'
export {
  findModel,
  listModels,
  MODEL_NAME,
  type Model,
  makeChampion,
  members,
  type Parameters,
  parameters,
  ROLES,
  type StoredModel,
} from './model.ts'
export { type Panel, readNewcomers, readToday, writePanel } from './panel.ts'
export { readRows } from './rows-of-job.ts'
