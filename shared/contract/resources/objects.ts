import { ConfigError } from '../../errors/index.ts'
import { openObjects } from '../../objects/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['objects'] = async settings => {
  if (!settings.OBJECTS_URL) throw new ConfigError('OBJECTS_URL is missing')
  return { value: openObjects(settings.OBJECTS_URL.reveal()) }
}
export default open
