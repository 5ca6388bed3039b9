import type { FunctionReply, FunctionRequest } from './message.ts'

export function plainReply(status: number, body: string, type = 'application/json'): FunctionReply {
  return { status, headers: { 'content-type': type }, body }
}

export function problemReply(
  status: number,
  title: string,
  detail: string,
  { reason, headers = {} }: { reason?: string; headers?: Record<string, string> } = {},
): FunctionReply {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ type: 'about:blank', title, status, detail, ...(reason && { reason }) }),
  }
}

/** Refuses any method except GET and HEAD. */
export function onlyGet({ method }: Pick<FunctionRequest, 'method'>): FunctionReply | undefined {
  if (method === 'GET') return undefined
  return problemReply(405, 'Method not allowed', `${method} is not allowed here`, {
    reason: 'method_not_allowed',
    headers: { allow: 'GET, HEAD' },
  })
}
