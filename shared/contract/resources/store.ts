import { ConfigError } from '../../errors/index.ts'
import { openStore, requireSchema } from '../../store/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['store'] = async settings => {
  if (!settings.STORE_URL) throw new ConfigError('STORE_URL is missing')
  const store = openStore(settings.STORE_URL)
  await requireSchema(store)
  return { value: store, close: store.close }
}
export default open
