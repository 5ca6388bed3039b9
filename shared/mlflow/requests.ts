import { z } from 'zod'
import type { SecretUrl } from '../config/index.ts'
import { ConfigError, OutageError } from '../errors/index.ts'

/** By how much longer than an answer a file may take. */
const UPLOADS_TAKE = 6
const LONGEST_MESSAGE = 300

/** MLflow understood, and does not do it. `code` is its own, such as RESOURCE_DOES_NOT_EXIST. */
export class MlflowRefusal extends Error {
  override readonly name = 'MlflowRefusal'
  readonly code: string
  constructor(code: string, message: string) {
    super(`MLflow: ${message.slice(0, LONGEST_MESSAGE)}`)
    this.code = code
  }
}

const refusal = z.object({ error_code: z.string(), message: z.string() })

export type Requests = {
  /** Of `/api/2.0/mlflow/`. What a GET is asked goes into its query. */
  ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body: object, answer: z.ZodType<T>): Promise<T>
  /** @param path below `/api/2.0/mlflow-artifacts/artifacts/` */
  put(path: string, file: Uint8Array<ArrayBuffer>, type: string): Promise<void>
}

/**
 * Requests to an MLflow server until a signal aborts. A user and password in its URL are sent as such, a password alone as a token.
 * All of them throw OutageError where it is away, too slow, broken or no MLflow, and MlflowRefusal.
 */
export function makeRequests(given: SecretUrl, signal: AbortSignal, answerMs: number): Requests {
  const { base, authorization } = locate(given)
  const send = async (path: string, init: RequestInit, withinMs: number) => {
    const response = await fetch(`${base}/api/2.0/${path}`, {
      ...init,
      headers: { ...init.headers, ...(authorization && { authorization }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    }).catch(cause => {
      throw new OutageError('MLflow', `${given} does not answer`, { cause })
    })
    const text = await response.text().catch(cause => {
      throw new OutageError('MLflow', `${given} stops in the middle of an answer`, { cause })
    })
    if (response.ok) return text
    const refused = refusal.safeParse(parse(text))
    if (response.status < 500 && refused.success)
      throw new MlflowRefusal(refused.data.error_code, refused.data.message)
    throw new OutageError('MLflow', `${given} answered ${response.status}`)
  }
  return {
    async ask(method, path, body, answer) {
      const query = method === 'GET' ? `?${new URLSearchParams({ ...body })}` : ''
      const init =
        method === 'GET'
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const text = await send(`mlflow/${path}${query}`, { method, ...init }, answerMs)
      const parsed = answer.safeParse(parse(text))
      if (parsed.success) return parsed.data
      throw new OutageError('MLflow', `${given} does not answer ${path} as MLflow does`)
    },
    async put(path, file, type) {
      const place = path.split('/').map(encodeURIComponent).join('/')
      const init = { method: 'PUT', body: file, headers: { 'content-type': type } }
      await send(`mlflow-artifacts/artifacts/${place}`, init, UPLOADS_TAKE * answerMs)
    },
  }
}

/** `fetch` takes no name and password in a URL. @throws ConfigError where it is none */
function locate(given: SecretUrl): { base: string; authorization: string | undefined } {
  if (!URL.canParse(given.reveal())) throw new ConfigError(`MLFLOW_URL: ${given} is no URL`)
  const url = new URL(given.reveal())
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  url.username = url.password = ''
  const user = Buffer.from(`${username}:${password}`).toString('base64')
  return {
    base: url.href.replace(/\/+$/, ''),
    authorization: username ? `Basic ${user}` : password ? `Bearer ${password}` : undefined,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
