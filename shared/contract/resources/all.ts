import type { Openers } from '../resources.ts'
import alerts from './alerts.ts'
import bus from './bus.ts'
import cache from './cache.ts'
import llm from './llm.ts'
import mail from './mail.ts'
import mlflow from './mlflow.ts'
import models from './models.ts'
import objects from './objects.ts'
import privacy from './privacy.ts'
import sources from './sources.ts'
import store from './store.ts'
import warehouse from './warehouse.ts'

/** Every resource, for a process that hosts all functions. */
export const openers: Openers = {
  store,
  bus,
  privacy,
  objects,
  sources,
  warehouse,
  models,
  cache,
  alerts,
  mlflow,
  llm,
  mail,
}
