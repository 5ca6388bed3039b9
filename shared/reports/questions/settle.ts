import { CannotKnow, type Reason } from './reading.ts'
import type { Item } from './scan.ts'
import type { Role } from './words/index.ts'

/** Roles of words that no metric answers. */
const REFUSED: Partial<Record<Role, Reason>> = {
  cause: 'cause',
  future: 'future',
  advice: 'advice',
  person: 'person',
  limit: 'threshold',
}

export const hasRole = (item: Item | undefined, role: Role): boolean =>
  item?.kind === 'role' && item.roles.includes(role)

export const isDimension = (item: Item | undefined) =>
  item?.kind === 'term' && item.meaning.dimension !== null
export const isMetric = (item: Item | undefined) => item?.kind === 'term' && item.meaning.metrics.length > 0
export const isValue = (item: Item | undefined) => item?.kind === 'term' && item.meaning.values.length > 0

/** Which of its roles a word has where it stands; a word that may say nothing says something only there. */
function settleRoles(roles: Role[], before: Item | undefined, after: Item | undefined): Role[] {
  const isTime = after?.kind === 'period' || after?.kind === 'base'
  const isSplit = isDimension(after) || after?.kind === 'unit'
  const isIgnored = roles.includes('ignored')
  return roles.filter(role => {
    if (role === 'compared' && isIgnored) return isTime
    if (role === 'which') return isSplit || (!isIgnored && !roles.includes('per'))
    if (role === 'person' && isIgnored) return !isMetric(before) && !isDimension(before)
    if (role === 'growth' && roles.includes('trend')) return isTime
    return true
  })
}

/**
 * What is said, without the words that say nothing.
 * @throws CannotKnow for a word that nothing is called by, and for what no metric answers
 */
export function settle(items: Item[]): Item[] {
  const unknown = items.find(({ kind }) => kind === 'unknown')
  const settled = items.flatMap((item, i): Item[] => {
    if (item.kind !== 'role') return [item]
    const after = items.slice(i + 1).find(each => !onlyIgnored(each))
    const before = items.slice(0, i).findLast(each => !onlyIgnored(each))
    const roles = settleRoles(item.roles, before, after)
    const meant = roles.length > 1 ? roles.filter(role => role !== 'ignored') : roles
    return meant.length === 0 || meant[0] === 'ignored' ? [] : [{ ...item, roles: meant }]
  })
  for (const item of settled)
    for (const [role, reason] of Object.entries(REFUSED))
      if (hasRole(item, role as Role)) throw new CannotKnow(reason, item.text)
  if (unknown) throw new CannotKnow('unknown_word', unknown.text)
  if (settled.length === 0) throw new CannotKnow('nothing_asked', items.map(({ text }) => text).join(' '))
  return settled
}

const onlyIgnored = (item: Item) => item.kind === 'role' && item.roles.every(role => role === 'ignored')
