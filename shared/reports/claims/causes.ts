import type { Fact, Statement } from '../facts.ts'
import type { Named } from './scope.ts'
import type { Segment } from './segments.ts'
import type { Problem } from './tokens.ts'

/**
 * Which facts a sentence names as causes, and of what. What follows a word of cause is a cause until a word of contrast or a
 * sentence of its own; where a cause comes first, until something else is measured: thanks to Bikes, revenue rose.
 */
export type Causes = {
  /** @returns whether what is said from here on is of something else than before */
  enter(segment: Segment, named: Named, text: string): boolean | Problem
  /** Whether what is said now is said to be a cause. */
  isCause(): boolean
  note(fact: Fact): void
  finish(): Problem | null
}

export function makeCauses(statements: Statement[]): Causes {
  let phase: 'none' | 'drivers' | 'effects' = 'none'
  let effects: Fact[] = []
  let drivers: Fact[] = []
  let isLeading = false
  let isOffset = false
  let at = ''
  const close = (): Problem | null => {
    const problem = phase === 'none' ? null : check(effects, drivers, { statements, isOffset, at })
    phase = 'none'
    drivers = []
    return problem
  }
  return {
    enter(segment, named, text) {
      if (segment.isStrong || segment.isContrast) {
        const problem = close()
        if (problem) return problem
        effects = []
      }
      if (segment.isCause) {
        const problem = close()
        if (problem) return problem
        phase = 'drivers'
        at = text
        isLeading = effects.length === 0
        isOffset = segment.isOffset
      } else if (phase === 'drivers' && isLeading && drivers.length > 0 && named.measure) {
        phase = 'effects'
        return true
      }
      return false
    },
    isCause: () => phase === 'drivers',
    note(fact) {
      if (phase === 'drivers') drivers.push(fact)
      else effects.push(fact)
    },
    finish: close,
  }
}

/** Causes are drivers of a statement that has what they are said to cause, and moved it in its direction, or against it. */
function check(
  effects: Fact[],
  drivers: Fact[],
  { statements, isOffset, at }: { statements: Statement[]; isOffset: boolean; at: string },
): Problem | null {
  const isOfOne = statements.some(
    statement =>
      drivers.length > 0 &&
      drivers.every(({ id }) => statement.drivers.includes(id)) &&
      effects.some(({ id }) => statement.facts.includes(id)) &&
      effects.every(({ id }) => !statement.drivers.includes(id)),
  )
  const hasDirection = drivers.every(driver =>
    effects.every(
      ({ direction }) =>
        direction === null || driver.direction === null || (direction !== driver.direction) === isOffset,
    ),
  )
  return isOfOne && hasDirection ? null : { reason: 'unsupported_cause', at }
}
