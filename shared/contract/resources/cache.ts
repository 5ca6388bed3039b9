import { openCache } from '../../cache/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['cache'] = async ({ CACHE_URL }) => {
  const { cache, close } = await openCache(CACHE_URL)
  return { value: cache, close }
}
export default open
