import { createHash } from 'node:crypto'
import type { Experiment } from './schema.ts'

/**
 * The group of a client: the first 48 bits of sha256("<experiment>:<client>") as a part of 1, along the groups in the order of
 * their names. The order of the groups in the file is all the same, and so is any other experiment.
 */
export function groupOf(clientId: string, { name, groups }: Experiment): string {
  const place = createHash('sha256').update(`${name}:${clientId}`).digest().readUIntBE(0, 6) / 2 ** 48
  const names = Object.keys(groups).sort()
  let end = 0
  for (const group of names) {
    end += groups[group] ?? 0
    if (place < end) return group
  }
  // Shares may add up to a little less than 1.
  return names.at(-1) ?? ''
}
