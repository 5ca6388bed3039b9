import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadModels } from '../../models/index.ts'
import type { Openers } from '../resources.ts'

/** In a bundle the model is beside index.js, in a checkout beside the code that loads it. */
const BUNDLED = fileURLToPath(new URL('./models/', import.meta.url))

const open: Openers['models'] = async () => {
  const models = await (existsSync(BUNDLED) ? loadModels(BUNDLED) : loadModels())
  return { value: models, close: models.close }
}
export default open
