import { complete, type Llm, LlmError } from '../../llm/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { checkSentence } from '../claims/index.ts'
import type { Fact, Language, Statement } from '../facts.ts'
import { type Answered, readAnswer } from './answer.ts'
import { type Failure, makePrompt } from './prompt.ts'

/** A sentence of a report. `statements`: ids of those that it says. */
export type Sentence = { text: string; by: 'template' | 'model'; statements: string[] }
/** A sentence of the model that was not taken. `reason`: a snake_case word; `at`: the piece of it that was wrong. */
export type Refused = { text: string; statements: string[]; reason: string; at: string }
export type Rewritten = {
  /** In the order of the statements, each of which is in exactly one. */
  sentences: Sentence[]
  refused: Refused[]
  /** Why templates stand for want of an answer, such as too_slow; null where the model answered. */
  problem: string | null
}

/** A sentence that joins more is none that people read. */
const MAX_JOINED = 4
/** Tries for each statement. */
const TRIES = 2

/**
 * A report's statements as a model rewrites them. A sentence is taken if all that it says is what its facts say, and all that
 * its statements say is in it; else it is asked for once more, and then its template stands. Whatever the model does, the
 * statements are all there, and the call ends in time.
 * @throws the signal's reason where it aborts
 */
export async function rewrite(
  statements: Statement[],
  facts: Fact[],
  {
    language,
    llm,
    log,
    signal,
  }: { language: Language; llm: Llm | undefined; log?: Logger; signal: AbortSignal },
): Promise<Rewritten> {
  signal.throwIfAborted()
  const taken = new Map<Statement, Sentence>()
  const refused: Refused[] = []
  const known = new Set(facts.map(({ id }) => id))
  // What has no facts is a note, which nothing could be held against.
  const asked = statements.filter(({ facts: own }) => own.length > 0 && own.every(fact => known.has(fact)))
  let problem: string | null = null
  if (llm && asked.length > 0) {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(llm.timeoutMs)])
    try {
      let failures: Failure[] = []
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const open = asked.filter(statement => !taken.has(statement))
        if (open.length === 0) break
        const byNumber = new Map(open.map(statement => [String(asked.indexOf(statement) + 1), statement]))
        const prompt = makePrompt(
          [...byNumber].map(([id, { text }]) => ({ id, text })),
          language,
          failures,
        )
        const answered = readAnswer(await complete(llm, prompt, inTime))
        failures = take(answered, byNumber, { facts, language, taken, refused })
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof LlmError)) throw error
      problem = error.reason
      log?.warn({ problem, detail: error.message }, 'the model rewrote no more sentences: templates stand')
    }
  }
  return { sentences: inOrder(statements, taken), refused, problem }
}

type Taking = { facts: Fact[]; language: Language; taken: Map<Statement, Sentence>; refused: Refused[] }

/** Takes what holds, and returns what does not. */
function take(answered: Answered[], byNumber: Map<string, Statement>, taking: Taking): Failure[] {
  const { facts, language, taken, refused } = taking
  const failures: Failure[] = []
  for (const { statements: ids, text } of answered) {
    const given = ids.flatMap(id => byNumber.get(id) ?? [])
    const fail = (reason: string, at: string) => {
      failures.push({ statements: ids.slice(0, MAX_JOINED), text: text.slice(0, 500), reason, at })
      refused.push({ statements: given.map(({ id }) => id), text, reason, at })
    }
    if (given.length === 0 || given.length !== ids.length)
      fail('unknown_statement', ids.slice(0, 9).join(' '))
    else if (given.length > MAX_JOINED) fail('too_long', '')
    else if (new Set(given).size !== given.length || given.some(statement => taken.has(statement)))
      fail('repeated', ids.join(' '))
    else {
      const checked = checkSentence(text, { statements: given, facts, language })
      const left = checked.ok ? given.find(({ id }) => !checked.statements.includes(id)) : undefined
      if (!checked.ok) fail(checked.reason, checked.at)
      else if (left) fail('left_out', left.text)
      else for (const statement of given) taken.set(statement, toSentence(text, given))
    }
  }
  return failures
}

/** A template that comes back as it was is still the template. */
function toSentence(text: string, given: Statement[]): Sentence {
  const tidied = text
    .normalize('NFC')
    .replaceAll(/[ \t\r\n]+/gu, ' ')
    .trim()
  return {
    text: tidied,
    by: given[0]?.text === tidied ? 'template' : 'model',
    statements: given.map(({ id }) => id),
  }
}

function inOrder(statements: Statement[], taken: Map<Statement, Sentence>): Sentence[] {
  const said = new Set<string>()
  return statements.flatMap((statement): Sentence[] => {
    if (said.has(statement.id)) return []
    const sentence: Sentence = taken.get(statement) ?? {
      text: statement.text,
      by: 'template',
      statements: [statement.id],
    }
    for (const id of sentence.statements) said.add(id)
    return [sentence]
  })
}
