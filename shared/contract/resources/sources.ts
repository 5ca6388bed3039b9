import { readSources } from '../../capture/sources.ts'
import type { Openers } from '../resources.ts'

const open: Openers['sources'] = async settings => ({ value: readSources(settings.SOURCES) })
export default open
