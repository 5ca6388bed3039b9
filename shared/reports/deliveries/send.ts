import { LRUCache } from 'lru-cache'
import { BadInputError, describeError } from '../../errors/index.ts'
import { describeProblem, type Mail, type Mailer, type Outcome, sendNote } from '../../outbox/index.ts'
import type { Query } from '../../store/index.ts'
import { type Logger, makeCounter } from '../../telemetry/index.ts'
import { type Prepared, prepare, toLetter, toNote } from './compose.ts'
import { linksOf } from './links.ts'
import { beginHandover, type Claimed, claimNext, end, settle } from './log.ts'
import { daysOfPeriod } from './period.ts'
import type { Signer } from './signer.ts'
import { type Target, viaOf } from './targets.ts'
import { dateIn } from './when.ts'
import type { Forms, Writing } from './writing.ts'

/** Reports that are sent at once. */
const AT_ONCE = 8
/** Reports in memory, with their PDFs. */
const MOST_PREPARED = 100
/** Of one report, as far as this waits for it. */
const WRITE_MS = 120_000

const reports = makeCounter({
  name: 'cordage_reports_sent_total',
  help: 'Attempts to send a report, by the state that they ended in',
  labels: ['delivery', 'state'],
})

/** What it takes to send. */
export type Sending = {
  query: Query
  /** For what became of it: goes on where the call is aborted, since what was handed over has to be noted. */
  record: Query
  write: Writing
  forms: Forms
  mail: Mail
  signer: Signer
  /** CORDAGE_HOME, and PUBLIC_URL where there is one. */
  home: string
  publicUrl: string | undefined
  log: Pick<Logger, 'warn'>
}

/** How one attempt ended. */
export type Attempt = {
  delivery: string
  recipient: string
  dueAt: Date
  state: string
}

/**
 * Sends what is due until nothing is, or `until` says enough: some at once, each claimed before it is written. Of what many get
 * alike one report is written.
 * @param askedAt due time of what somebody asked for, where not all is meant
 * @throws what the store throws: what was handed over by then is known to be doubtful
 */
export async function sendDue(
  targets: Target[],
  sending: Sending,
  { askedAt, until }: { askedAt?: Date; until: AbortSignal },
): Promise<Attempt[]> {
  const byId = new Map(targets.map(target => [target.subscriptionId, target]))
  const prepared = new LRUCache<string, Promise<Prepared>>({ max: MOST_PREPARED })
  const attempts: Attempt[] = []
  let opened: Promise<Mailer> | undefined
  const openMailer = () => {
    opened ??= sending.mail.open()
    return opened
  }
  const work = async () => {
    while (!until.aborted) {
      const claimed = await claimNext(sending.query, askedAt)
      if (!claimed) return
      const target = byId.get(claimed.subscriptionId)
      const state = target
        ? await sendOne(claimed, target, { ...sending, prepared, openMailer })
        : await end(
            sending.query,
            claimed,
            'skipped',
            'the file of deliveries does not name the recipient any more',
          )
      if (!target || state === undefined) continue
      reports.inc({ delivery: target.delivery.name, state })
      attempts.push({
        delivery: target.delivery.name,
        recipient: target.recipient.name,
        ...{ dueAt: claimed.dueAt, state },
      })
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
  // A pool that was closed earlier would cut off the others.
  await opened?.then(mailer => mailer.close())
  for (const result of ended) if (result.status === 'rejected') throw result.reason
  return attempts
}

type Run = Sending & { prepared: LRUCache<string, Promise<Prepared>>; openMailer(): Promise<Mailer> }

/** @returns its state; undefined where another process has taken it meanwhile */
async function sendOne(claimed: Claimed, target: Target, run: Run): Promise<string | undefined> {
  const { query, record } = run
  let prepared: Prepared
  let via: string
  try {
    via = viaOf(target, run.mail, run.home)
    prepared = await findPrepared(claimed, target, run)
  } catch (error) {
    const problem = describeProblem(describeError(error), [target.address])
    if (isForGood(error)) return await end(record, claimed, 'failed', problem)
    run.log.warn({ ...namesOf(claimed, target), problem }, 'a report cannot be written yet')
    return await settle(record, claimed, { is: 'later', problem, isDoubtful: false })
  }
  const begun = await beginHandover(query, claimed, { via, reportId: prepared.report.id })
  if (begun === 'lost') return undefined
  if (begun === 'unsubscribed') return await end(record, claimed, 'unsubscribed', null)
  const outcome = await handOver(prepared, claimed, target, run)
  if (outcome.is !== 'sent')
    run.log.warn({ ...namesOf(claimed, target), problem: outcome.problem }, 'a report was not taken')
  return await settle(record, claimed, outcome)
}

/** Without the role, or by a dimension that there is not, no report comes tomorrow either; data that are late are waited for. */
const isForGood = (error: unknown) =>
  error instanceof BadInputError && (error.status === 403 || error.field?.startsWith('filters') === true)

const namesOf = ({ subscriptionId, dueAt }: Claimed, { delivery }: Target) => ({
  delivery: delivery.name,
  subscription: subscriptionId,
  due: dueAt,
})

/** The same report for all who may see the same, read the same language and are on the same day. */
async function findPrepared({ dueAt }: Claimed, target: Target, run: Run): Promise<Prepared> {
  const { delivery, language, rights, schedule } = target
  const { report, filters, period } = delivery
  const days = daysOfPeriod(period, dateIn(schedule.timeZone, dueAt))
  const request = { report, ...days, language, filters }
  const key = JSON.stringify([request, rights])
  let found = run.prepared.get(key)
  if (!found) {
    found = withLimit(run.write(request, rights)).then(written => prepare(written, run.forms))
    run.prepared.set(key, found)
    // The next run asks again.
    found.catch(() => {})
  }
  return await found
}

async function withLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${WRITE_MS / 1000} s to write`)), WRITE_MS)
  })
  return await Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

async function handOver(prepared: Prepared, claimed: Claimed, target: Target, run: Run): Promise<Outcome> {
  const { delivery, recipient, channel, address } = target
  const links = linksOf(run, target, prepared.report)
  const name = [
    claimed.dueAt.toISOString().slice(0, 16).replaceAll(':', ''),
    delivery.name,
    recipient.name,
  ].join('-')
  try {
    if (channel !== 'email') {
      const note = toNote(prepared, links)
      return await sendNote({ kind: channel, connection: address, note }, { home: run.home, name })
    }
    const letter = await toLetter(prepared, {
      messageId: `${run.signer.messageOf(claimed.subscriptionId, claimed.dueAt)}@${hostOf(run.mail.from)}`,
      to: { name: recipient.name, address },
      ...{ delivery: delivery.name, links },
    })
    return await (await run.openMailer()).send(letter, name)
  } catch (error) {
    // Before the server was asked: its own failures are outcomes.
    return { is: 'later', problem: describeProblem(describeError(error), [address]), isDoubtful: false }
  }
}

/** Of a sender: what stands behind the @. */
const hostOf = (from: string) => /@([^\s>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost'
