import { BadInputError } from '../errors/index.ts'
import type { FunctionDefinition } from './define.ts'
import {
  type FunctionRequest,
  type Message,
  readForm,
  readMessage,
  readQuery,
  type toInputSchema,
} from './message.ts'

const shows = (definition: FunctionDefinition) =>
  definition.kind === 'request' && definition.show !== undefined

/** Whether `GET /` is answered. */
export const answersGet = (definition: FunctionDefinition): boolean =>
  definition.readOnly || shows(definition)

/**
 * What a call carries, by its method.
 * @param schema of its input, if it takes one
 * @throws BadInputError where the function takes no such method or media type
 */
export function readCall(
  definition: FunctionDefinition,
  request: FunctionRequest,
  schema: ReturnType<typeof toInputSchema> | undefined,
): Message {
  if (request.method === 'GET' && answersGet(definition) && schema)
    return { kind: 'json', value: readQuery(request.query, schema) }
  if (request.method !== 'POST')
    throw new BadInputError(`${request.method} is not allowed here`, {
      status: 405,
      reason: 'method_not_allowed',
    })
  const form = shows(definition) && schema ? readForm(request, schema) : undefined
  return form ?? readMessage(request.headers, request.body)
}
