import { readSettings } from '../../shared/config/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import { ROOT } from '../project.ts'
import { checkDeliveries } from './deliveries.ts'
import { attempt, fail, toLine } from './finding.ts'
import {
  checkDisk,
  checkEmbeddedPostgres,
  checkHome,
  checkMemory,
  checkNode,
  checkPort,
  checkPython,
} from './machine.ts'
import { checkRules } from './rules.ts'
import { checkSources } from './sources.ts'
import { checkAccess, checkBus, checkLake, checkObjects, checkStore, checkWarehouse } from './systems.ts'

/**
 * `make doctor`: whether this machine and these settings have what a start needs, one line a check. Ends with 1 where a
 * start would fail. `--demo`: the source's database need not be there, for the demo makes it.
 */
const isDemo = process.argv.includes('--demo')

async function examine() {
  const settings = readSettings()
  const { CORDAGE_HOME: home, STORE_URL } = settings
  const findings = await Promise.all([
    attempt('node', checkNode),
    attempt('python', () => checkPython(ROOT, settings)),
    attempt('memory', checkMemory),
    attempt('disk', () => checkDisk(home)),
    attempt('home', () => checkHome(home)),
    attempt('port', () => checkPort(settings)),
    attempt('access', () => checkAccess(settings)),
    ...(STORE_URL ? [attempt('store', () => checkStore(STORE_URL))] : []),
    ...(STORE_URL && !isDemo ? [] : [attempt('postgres', () => checkEmbeddedPostgres(ROOT))]),
    attempt('bus', () => checkBus(settings)),
    attempt('objects', async () => [
      ...(await checkObjects(settings)),
      ...(await attempt('lake', () => checkLake(settings))),
    ]),
    attempt('warehouse', () => checkWarehouse(settings)),
    attempt('sources', () => checkSources(settings, !isDemo)),
    attempt('rules', () => checkRules(settings)),
    attempt('deliveries', () => checkDeliveries(settings)),
  ])
  return findings.flat()
}

const findings = await examine().catch(error => [fail('settings', describeError(error))])
for (const finding of findings) process.stdout.write(`${toLine(finding)}\n`)
process.exit(findings.some(({ level }) => level === 'FAIL') ? 1 : 0)
