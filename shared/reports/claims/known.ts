import type { Fact, Language, Statement } from '../facts.ts'
import type { Problem } from './tokens.ts'

/** What a sentence is held against: its statements, and all of their facts. */
export type Known = { statements: Statement[]; facts: Fact[]; language: Language }
/** What a sentence names beside its claims. */
export type Named = { period: boolean; base: boolean; measure: boolean; partial: boolean; licensed: string[] }
/** What a template names of its facts: a sentence that leaves it out says more than the template. */
export type Needs = Map<string, Named>

export const isProblem = (it: object): it is Problem => 'reason' in it

export const driversOf = (statements: Statement[]) => new Set(statements.flatMap(({ drivers }) => drivers))
