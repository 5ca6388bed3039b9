import type { Fact, Statement } from '../facts.ts'
import { type Made, makeFact } from '../make-fact.ts'
import type { Told } from '../order.ts'

/** A fact of a teller: what its others have too is left out. */
export type Said = Omit<Made, 'kind' | 'label' | 'period' | 'source'> & Partial<Made>

/**
 * Gathers the sentences of a part, and the facts of each.
 * @param prefix of the sentences' ids
 * @param common what its facts have unless they say otherwise: values, called by the name of their metric
 */
export function makeTeller(prefix: string, common: Pick<Made, 'period' | 'source'>) {
  const [statements, facts]: [Statement[], Fact[]] = [[], []]
  const add = (said: Statement[], of: Fact[]) => {
    statements.push(...said)
    facts.push(...of)
  }
  return {
    add,
    fact: (said: Said): Fact => makeFact({ kind: 'value', label: said.metric, ...common, ...said }),
    tell: (id: string, text: string, of: Fact[]): void =>
      add([{ id: `${prefix}/${id}`, text, facts: of.map(fact => fact.id), drivers: [] }], of),
    told: (): Told => ({ statements, facts, charts: [] }),
  }
}
