import { openVault, readMasterKey, type Vault } from '../../privacy/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['privacy'] = async settings => {
  const masterKey = readMasterKey(settings.CORDAGE_HOME)
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
