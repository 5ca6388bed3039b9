import { readFileSync } from 'node:fs'
import { openCapture, type SourceReport } from '../../shared/capture/index.ts'
import { findOwnName, readSourceText } from '../../shared/capture/sources.ts'
import {
  describeProblem,
  findClashes,
  listSourceFiles,
  readSourceUrl,
  type Settings,
  type Source,
} from '../../shared/config/index.ts'
import { attempt, type Finding, fail, ok, warn } from './finding.ts'

/** Every source file, as text and against its database. @param withDatabases whether these are there yet */
export async function checkSources(settings: Settings, withDatabases: boolean): Promise<Finding[]> {
  const read = listSourceFiles(settings.SOURCES).map(file => ({
    file,
    result: readSourceText(file, readFileSync(file, 'utf8')),
  }))
  if (read.length === 0)
    return [
      warn(
        'sources',
        `there is no file in ${settings.SOURCES}: describe an operational system there (docs/sources.md)`,
      ),
    ]
  const problems = read.flatMap(({ file, result }) =>
    'problems' in result
      ? result.problems.map(problem => fail('sources', `${file}: ${describeProblem(problem)}`))
      : [],
  )
  // Those that can be read are looked at all the same: one file's problems do not hide another's.
  const sources = read.flatMap(({ result }) => ('source' in result ? [result.source] : []))
  const clashes = [...findOwnName(sources), ...findClashes(sources)].map(clash => fail('sources', clash))
  const found = sources.map(source =>
    withDatabases
      ? attempt(source.system, () => checkDatabase(source, settings))
      : [ok(source.system, `${source.tables.length} tables; its database comes with the demo`)],
  )
  return [...problems, ...clashes, ...(await Promise.all(found)).flat()]
}

/** What keeps capture from beginning; first, and marked, what makes statements of the source's own application fail. */
export function tellProblems({ problems, hazards }: SourceReport): string[] {
  const others = problems.filter(problem => !hazards.includes(problem))
  return [...hazards.map(hazard => `harms the source: ${hazard}`), ...others]
}

async function checkDatabase(source: Source, settings: Settings): Promise<Finding[]> {
  const capture = await openCapture(source)
  if (!capture)
    return [ok(source.system, `${source.tables.length} tables, whose changes come by ${source.capture}`)]
  const url = readSourceUrl(source, settings.CORDAGE_HOME)
  const report = await capture.check(url, source)
  const { problems, warnings } = report
  const findings = [
    ...tellProblems(report).map(problem => fail(source.system, `${source.file}: ${problem}`)),
    ...warnings.map(warning => warn(source.system, warning)),
  ]
  return problems.length > 0
    ? findings
    : [ok(source.system, `${url}, ${source.tables.length} tables can be captured`), ...findings]
}
