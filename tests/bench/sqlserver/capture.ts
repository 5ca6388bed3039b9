import { sqlServerCapture } from '../../../shared/capture/sqlserver/index.ts'
import { SecretUrl } from '../../../shared/config/index.ts'
import { openStore } from '../../../shared/store/index.ts'
import { followSource } from '../../support/follow-source.ts'
import { readBenchSource } from './source.ts'

/** The capture alone in a process of its own, as the connector runs it: until it is killed. */
const [storeUrl = '', url = ''] = process.argv.slice(2)
const followed = await followSource({
  capture: sqlServerCapture,
  source: readBenchSource(),
  urlOf: () => new SecretUrl(url),
  store: openStore(new SecretUrl(storeUrl), { maxConnections: 4 }),
})
followed.start()
