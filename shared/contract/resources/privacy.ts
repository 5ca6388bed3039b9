import { ConfigError } from '../../errors/index.ts'
import { openMasterKey, openVault, type Vault } from '../../privacy/index.ts'
import { openStore } from '../../store/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['privacy'] = async (settings, options) => {
  if (!settings.STORE_URL) throw new ConfigError('STORE_URL is missing')
  const store = openStore(settings.STORE_URL, { ...options, maxConnections: 1 })
  const masterKey = await openMasterKey(settings, store.query).finally(store.close)
  const vaults = new Map<string, Vault>()
  return {
    value: {
      vaultOf(system) {
        const vault = vaults.get(system) ?? openVault(system, masterKey)
        vaults.set(system, vault)
        return vault
      },
    },
  }
}
export default open
