import type { Answer } from '../tds/answer.ts'
import { SqlError } from '../tds/errors.ts'
import type { Parameter } from '../tds/requests.ts'
import type { Value } from '../tds/types.ts'
import { type Holes, makeTemplate, normalizeStatement, type Template } from './template.ts'

/** A statement that was recognised: what its holes hold, its parameters, and who asks. */
export type Asked<Session> = {
  holes: Holes
  session: Session
  /** Aborted where the client gives up waiting. */
  signal: AbortSignal
  /** All parameters in their order. */
  parameters: readonly Parameter[]
  /** A parameter by its name, without the `@`. */
  parameter(name: string): Value
}

/** A statement that the double knows, by its text (see makeTemplate) or as the call of a procedure. */
export type Recogniser<Session> = {
  /** Under this it is counted. */
  name: string
  answer(asked: Asked<Session>): Answer
} & ({ text: string } | { procedure: string })

export type Registry<Session> = {
  /** @throws SqlError 102 where nothing recognises it */
  answer(statement: Statement, session: Session, signal: AbortSignal): Answer
  /** How often each recogniser has answered. */
  counts: Map<string, number>
  /** What nothing recognised: a test that ends with any fails. */
  unknown: string[]
}

export type Statement =
  | { text: string; parameters: readonly Parameter[] }
  | { procedure: string; parameters: readonly Parameter[] }

/** Statements come again and again with the same text. */
const MAX_REMEMBERED = 500
const EXCERPT = 300

/** Statements come in lists, a list a client; the first that recognises one answers. */
export function makeRegistry<Session>(...lists: (readonly Recogniser<Session>[])[]): Registry<Session> {
  const templates: [Template, Recogniser<Session>][] = []
  const procedures = new Map<string, Recogniser<Session>>()
  for (const recogniser of lists.flat()) {
    if ('text' in recogniser) templates.push([makeTemplate(recogniser.text), recogniser])
    else procedures.set(bareName(recogniser.procedure), recogniser)
  }
  const remembered = new Map<string, { recogniser: Recogniser<Session>; holes: Holes }>()
  const counts = new Map<string, number>()
  const unknown: string[] = []

  const recognise = (text: string) => {
    const known = remembered.get(text)
    if (known) return known
    const normalized = normalizeStatement(text)
    for (const [match, recogniser] of templates) {
      const holes = match(normalized)
      if (holes === undefined) continue
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(text, { recogniser, holes })
      return { recogniser, holes }
    }
    return undefined
  }

  return {
    counts,
    unknown,
    answer(statement, session, signal) {
      const { parameters } = statement
      const found =
        'text' in statement
          ? recognise(statement.text)
          : { recogniser: procedures.get(bareName(statement.procedure)), holes: {} }
      if (found?.recogniser === undefined) {
        const what = 'text' in statement ? normalizeStatement(statement.text) : `exec ${statement.procedure}`
        unknown.push(what)
        throw new SqlError(102, `The double does not know this statement: ${what.slice(0, EXCERPT)}`, {
          severity: 15,
        })
      }
      const { recogniser, holes } = found
      counts.set(recogniser.name, (counts.get(recogniser.name) ?? 0) + 1)
      const parameter = (name: string) => {
        const own = parameters.find(parameter => parameter.name.toLowerCase() === name.toLowerCase())
        if (own) return own.value
        throw new SqlError(137, `Must declare the scalar variable "@${name}".`, { severity: 15 })
      }
      return recogniser.answer({ holes, session, signal, parameters, parameter })
    },
  }
}

/** Procedures of the system are called with their schema and without. */
const bareName = (procedure: string) => procedure.toLowerCase().replaceAll(/[[\]]/g, '').replace(/^.*\./, '')
