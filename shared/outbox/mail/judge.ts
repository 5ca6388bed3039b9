import { describeProblem, type Outcome } from '../outcome.ts'

/** What nodemailer throws. */
type MailError = Error & { code?: string; errno?: string; command?: string; responseCode?: number }

/** Of connections that never were: nothing can have arrived. */
const NEVER_OPEN =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EDNS|certificate|altname|wrong version number|Connection timeout|Greeting never received/i
const NEVER_SENT = new Set(['EAUTH', 'ENOAUTH', 'ETLS', 'EDNS', 'ECONFIG', 'EENVELOPE', 'EPROTOCOL'])

/**
 * What an error of a mail server means. A 5xx for the recipient or for the message is for good; one for the sender or for the
 * login is of the settings, and goes away when they are mended. A connection that ends without a reply leaves open whether
 * the mail arrived.
 */
export function judgeMailError(thrown: unknown, address: string): Outcome {
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as MailError
  const problem = describeProblem(error.message, [address])
  const { code = '', command = '', responseCode } = error
  if (responseCode !== undefined && responseCode >= 500 && /^(RCPT TO|DATA)$/.test(command))
    return { is: 'refused', problem }
  if (code === 'EENVELOPE' && command === 'API') return { is: 'refused', problem }
  const isDoubtful =
    responseCode === undefined && !NEVER_SENT.has(code) && !NEVER_OPEN.test(`${code} ${error.message}`)
  return { is: 'later', problem, isDoubtful }
}
