import type { z } from 'zod'
import type { Alerts } from '../../../shared/alerts/index.ts'
import { defineFunction, type FunctionDefinition } from '../../../shared/contract/index.ts'
import { BadInputError, NotFoundError } from '../../../shared/errors/index.ts'
import type { Llm } from '../../../shared/llm/index.ts'
import {
  dropOld,
  type Forms,
  keepDeliveries,
  makeSigner,
  planDue,
  planNow,
  readLast,
  readSent,
  type Sending,
  sendDue,
  setSubscribed,
  showPlans,
  type Target,
  targetsOf,
  tellUndelivered,
  type Writing,
} from '../../../shared/reports/deliveries/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import { type Input, input, output } from './schema.ts'

const TIMEOUT_MS = 600_000
/** From then on nothing more is begun: what is begun takes less than four minutes. */
const BEGIN_MS = 360_000

type Answer = z.input<typeof output>
type Run = Sending & { store: Store; alerts: Alerts; until: AbortSignal; now: Date }

/**
 * Sends reports to those who are to get them. It may run twice, and at once: each delivery, recipient and due time has one row,
 * which is claimed before it is sent and says how it went.
 * @param makeWriting how a report is written during one call
 */
export function defineSendReport(
  makeWriting: (call: { store: Store; llm: Llm | undefined; log: Logger; signal: AbortSignal }) => Writing,
  forms: Forms,
): FunctionDefinition {
  return defineFunction({
    name: 'send-report',
    summary: 'Sends the reports that are due, or one now; says who would get what when',
    access: 'operator',
    uses: ['store', 'privacy', 'alerts', 'llm', 'mail'] as const,
    timeoutMs: TIMEOUT_MS,
    input,
    output,
    example: { dryRun: true },

    init: ({ resources: { privacy }, settings, log }) => ({
      deliveries: keepDeliveries(settings, log),
      signer: makeSigner(privacy.keyFor('reports that are sent')),
    }),

    async handle(asked, { state, resources: { store, alerts, llm, mail }, settings, log, signal }) {
      const { deliveries, warnings } = state.deliveries()
      const all = targetsOf(deliveries, state.signer)
      const run: Run = {
        ...{
          store,
          query: store.query,
          record: store.urgent,
          alerts,
          mail,
          log,
          forms,
          signer: state.signer,
        },
        write: makeWriting({ store, llm, log, signal }),
        home: settings.CORDAGE_HOME,
        publicUrl: settings.PUBLIC_URL?.reveal(),
        until: AbortSignal.any([signal, AbortSignal.timeout(BEGIN_MS)]),
        now: new Date(),
      }
      const answer = await answerTo(asked, all, run)
      return { at: run.now.toISOString(), states: {}, results: [], sent: [], plans: [], warnings, ...answer }
    },
  })
}

async function answerTo(asked: Input, all: Target[], run: Run): Promise<Partial<Answer>> {
  const chosen = choose(asked, all)
  if (asked.subscribed !== undefined) {
    await showPlans(run.query, chosen, run)
    const ids = chosen.map(target => target.subscriptionId)
    await setSubscribed(run.query, ids, { isSubscribed: asked.subscribed, by: 'operator' })
  }
  if (asked.dryRun || asked.subscribed !== undefined)
    return { plans: await showPlans(run.query, chosen, run), sent: await readSent(run.query, chosen) }
  if (asked.delivery !== undefined) return await sendNow(chosen, all, run)
  await planDue(run.store, all, run.now)
  const states = await send(all, run)
  await dropOld(run.query)
  return { states }
}

async function sendNow(chosen: Target[], all: Target[], run: Run): Promise<Partial<Answer>> {
  const dueAt = await planNow(run.query, chosen, run.now)
  const states = await send(all, run, dueAt)
  const last = await readLast(
    run.query,
    chosen.map(target => target.subscriptionId),
    dueAt,
  )
  const results = chosen.flatMap(({ subscriptionId, delivery, recipient }) => {
    const result = last.get(subscriptionId)
    return result ? [{ delivery: delivery.name, recipient: recipient.name, ...result }] : []
  })
  return { states, results }
}

/** @returns how many ended in which state */
async function send(targets: Target[], run: Run, askedAt?: Date): Promise<Record<string, number>> {
  const attempts = await sendDue(targets, run, { until: run.until, ...(askedAt && { askedAt }) })
  await tellUndelivered(run, { targets, deliveries: new Set(attempts.map(({ delivery }) => delivery)) })
  return Object.fromEntries(
    [...Map.groupBy(attempts, ({ state }) => state)].map(([state, those]) => [state, those.length]),
  )
}

/** Those that are asked for. @throws NotFoundError that names what the file does not */
function choose({ delivery, recipient, subscribed }: Input, all: Target[]): Target[] {
  if (delivery === undefined) {
    if (recipient !== undefined || subscribed !== undefined)
      throw new BadInputError('delivery is missing: its name in the file', { field: 'delivery' })
    return all
  }
  if (subscribed !== undefined && recipient === undefined)
    throw new BadInputError('recipient is missing: its name in the file', { field: 'recipient' })
  const of = all.filter(target => target.delivery.name === delivery)
  const missing = (field: 'delivery' | 'recipient', name: string, known: string[]) =>
    new NotFoundError(
      `no ${field} ${JSON.stringify(name)} in the file: there ${known.length > 0 ? `are ${known.slice(0, 20).join(', ')}` : 'is none'}`,
      { field },
    )
  if (of.length === 0)
    throw missing('delivery', delivery, [...new Set(all.map(target => target.delivery.name))])
  const chosen = of.filter(target => recipient === undefined || target.recipient.name === recipient)
  if (chosen.length === 0 && recipient !== undefined)
    throw missing(
      'recipient',
      recipient,
      of.map(target => target.recipient.name),
    )
  return chosen
}
