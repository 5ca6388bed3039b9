import { z } from 'zod'
import { LlmError } from '../../llm/index.ts'

const id = z.union([z.string(), z.number()]).transform(String)
const sentence = z.object({ statements: z.union([z.array(id), id.transform(it => [it])]), text: z.string() })
const form = z.object({ sentences: z.array(z.unknown()) })

/** What a model says for some statements. */
export type Answered = { statements: string[]; text: string }

/**
 * The sentences in a model's text: JSON, also within a fence or after thoughts. A sentence that is malformed is left out.
 * @throws LlmError where there is no such JSON
 */
export function readAnswer(content: string): Answered[] {
  const text = content.replace(/^[\s\S]*<\/think>/u, '')
  const [start, end] = [text.indexOf('{'), text.lastIndexOf('}')]
  const parsed = form.safeParse(parse(text.slice(start, end + 1)))
  if (start < 0 || !parsed.success)
    throw new LlmError('nonsense', 'the model does not answer in the form that it was asked for')
  return parsed.data.sentences.flatMap(given => {
    const read = sentence.safeParse(given)
    return read.success ? [{ statements: read.data.statements, text: read.data.text.trim() }] : []
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
