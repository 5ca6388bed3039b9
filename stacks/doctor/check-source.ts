import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { emptyReport, openCapture, type SourceReport } from '../../shared/capture/index.ts'
import { readSourceText } from '../../shared/capture/sources.ts'
import {
  describeProblem,
  lakeType,
  readConnection,
  readSettings,
  readSourceUrl,
  SecretUrl,
  type Source,
  type SourceTable,
} from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { ConfigError, describeError } from '../../shared/errors/index.ts'
import { sayHome } from '../local/home.ts'
import { draftSource, placeProposal } from './propose.ts'
import { tellProblems } from './sources.ts'

/**
 * `npm run check-source -- <system> [url] [--propose]`: all that is wrong with `sources/<system>.yml`, first as text, then
 * against its database, what would be captured, and the lines that are missing. With `--propose` also lines that it may
 * have, and a whole file where there is none. Ends with 1 where capture could not begin.
 */
const say = (line: string) => process.stdout.write(`${line}\n`)

async function check(system: string, url: SecretUrl | undefined, isProposing: boolean): Promise<boolean> {
  const settings = readSettings()
  sayHome(settings)
  const file = join(settings.SOURCES, `${system}.yml`)
  const isEmpty = !existsSync(file) || readFileSync(file, 'utf8').trim() === ''
  if (isEmpty && !isProposing)
    throw new ConfigError(`there is no ${file}: write it (docs/sources.md), or draft it with --propose`)
  if (isEmpty) {
    writeFileSync(file, await draftSource(url ?? readConnection(system, settings.CORDAGE_HOME), system))
    say(`${file} is drafted: its entities, names and treatments are guessed; read it and correct it`)
  }
  const text = readFileSync(file, 'utf8')
  const read = readSourceText(file, text)
  if ('problems' in read) {
    for (const problem of read.problems) say(`FAIL  ${file}: ${describeProblem(problem)}`)
    return false
  }
  const { source } = read
  const report = await inspect(source, url, settings.CORDAGE_HOME)
  for (const table of source.tables) describeTable(source, table, report)
  if (!report) return false
  for (const warning of report.warnings) say(`warn  ${warning}`)
  for (const problem of tellProblems(report)) say(`FAIL  ${problem}`)
  for (const { name, personal } of source.tables) {
    const proposed = report.proposals.get(name)
    if (!proposed || !(personal || isProposing)) continue
    const { place, lines } = placeProposal(text, name, proposed)
    say(`${personal ? 'add ' : 'hint'}  ${file}, ${place}:`)
    for (const line of lines) say(line)
  }
  const isWell = report.problems.length === 0
  if (isWell) say(`ok    ${file}: ${source.tables.length} tables can be captured`)
  return isWell
}

async function inspect(
  source: Source,
  url: SecretUrl | undefined,
  home: string,
): Promise<SourceReport | undefined> {
  const capture = await openCapture(source)
  if (!capture) {
    say(`note  its changes come by ${source.capture}: its database is not checked`)
    return emptyReport()
  }
  try {
    return await capture.check(url ?? readSourceUrl(source, home), source)
  } catch (error) {
    say(`FAIL  its database was not checked: ${describeError(error)}`)
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
  const { values, positionals } = parseArgs({
    options: { propose: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [system, url] = positionals
  if (system === undefined) throw new ConfigError('usage: npm run check-source -- <system> [url] [--propose]')
  process.exit((await check(system, url ? new SecretUrl(url) : undefined, values.propose)) ? 0 : 1)
} catch (error) {
  exitWith(error)
}
