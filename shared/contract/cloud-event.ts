import type { IncomingHttpHeaders } from 'node:http'
import { BadInputError } from '../errors/index.ts'

/** A CloudEvent whose attributes were not looked at yet beyond being an object. Its data are JSON. */
export type RawEvent = Record<string, unknown>

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new BadInputError('the body is not valid JSON in UTF-8', { reason: 'malformed_json', cause })
  }
}

export function readMediaType(header: string): { type: string; charset: string | undefined } {
  const [type = '', ...parameters] = header.split(';').map(part => part.trim().toLowerCase())
  const charset = parameters.find(parameter => parameter.startsWith('charset='))
  return { type, charset: charset?.slice('charset='.length).replaceAll('"', '') }
}

/** JSON, or a format that is written as JSON (RFC 6839). */
export const isJson = (type: string) => /^application\/([a-z0-9.+_-]+\+)?json$/.test(type)

export function asEvent(value: unknown): RawEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadInputError('a CloudEvent must be an object', { reason: 'malformed_event' })
  return value as RawEvent
}

/** An event in binary mode: attributes in `ce-*` headers, its data in the body. Without a type these are taken for JSON. */
export function readBinary(headers: IncomingHttpHeaders, body: Buffer): RawEvent {
  const event: RawEvent = { data: parseJson(body) }
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') event[name.slice(3)] = decodeHeader(value)
  requireVersion(event)
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

/**
 * An event in structured mode, its data in the clear where they came in base64. Extension attributes are taken and mean
 * nothing here.
 */
export function readStructured(event: RawEvent): RawEvent {
  requireVersion(event)
  const { data_base64: encoded, datacontenttype: contentType, ...rest } = event
  const { type } = readMediaType(typeof contentType === 'string' ? contentType : '')
  const hasData = encoded !== undefined || (event.data !== undefined && event.data !== null)
  if (hasData && type !== '' && !isJson(type))
    throw new BadInputError('the data of an event must be JSON, and so must its datacontenttype', {
      status: 415,
      reason: 'unsupported_data',
    })
  if (encoded === undefined) return event
  if (event.data !== undefined || typeof encoded !== 'string')
    throw new BadInputError('an event has either data or data_base64, which is text', {
      reason: 'malformed_event',
    })
  return { ...rest, data: parseJson(Buffer.from(encoded, 'base64')) }
}

function requireVersion({ specversion }: RawEvent): void {
  if (specversion !== undefined && specversion !== '1.0')
    throw new BadInputError('the specversion of an event must be 1.0', { reason: 'unsupported_version' })
}

/** Stands for data that cannot be read: every function parks such an event. */
const UNREADABLE = Symbol('unreadable')

/** One of a batch: the others are handled regardless of it. */
export function settleEvent(event: RawEvent): RawEvent {
  try {
    return readStructured(event)
  } catch {
    return { id: event.id, data: UNREADABLE }
  }
}
