export { members, type Parameters, parameters } from './model.ts'
export { type Panel, readNewcomers, readToday, writePanel } from './panel.ts'
export {
  announceModel,
  findModel,
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
export { readRows } from './rows-of-job.ts'
