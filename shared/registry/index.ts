export { drawBars, drawRanking, type Measures, numberOf } from './chart.ts'
export {
  type Family,
  type File,
  jsonFile,
  type Metrics,
  MODEL_FOLDER,
  type Model,
  pictureFile,
  ROLES,
  type Role,
  type Stored,
  type Trained,
} from './family.ts'
export type { Mirror } from './mlflow/mirror.ts'
export { promotion, promotionInput } from './promote.ts'
export { type ModelRegistry, makeModelRegistry } from './registry.ts'
export { runTraining } from './training.ts'
