import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { BadInputError } from '../errors/index.ts'
import {
  asEvent,
  isJson,
  parseJson,
  type RawEvent,
  readBinary,
  readMediaType,
  readStructured,
  settleEvent,
} from './cloud-event.ts'

/** One call as the host sees it, whatever brought it. */
export type FunctionRequest = {
  method: string
  /** Path below the function's own root, such as `/` or `/_/health`. */
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Aborts when the caller disconnects: its request need not be finished. */
  readonly signal?: AbortSignal | undefined
}

export type FunctionReply = { status: number; headers: Record<string, string>; body: string | Buffer }

export type { RawEvent }

/** What a request carries: plain JSON, or CloudEvents. */
export type Message =
  | { kind: 'json'; value: unknown }
  | { kind: 'event'; event: RawEvent }
  | { kind: 'batch'; events: RawEvent[] }

/** Reads a POST's body by its content type: JSON or CloudEvents, nothing else. */
export function readMessage(headers: IncomingHttpHeaders, body: Buffer): Message {
  const { type, charset } = readMediaType(headers['content-type'] ?? '')
  if (charset !== undefined && !/^(utf-8|utf8|us-ascii)$/.test(charset))
    throw new BadInputError('the charset is not supported: send UTF-8', {
      status: 415,
      reason: 'unsupported_charset',
    })
  if (type === 'application/cloudevents+json')
    return { kind: 'event', event: { data: {}, ...readStructured(asEvent(parseJson(body))) } }
  if (type === 'application/cloudevents-batch+json') {
    const events = parseJson(body)
    if (!Array.isArray(events))
      throw new BadInputError('a CloudEvents batch must be an array', { reason: 'malformed_event' })
    return { kind: 'batch', events: events.map(event => settleEvent(asEvent(event))) }
  }
  if (headers['ce-specversion'] !== undefined && (type === '' || isJson(type)))
    return { kind: 'event', event: readBinary(headers, body) }
  if (type === 'application/json') return { kind: 'json', value: parseJson(body) }
  throw new BadInputError(
    'send application/json, application/cloudevents+json or application/cloudevents-batch+json',
    { status: 415, reason: 'unsupported_media_type' },
  )
}

type JsonSchema = {
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  anyOf?: JsonSchema[]
}

/** The JSON schema of a function's input, for reading query strings and for the API document. */
export function toInputSchema(input: z.ZodType): JsonSchema {
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

/**
 * Reads a query string as an input: `limit=5&filters.priceMax=10` is `{limit: 5, filters: {priceMax: 10}}`. Texts
 * become numbers and booleans only where the schema asks for them; a name given twice is an array, and so is one that can be
 * nothing else.
 */
export function readQuery(query: string, schema: JsonSchema): Record<string, unknown> {
  const input: Record<string, unknown> = Object.create(null)
  const params = new URLSearchParams(query)
  for (const name of new Set(params.keys())) {
    const path = name.split('.')
    let place = input
    let described: JsonSchema | undefined = schema
    for (const step of path.slice(0, -1)) {
      place[step] ??= Object.create(null)
      if (typeof place[step] !== 'object')
        throw new BadInputError(`${name}: clashes with another parameter`, { field: name })
      place = place[step] as Record<string, unknown>
      described = fieldOf(described, step)
    }
    const last = path.at(-1) ?? name
    const texts = params.getAll(name)
    const type = fieldOf(described, last)
    const [first, ...others] = texts.map(text => coerce(text, type))
    place[last] = others.length === 0 && !isList(type) ? first : [first, ...others]
  }
  return input
}

/**
 * What a form posts, and the query string of its link: a field of the form counts more. Of a form in parts only the query string
 * is read. @returns undefined for what is no form
 */
export function readForm(
  { headers, query, body }: Pick<FunctionRequest, 'headers' | 'query' | 'body'>,
  schema: JsonSchema,
): Message | undefined {
  const { type } = readMediaType(headers['content-type'] ?? '')
  const isPosted = type === 'application/x-www-form-urlencoded'
  if (!isPosted && type !== 'multipart/form-data') return undefined
  const posted = isPosted ? readQuery(body.toString('utf8'), schema) : {}
  return { kind: 'json', value: { ...readQuery(query, schema), ...posted } }
}

/** Whether only a list will do. */
const isList = (schema: JsonSchema | undefined) => {
  const types = typesOf(schema)
  return types.length > 0 && types.every(type => type === 'array')
}

const typesOf = (schema: JsonSchema | undefined) =>
  [schema, ...(schema?.anyOf ?? [])].flatMap(one => one?.type ?? [])

/** A field of an object, or of a map by any name; a map's values that may be texts stay texts. */
function fieldOf(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  for (const one of [schema, ...(schema?.anyOf ?? [])]) {
    if (one?.properties && Object.hasOwn(one.properties, name)) return one.properties[name]
    const others = one?.additionalProperties
    if (typeof others === 'object' && !isText(others)) return others
  }
  return undefined
}

const isText = (schema: JsonSchema): boolean =>
  typesOf(schema).includes('string') || (schema.anyOf ?? []).some(isText)

function coerce(text: string, schema: JsonSchema | undefined): unknown {
  const types = typesOf(schema)
  if (
    (types.includes('number') || types.includes('integer')) &&
    text.trim() !== '' &&
    Number.isFinite(Number(text))
  )
    return Number(text)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
