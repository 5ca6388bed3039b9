import { describeProblem, readYamlText, type TextProblem } from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'
import { toIssues } from '../../vocabulary/index.ts'
import { type Rules, rulesSchema } from './schema.ts'

/** Keys of which a value is a text as it stands there: the product 0012 is not the product 12. */
const TEXT_KEYS = ['productId', 'category', 'subcategory', 'brand', 'territory', 'name']

/** Keys by the place that has them, for whoever misspells one. */
const KEYS: Record<string, string[]> = {
  '': Object.keys(rulesSchema.shape),
  pinned: Object.keys(rulesSchema.shape.pinned.unwrap().element.shape),
  excluded: Object.keys(rulesSchema.shape.excluded.unwrap().element.shape),
  experiment: Object.keys(rulesSchema.shape.experiment.unwrap().shape),
}

/** @returns the rules that a text has, or everything that is wrong with it */
export function readRulesText(text: string): { rules: Rules } | { problems: TextProblem[] } {
  // An editor that is just writing leaves it empty for a moment; that is no wish for the defaults.
  if (text.trim() === '')
    return { problems: [{ path: [], line: 1, says: 'is empty: write {} for the defaults' }] }
  const yaml = readYamlText(text, TEXT_KEYS)
  const parsed = rulesSchema.safeParse(yaml.value ?? {}, { reportInput: true })
  const issues =
    parsed.error?.issues.flatMap(issue => toIssues(issue, KEYS[String(issue.path[0] ?? '')])) ?? []
  if (parsed.success && yaml.problems.length === 0) return { rules: parsed.data }
  const problems = [
    ...yaml.problems,
    ...('value' in yaml ? issues.map(issue => ({ ...issue, line: yaml.lineOf(issue.path) })) : []),
  ]
  return { problems: problems.toSorted((a, b) => a.line - b.line) }
}

/**
 * The rules that a text has.
 * @throws ConfigError that names the file and, of each problem, the line and the field
 */
export function parseRules(file: string, text: string): Rules {
  const read = readRulesText(text)
  if ('rules' in read) return read.rules
  throw new ConfigError(`${file}: ${read.problems.map(describeProblem).join('; ')}`)
}
