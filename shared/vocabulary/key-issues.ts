import type { z } from 'zod'
import { editDistance } from './vocabulary.ts'

const MAX_EDITS = 3

/**
 * What is wrong at a place of a file that somebody wrote, for them to read: a misspelt key gets the one that it is near to.
 * @param known the keys of that place
 */
export function toIssues(
  issue: z.core.$ZodIssue,
  known: string[] = [],
): { path: PropertyKey[]; says: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, says: describeIssue(issue) }]
  return issue.keys.map(key => {
    const near = findNear(known, key)
    const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`
    return { path: [...issue.path, key], says: `unknown key: ${hint}` }
  })
}

function describeIssue({ code, input, message }: z.core.$ZodIssue): string {
  if (input === null) return 'has no value'
  return /^invalid_(type|value)$/.test(String(code)) && input === undefined ? 'is missing' : message
}

/** The key that a misspelt one is nearest to, in any case, with or without underscores and dashes. */
function findNear(keys: string[], given: string): string | undefined {
  const bare = (key: string) => key.toLowerCase().replaceAll(/[^a-z]/g, '')
  const wanted = bare(given)
  const [best] = keys
    .map(key => ({ key, distance: editDistance(bare(key), wanted, MAX_EDITS) }))
    .filter(({ key, distance }) => distance <= Math.min(MAX_EDITS, key.length / 3))
    .sort((a, b) => a.distance - b.distance)
  return best?.key
}
