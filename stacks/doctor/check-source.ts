import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkSource, type SourceReport } from '../../shared/capture/index.ts'
import {
  describeProblem,
  lakeType,
  readConnection,
  readSettings,
  readSourceText,
  SecretUrl,
  type Source,
  type SourceTable,
} from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError, describeError } from '../../shared/errors/index.ts'
import { sayHome } from '../local/home.ts'

/**
 * `npm run check-source -- <system> [url]`: all that is wrong with `sources/<system>.yml`, first as text, then against its
 * database, and what would be captured. Ends with 1 where capture could not begin.
 */
const say = (line: string) => process.stdout.write(`${line}\n`)

async function check(system: string, url: string | undefined): Promise<boolean> {
  const settings = readSettings()
  sayHome(settings)
  const file = join(settings.SOURCES, `${system}.yml`)
  if (!existsSync(file)) throw new ConfigError(`there is no ${file}`)
  const read = readSourceText(file, readFileSync(file, 'utf8'))
  if ('problems' in read) {
    for (const problem of read.problems) say(`FAIL  ${file}: ${describeProblem(problem)}`)
    return false
  }
  const { source } = read
  const report = await inspect(source, url ? new SecretUrl(url) : undefined, settings.CORDAGE_HOME)
  for (const table of source.tables) describeTable(source, table, report)
  for (const warning of report?.warnings ?? []) say(`warn  ${warning}`)
  for (const problem of report?.problems ?? []) say(`FAIL  ${problem}`)
  if (report?.problems.length === 0) say(`ok    ${file}: ${source.tables.length} tables can be captured`)
  return report?.problems.length === 0
}

async function inspect(
  source: Source,
  url: SecretUrl | undefined,
  home: string,
): Promise<SourceReport | undefined> {
  try {
    return await checkSource(url ?? readConnection(source.connection, home), source)
  } catch (error) {
    say(`FAIL  its database was not looked at: ${describeError(error)}`)
    return undefined
  }
}

/** A table as it would be captured: column, type in the lake, our name, treatment. */
function describeTable(source: Source, table: SourceTable, report: SourceReport | undefined): void {
  const personal = table.personal ? `, personal data of ${table.client}` : ''
  say(
    `${source.namespace}.${table.name} -> ${table.topic} (${table.entity}, key ${table.key.join(' + ')}, ${table.partitions} partitions${personal})`,
  )
  const width = Math.max(...Object.keys(table.columns).map(name => name.length))
  for (const [name, column] of Object.entries(table.columns)) {
    const type = lakeType(column)
    const stored =
      type === undefined
        ? '-'
        : type.kind === 'decimal'
          ? `decimal(${type.precision},${type.scale})`
          : type.kind
    const treatment =
      column.policy === 'hash' && column.joinable ? 'hash, joinable' : (column.policy ?? 'keep')
    say(
      `    ${name.padEnd(width)}  ${stored.padEnd(14)} ${(type === undefined ? '-' : (column.as ?? '-')).padEnd(20)} ${treatment}`,
    )
  }
  const left = report?.notCaptured.get(table.name)
  if (left) say(`    not captured: ${left.join(', ')}`)
}

try {
  const [system, url] = process.argv.slice(2)
  if (system === undefined) throw new ConfigError('usage: npm run check-source -- <system> [url]')
  process.exit((await check(system, url)) ? 0 : 1)
} catch (error) {
  exitWith(error)
}
