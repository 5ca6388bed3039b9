import { openCapture } from '../../shared/capture/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { readSettings, readSourceUrl } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { sayHome } from '../local/home.ts'

/**
 * `npm run forget -- <system>`: removes from the source what following it has created there, so that it keeps no log for
 * nobody. What was captured stays. Its source file is still needed; remove it afterwards.
 */
try {
  const system = process.argv[2]
  if (!system) throw new ConfigError('usage: npm run forget -- <system>')
  const settings = readSettings()
  sayHome(settings)
  const source = readSources(settings.SOURCES).find(one => one.system === system)
  if (!source) throw new ConfigError(`${settings.SOURCES} has no file of a system ${system}`)
  const capture = await openCapture(source)
  if (!capture)
    throw new ConfigError(`${source.file}: ${source.capture} follows ${system}: remove its connector there`)
  const done = await capture.forget(readSourceUrl(source, settings.CORDAGE_HOME), source)
  process.stdout.write(
    done.length > 0 ? done.map(line => `${line}\n`).join('') : `${system} has nothing from Cordage\n`,
  )
} catch (error) {
  exitWith(error)
}
