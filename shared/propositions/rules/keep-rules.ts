import { keepFile } from '../../config/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { parseRules } from './read-rules.ts'
import { DEFAULT_RULES, type Rules } from './schema.ts'

/** The rules at this moment. `rules` is the same object until the file has others. */
export type CurrentRules = { rules: Rules; warnings: string[] }

/**
 * Follows the file that PROPOSITION_RULES names. One that becomes invalid, or is gone, leaves the last good rules; that is
 * logged once and is in `warnings` until it is mended.
 * @param file none: the defaults, for ever
 * @throws ConfigError where the file cannot be used at the start, since there are no good rules yet
 */
export function keepRules(file: string | undefined, log: Pick<Logger, 'warn' | 'info'>): () => CurrentRules {
  if (file === undefined) return () => ({ rules: DEFAULT_RULES, warnings: [] })
  const parse = (text: string) => parseRules(file, text)
  const kept = keepFile(file, { what: 'rules of propositions', parse }, log)
  return () => {
    const { value, warnings } = kept()
    return { rules: value, warnings }
  }
}
