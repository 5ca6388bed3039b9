import { existsSync } from 'node:fs'
import { describeProblem, readText, type Settings } from '../../shared/config/index.ts'
import { deliveriesFileOf, readDeliveriesText } from '../../shared/reports/deliveries/index.ts'
import { type Finding, fail, ok } from './finding.ts'

/** The file of who gets which report when, where there is one. @throws ConfigError where it cannot be read */
export function checkDeliveries(settings: Settings): Finding[] {
  const { file, isNamed } = deliveriesFileOf(settings)
  if (!isNamed && !existsSync(file)) return [ok('deliveries', `none, for there is no ${file}`)]
  const read = readDeliveriesText(readText(file))
  if ('problems' in read)
    return read.problems.map(problem => fail('deliveries', `${file}: ${describeProblem(problem)}`))
  const recipients = read.deliveries.reduce((sum, each) => sum + each.recipients.length, 0)
  return [ok('deliveries', `${file}, ${read.deliveries.length} to ${recipients} recipients`)]
}
