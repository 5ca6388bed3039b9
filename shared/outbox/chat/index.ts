import { join } from 'node:path'
import { readWebhook } from '../../config/index.ts'
import { describeError } from '../../errors/index.ts'
import { writeToOutbox } from '../files.ts'
import { describeProblem, type Outcome } from '../outcome.ts'
import { type Note, toMattermost, toSlack } from './bodies.ts'

export { type Note, toMattermost, toSlack } from './bodies.ts'

export type ChatKind = 'slack' | 'mattermost'

const BODIES = { slack: toSlack, mattermost: toMattermost }
const TIMEOUT_MS = 20_000
const MOST_SAID = 200
const NEVER_OPEN = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT|SELF_SIGNED|UNABLE_TO/

/** Whether the webhook of this name has a URL, or its messages become files. @throws ConfigError for a URL that is none */
export function chatVia(connection: string, home: string): 'webhook' | 'file' {
  return readWebhook(connection, home) ? 'webhook' : 'file'
}

/** Posts to an incoming webhook; without its URL, a file under CORDAGE_HOME. @param name of that file */
export async function sendNote(
  { kind, connection, note }: { kind: ChatKind; connection: string; note: Note },
  { home, name }: { home: string; name: string },
): Promise<Outcome> {
  const body = BODIES[kind](note)
  const url = readWebhook(connection, home)
  if (url) return await postTo(url.reveal(), body)
  await writeToOutbox(join(home, 'outbox', 'reports'), name, 'json', `${JSON.stringify(body, null, 2)}\n`)
  return { is: 'sent' }
}

async function postTo(url: string, body: object): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // A redirect would take the message to whoever it names.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return judge(response, await readBeginning(response), url)
  } catch (error) {
    const problem = describeProblem(describeError(error), [url])
    return { is: 'later', problem, isDoubtful: !NEVER_OPEN.test(codesOf(error)) }
  }
}

/** Of what a server says, as much as a problem shows: it may never end. */
async function readBeginning({ body }: Response): Promise<string> {
  let said = ''
  const decoder = new TextDecoder()
  try {
    for await (const chunk of body ?? []) {
      said += decoder.decode(chunk, { stream: true })
      if (said.length >= MOST_SAID) break
    }
  } catch {
    // The status has come: what is left of the text is of no use.
  }
  return said.slice(0, MOST_SAID)
}

/** A page to sign in, a JSON that says no, and Slack's errors, all of which have come with 200 from something in between. */
const SAYS_NO =
  /^\s*<|"(?:ok|success)"\s*:\s*false|^\s*(?:invalid|no|channel|action|posting|team|user)_[a-z_]+\s*$/i

function judge({ status, headers }: Response, said: string, url: string): Outcome {
  const isTaken = status >= 200 && status < 300
  if (isTaken && !SAYS_NO.test(said)) return { is: 'sent' }
  const problem = describeProblem(`the webhook answered ${status}${said && ` ${said}`}`, [url])
  if (isTaken) return { is: 'later', problem, isDoubtful: true }
  if (status === 429 || status >= 500)
    return { is: 'later', problem, isDoubtful: false, ...retryAfter(headers.get('retry-after')) }
  // There is no such webhook, or none any more, or it does not take this: again it would say the same.
  return { is: 'refused', problem }
}

/** In seconds, or as a date. */
function retryAfter(text: string | null): { retryAfterMs?: number } {
  if (text === null) return {}
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? { retryAfterMs: ms } : {}
}

function codesOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return `${(error as { code?: unknown }).code ?? ''} ${error.message} ${codesOf(error.cause)}`
}
