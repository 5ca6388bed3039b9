import { fold } from '../../text/index.ts'
import type { ProductFacts } from './facts.ts'
import { EXCLUDED_BY, type Pin, type Rules } from './schema.ts'

/** The entries of rules that hold on one day. */
export type RulesOfDay = {
  /** Those with a rank first, by it; the others in their order in the file. */
  pinsFor(territory: string | undefined): readonly Pin[]
  isExcluded(product: ProductFacts): boolean
}

type Key = (typeof EXCLUDED_BY)[number]

const kept = new WeakMap<Rules, { today: string; day: RulesOfDay }>()

/** @param today as YYYY-MM-DD */
export function rulesOfDay(rules: Rules, today: string): RulesOfDay {
  const known = kept.get(rules)
  if (known?.today === today) return known.day
  const day = findRulesOfDay(rules, today)
  kept.set(rules, { today, day })
  return day
}

function findRulesOfDay(rules: Rules, today: string): RulesOfDay {
  const holds = ({ from, until }: { from?: string | undefined; until?: string | undefined }) =>
    (from === undefined || from <= today) && (until === undefined || today <= until)
  const pins = rules.pinned
    .filter(holds)
    .toSorted((a, b) => (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER))
  const hasTerritories = pins.some(pin => pin.territory !== undefined)
  const excluded = rules.excluded.filter(holds)
  const checks = EXCLUDED_BY.flatMap(key => {
    const names = excluded.map(entry => entry[key]).filter(name => name !== undefined)
    return names.length > 0 ? [{ key, has: makeMatcher(key, names) }] : []
  })
  return {
    pinsFor(territory) {
      if (!hasTerritories) return pins
      const wanted = territory === undefined ? undefined : fold(territory)
      return pins.filter(pin => pin.territory === undefined || fold(pin.territory) === wanted)
    },
    isExcluded(product) {
      for (const { key, has } of checks) {
        const value = product[key]
        if (value !== null && has(value)) return true
      }
      return false
    },
  }
}

/** Ids are exact; names match in any case and Unicode form, each folded once. */
function makeMatcher(key: Key, names: string[]): (value: string) => boolean {
  if (key === 'productId') {
    const ids = new Set(names)
    return value => ids.has(value)
  }
  const wanted = new Set(names.map(fold))
  const found = new Map<string, boolean>()
  return value => {
    let isWanted = found.get(value)
    if (isWanted === undefined) {
      isWanted = wanted.has(fold(value))
      found.set(value, isWanted)
    }
    return isWanted
  }
}
