import type { z } from 'zod'
import { defineFunction, type Identity } from '../../../shared/contract/index.ts'
import { asOfMart } from '../../../shared/marts/index.ts'
import type { Language } from '../../../shared/reports/facts.ts'
import {
  answerReading,
  CannotKnow,
  describe,
  explain,
  insteadOf,
  type Knowledge,
  narrate,
  type Reading,
  rankLanguages,
  readKnowledge,
  readQuestion,
} from '../../../shared/reports/questions/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { input, output } from './schema.ts'

/**
 * Answers a question in words from the metrics of the published marts. Which metric, dimensions, filters and period it was
 * read as is in the answer; a word that it does not know is refused, and named.
 */
export default defineFunction({
  name: 'ask-report',
  summary: 'A question in words, answered with facts from the metrics, and how it was read',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  input,
  output,
  example: { question: 'revenue by category last month' },

  handle: ({ question, language }, { resources: { store }, caller, lineage }) =>
    store.transaction(
      async ({ query }) => {
        const knowledge = await readKnowledge(query, caller)
        const read = readIn(question, language, knowledge)
        if (read.reading instanceof CannotKnow) return refuse(read.language, read.reading, knowledge)
        const { answer, marts } = await answerIn(query, { ...read, reading: read.reading, knowledge, caller })
        lineage({ reads: marts.map(mart => ({ dataset: `mart.${mart}` })) })
        return answer
      },
      { readOnly: true },
    ),
})

type Output = z.input<typeof output>
type Read = { language: Language; reading: Reading | CannotKnow }

/** In the language that was given, or else in the likeliest; of several that are as likely, in the first that knows its words. */
function readIn(question: string, given: Language | undefined, { terms, clockOf }: Knowledge): Read {
  const ranked = rankLanguages(question, terms.known)
  const best = ranked[0]?.score ?? 0
  const languages = given ? [given] : ranked.filter(({ score }) => score === best).map(each => each.language)
  let refused: Read | undefined
  for (const language of languages)
    try {
      return { language, reading: readQuestion(question, language, terms, clockOf) }
    } catch (error) {
      if (!(error instanceof CannotKnow)) throw error
      refused ??= { language, reading: error }
      // Another language may know the word; what was understood and cannot be answered stays so.
      if (error.reason !== 'unknown_word' && error.reason !== 'no_metric') break
    }
  return refused ?? { language: given ?? 'en', reading: new CannotKnow('nothing_asked', question) }
}

function refuse(language: Language, refused: CannotKnow, { metrics }: Knowledge): Output {
  const { reason, about } = refused
  return {
    language,
    reading: null,
    cannot: {
      reason,
      about,
      text: explain(refused, language),
      instead: insteadOf(refused, metrics, language),
    },
    facts: [],
    narrative: null,
    asOf: null,
  }
}

async function answerIn(
  query: Query,
  {
    language,
    reading,
    knowledge,
    caller,
  }: { language: Language; reading: Reading; knowledge: Knowledge; caller: Identity },
): Promise<{ answer: Output; marts: string[] }> {
  const { lines, answers } = await answerReading(query, reading, { caller, language })
  const { metric, per, notes: _, ...rest } = reading
  const [first] = answers
  const answer: Output = {
    language,
    reading: {
      ...rest,
      metric: metric.name,
      per: per?.name ?? null,
      text: describe(reading, language, knowledge.clockOf(metric)),
    },
    cannot: null,
    facts: lines.flatMap(({ entity: _, ...facts }) =>
      Object.values(facts).filter(fact => fact !== undefined),
    ),
    narrative: narrate(reading, lines, language),
    asOf: first ? asOfMart(first.mart) : null,
  }
  const dimensions = metric.dimensions.filter(({ name }) =>
    [...reading.dimensions, ...Object.keys(reading.filters), ...Object.keys(reading.without)].includes(name),
  )
  return { answer, marts: [...new Set([metric.mart, ...dimensions.flatMap(({ mart }) => mart ?? [])])] }
}
