import { resolve } from 'node:path'
import { isDebezium, readSources } from '../../shared/capture/index.ts'
import { readSettings, readSourceUrl } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { sayHome } from '../local/home.ts'
import { makeDebeziumConfig } from './config.ts'

/**
 * `npm run debezium -- <system>`: prints the configuration of Debezium's connector for a source, to be put to Kafka
 * Connect: `PUT /connectors/<system>/config`. It holds the source's password.
 */
try {
  const settings = readSettings()
  sayHome(settings)
  const system = process.argv[2]
  const sources = readSources(resolve(settings.SOURCES)).filter(isDebezium)
  const source = sources.find(one => one.system === system)
  if (!source)
    throw new ConfigError(
      `usage: npm run debezium -- <system>, one of those with capture: debezium (${sources.map(one => one.system).join(', ') || 'there is none'})`,
    )
  const config = makeDebeziumConfig(source, readSourceUrl(source, settings.CORDAGE_HOME), settings.BUS_URL)
  process.stdout.write(`${JSON.stringify(config, null, 2)}\n`)
} catch (error) {
  exitWith(error)
}
