import { ConfigError } from '../../errors/index.ts'
import { openStore, requireSchema } from '../../store/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['store'] = async (settings, options) => {
  if (!settings.STORE_URL) throw new ConfigError('STORE_URL is missing')
  const store = openStore(settings.STORE_URL, options)
  try {
    await requireSchema(store)
  } catch (error) {
    await store.close()
    throw error
  }
  return { value: store, close: store.close }
}
export default open
