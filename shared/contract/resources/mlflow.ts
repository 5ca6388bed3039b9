import { openMlflow } from '../../mlflow/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['mlflow'] = async ({ MLFLOW_URL }) => ({ value: MLFLOW_URL && openMlflow(MLFLOW_URL) })
export default open
