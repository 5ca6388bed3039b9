import { z } from 'zod'
import type { SecretUrl, Settings } from '../config/index.ts'
import { describeError } from '../errors/index.ts'

/** An answer is a few kilobytes; one that is longer is cut off. */
const MAX_BYTES = 256 * 1024
/** For each request, so that a model that never ends is ended by its server. */
const MAX_TOKENS = 4_096

/** A server with the API of OpenAI, such as vLLM, TGI or llama.cpp. */
export type Llm = {
  url: SecretUrl
  key: string | undefined
  model: string | undefined
  /** For all requests of one report together. */
  timeoutMs: number
}

/** @returns undefined where no LLM_URL is set */
export function llmOf({ LLM_URL, LLM_KEY, LLM_MODEL, LLM_TIMEOUT_MS }: Settings): Llm | undefined {
  return LLM_URL && { url: LLM_URL, key: LLM_KEY, model: LLM_MODEL, timeoutMs: LLM_TIMEOUT_MS }
}

export type Message = { role: 'system' | 'user' | 'assistant'; content: string }

/** `reason`: a snake_case word, such as unreachable, too_slow or malformed. */
export class LlmError extends Error {
  override readonly name = 'LlmError'
  readonly reason: string
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

const answer = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) })

/**
 * The text that the server answers with. A redirect is not followed, and what is no JSON, or longer than 256 KiB, is not read.
 * @throws LlmError
 */
export async function complete(llm: Llm, messages: Message[], signal: AbortSignal): Promise<string> {
  const { href, authorization } = locate(llm)
  const response = await fetch(href, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(authorization && { authorization }),
    },
    body: JSON.stringify({
      ...(llm.model && { model: llm.model }),
      messages,
      temperature: 0,
      max_tokens: MAX_TOKENS,
      stream: false,
    }),
    redirect: 'manual',
    signal,
  }).catch(cause => {
    throw toError(cause, signal, `${llm.url} does not answer: ${describeError(cause)}`)
  })
  try {
    if (response.status >= 300 && response.status < 400)
      throw new LlmError('redirected', `${llm.url} redirects, which is not followed`)
    if (!response.ok) throw new LlmError('refused', `${llm.url} answered ${response.status}`)
    const type = response.headers.get('content-type') ?? ''
    if (!/^application\/(?:[\w.+-]+\+)?json\b/iu.test(type))
      throw new LlmError(
        'no_json',
        `${llm.url} answered ${type.slice(0, 60) || 'without a content type'}, not JSON`,
      )
    const text = await readBounded(response, llm, signal)
    const parsed = answer.safeParse(parse(text))
    const content = parsed.data?.choices[0]?.message.content
    if (content === undefined)
      throw new LlmError('malformed', `${llm.url} does not answer as chat/completions does`)
    if (content.trim() === '') throw new LlmError('empty', `${llm.url} answered without a text`)
    return content
  } finally {
    await response.body?.cancel().catch(() => {})
  }
}

async function readBounded(response: Response, llm: Llm, signal: AbortSignal): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const read = await reader?.read()
      if (!read || read.done) return Buffer.concat(pieces).toString('utf8')
      bytes += read.value.length
      if (bytes > MAX_BYTES)
        throw new LlmError('too_long', `${llm.url} answered with more than ${MAX_BYTES} bytes`)
      pieces.push(read.value)
    }
  } catch (cause) {
    if (cause instanceof LlmError) throw cause
    throw toError(cause, signal, `${llm.url} stops in the middle of an answer: ${describeError(cause)}`)
  } finally {
    await reader?.cancel().catch(() => {})
    reader?.releaseLock()
  }
}

const toError = (cause: unknown, signal: AbortSignal, message: string) =>
  new LlmError(signal.aborted ? 'too_slow' : 'unreachable', message, { cause })

/** `fetch` takes no name and password in a URL. */
function locate({ url, key }: Llm): { href: string; authorization: string | undefined } {
  if (!URL.canParse(url.reveal())) throw new LlmError('unreachable', `LLM_URL: ${url} is no URL`)
  const base = new URL(url.reveal())
  const user = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
  const hasUser = base.username !== ''
  base.username = base.password = ''
  const path = base.pathname.replace(/\/+$/, '')
  if (!path.endsWith('/chat/completions'))
    base.pathname = `${path.endsWith('/v1') ? path : `${path}/v1`}/chat/completions`
  const basic = hasUser ? `Basic ${Buffer.from(user).toString('base64')}` : undefined
  return { href: base.href, authorization: key ? `Bearer ${key}` : basic }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
