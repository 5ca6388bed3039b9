import { describeError } from '../../shared/errors/index.ts'

/** How a check ended: `warn` can be lived with, `FAIL` cannot. */
export type Level = 'ok' | 'warn' | 'FAIL'

/** One line of doctor's: what was looked at, what was found, and what to do about it. */
export type Finding = { check: string; level: Level; says: string }

export const ok = (check: string, says: string): Finding => ({ check, level: 'ok', says })
export const warn = (check: string, says: string): Finding => ({ check, level: 'warn', says })
export const fail = (check: string, says: string): Finding => ({ check, level: 'FAIL', says })

/** Runs a check; one that breaks off has failed. */
export async function attempt(check: string, work: () => Promise<Finding[]> | Finding[]): Promise<Finding[]> {
  try {
    return await work()
  } catch (error) {
    return [fail(check, describeError(error))]
  }
}

export function toLine({ check, level, says }: Finding): string {
  return `${level.padEnd(5)} ${check.padEnd(14)} ${says.replaceAll('\n', ' ')}`
}
