import { openBus } from '../../bus/index.ts'
import { ConfigError } from '../../errors/index.ts'
import { openStore } from '../../store/index.ts'
import type { Openers } from '../resources.ts'

const open: Openers['bus'] = async (settings, options) => {
  if (!settings.STORE_URL) throw new ConfigError('STORE_URL is missing')
  const store = openStore(settings.STORE_URL, { ...options, maxConnections: 2 })
  const bus = await openBus(settings.BUS_URL, store).catch(async error => {
    await store.close()
    throw error
  })
  return {
    value: bus,
    async close() {
      await bus.close()
      await store.close()
    },
  }
}
export default open
