import { ConfigError } from '../../errors/index.ts'
import { makePrivacy, openMasterKey } from '../../privacy/index.ts'
import { openStore } from '../../store/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['privacy'] = async (settings, options) => {
  if (!settings.STORE_URL) throw new ConfigError('STORE_URL is missing')
  const store = openStore(settings.STORE_URL, { ...options, maxConnections: 1 })
  return { value: makePrivacy(await openMasterKey(settings, store.query).finally(store.close)) }
}
export default open
