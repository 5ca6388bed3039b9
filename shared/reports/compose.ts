import type { Fact, Statement } from './facts.ts'
import type { ReportKind } from './kinds/index.ts'
import { TEXTS } from './narrative/texts/index.ts'
import { note, type Order, type Told } from './order.ts'

export type Composed = {
  sections: { name: string; title: string; statements: Statement[] }[]
  facts: Fact[]
  charts: Told['charts']
}

/** What a report of that kind tells, by templates; the same data give the same. Its parts read side by side. */
export async function compose(order: Order, kind: ReportKind): Promise<Composed> {
  const text = TEXTS[order.language]
  const told = await Promise.all(
    kind.sections.map(async ({ name, parts }) => ({
      name,
      parts: await Promise.all(parts.map(part => part(order))),
    })),
  )
  const sections = told.map(({ name, parts }) => ({
    name,
    title: text.sections[name],
    statements: parts.flatMap(({ statements }) => statements),
  }))
  const all = told.flatMap(({ parts }) => parts)
  const facts = new Map<string, Fact>()
  // The same number may be in two parts: the one that is told first stays.
  for (const fact of all.flatMap(part => part.facts)) if (!facts.has(fact.id)) facts.set(fact.id, fact)
  const [first] = sections
  if (first && facts.size === 0 && first.statements.length === 0)
    first.statements.push(note('no-data', text.noData))
  return {
    sections: sections.filter(({ statements }) => statements.length > 0),
    facts: [...facts.values()],
    charts: all.flatMap(({ charts }) => charts),
  }
}
