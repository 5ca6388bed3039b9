import { llmOf } from '../../llm/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['llm'] = async settings => ({ value: llmOf(settings) })
export default open
