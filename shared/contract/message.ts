import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { BadInputError } from '../errors/index.ts'

/** One call as the host sees it, whatever brought it. */
export type FunctionRequest = {
  method: string
  /** Path below the function's own root, such as `/` or `/_/health`. */
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Aborts when the caller has gone away: what it asked for is worth no more work. */
  readonly signal?: AbortSignal | undefined
}

export type FunctionReply = { status: number; headers: Record<string, string>; body: string }

/** A CloudEvent whose attributes were not looked at yet beyond being an object. */
export type RawEvent = Record<string, unknown>

/** What a request carries: plain JSON, or CloudEvents. */
export type Message =
  | { kind: 'json'; value: unknown }
  | { kind: 'event'; event: RawEvent }
  | { kind: 'batch'; events: RawEvent[] }

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new BadInputError('the body is not valid JSON in UTF-8', { reason: 'malformed_json', cause })
  }
}

function asEvent(value: unknown): RawEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadInputError('a CloudEvent must be an object', { reason: 'malformed_event' })
  return value as RawEvent
}

/** A binary-mode CloudEvent: attributes in `ce-*` headers, data in the body. */
function fromHeaders(headers: IncomingHttpHeaders, data: unknown): RawEvent {
  const event: RawEvent = { data }
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') event[name.slice(3)] = decodeHeader(value)
  return event
}

// CloudEvents HTTP binding 3.1.3.2: characters outside printable ASCII are percent-encoded.
function decodeHeader(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Reads a POST's body by its content type: JSON or CloudEvents, nothing else. */
export function readMessage(headers: IncomingHttpHeaders, body: Buffer): Message {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  switch (type) {
    case 'application/json': {
      const value = parseJson(body)
      return headers['ce-specversion'] === undefined
        ? { kind: 'json', value }
        : { kind: 'event', event: fromHeaders(headers, value) }
    }
    case 'application/cloudevents+json':
      return { kind: 'event', event: asEvent(parseJson(body)) }
    case 'application/cloudevents-batch+json': {
      const events = parseJson(body)
      if (!Array.isArray(events))
        throw new BadInputError('a CloudEvents batch must be an array', { reason: 'malformed_event' })
      return { kind: 'batch', events: events.map(asEvent) }
    }
    default:
      throw new BadInputError(
        'send application/json, application/cloudevents+json or application/cloudevents-batch+json',
        { status: 415, reason: 'unsupported_media_type' },
      )
  }
}

type JsonSchema = { type?: string | string[]; properties?: Record<string, JsonSchema>; anyOf?: JsonSchema[] }

/** The JSON schema of a function's input, for reading query strings and for the API document. */
export function toInputSchema(input: z.ZodType): JsonSchema {
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

/**
 * Reads a query string as an input: `limit=5&filters.priceMax=10` is `{limit: 5, filters: {priceMax: 10}}`. Texts
 * become numbers and booleans only where the schema asks for them; a name given twice is an array.
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
      described = described?.properties?.[step]
    }
    const last = path.at(-1) ?? name
    const texts = params.getAll(name)
    const type = described?.properties?.[last]
    place[last] = texts.length === 1 ? coerce(texts[0] ?? '', type) : texts.map(text => coerce(text, type))
  }
  return input
}

function coerce(text: string, schema: JsonSchema | undefined): unknown {
  const types = [schema, ...(schema?.anyOf ?? [])].flatMap(one => one?.type ?? [])
  if (
    (types.includes('number') || types.includes('integer')) &&
    text.trim() !== '' &&
    Number.isFinite(Number(text))
  )
    return Number(text)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
