import { describeProblem, readText, type Settings } from '../../shared/config/index.ts'
import { readRulesText } from '../../shared/propositions/rules/read-rules.ts'
import { type Finding, fail, ok } from './finding.ts'

/** The file of rules that propositions keep to, where one is set. @throws ConfigError where it cannot be read */
export function checkRules({ PROPOSITION_RULES: file }: Settings): Finding[] {
  if (file === undefined) return [ok('rules', 'the defaults, for PROPOSITION_RULES is not set')]
  const read = readRulesText(readText(file))
  if ('problems' in read)
    return read.problems.map(problem => fail('rules', `${file}: ${describeProblem(problem)}`))
  const { pinned, excluded } = read.rules
  return [ok('rules', `${file}, ${pinned.length} pinned, ${excluded.length} excluded`)]
}
