import { BadInputError, describeError, isOutage, stackOf } from '../errors/index.ts'
import { type BusEvent, readBusEvent } from '../events/index.ts'
import type { BatchResult, Context, FunctionDefinition } from './define.ts'
import { parseInput } from './input.ts'
import type { Message, RawEvent } from './message.ts'
import type { ResourceName } from './resources.ts'

/** What a message carries, as a list. */
export function eventsOf(message: Message | undefined): RawEvent[] {
  if (message?.kind === 'batch') return message.events
  return message?.kind === 'event' ? [message.event] : []
}

/** Parks malformed events; hands the others over together, in their order. */
export async function handleEvents(
  definition: FunctionDefinition & { kind: 'events' },
  events: (RawEvent | BusEvent)[],
  context: Context<ResourceName, unknown>,
): Promise<BatchResult[]> {
  const good: BusEvent[] = []
  const results: BatchResult[] = []
  for (const event of events) {
    const read = readBusEvent(event)
    if (read) good.push(read)
    else results.push({ id: idOf(event), status: 'parked', reason: 'malformed_event' })
  }
  if (good.length > 0) results.push(...(await definition.handleBatch(good, context)))
  return results
}

/** An id may be anything in malformed input: only a text is accepted. */
export function idOf(event: RawEvent | BusEvent): string {
  return typeof event.id === 'string' ? event.id : ''
}

/** A batch for a function that takes one request at a time: each event's data is an input of its own. */
export async function handleEach(
  definition: FunctionDefinition & { kind: 'request' },
  events: RawEvent[],
  context: Context<ResourceName, unknown>,
): Promise<BatchResult[]> {
  const results: BatchResult[] = []
  for (const event of events) {
    const id = idOf(event)
    // The caller already has an answer: the rest need not be done.
    if (context.signal.aborted) break
    try {
      await definition.handle(parseInput(definition.input, event.data), context)
      results.push({ id, status: 'done' })
    } catch (error) {
      if (error instanceof BadInputError) {
        results.push({ id, status: 'parked', reason: error.reason })
        continue
      }
      const reason = isOutage(error) ? 'outage' : 'unknown_error'
      const { log, traceId } = context
      log[reason === 'outage' ? 'warn' : 'error'](
        { traceId, event: id, error: describeError(error), stack: stackOf(error) },
        'a request of a batch failed',
      )
      results.push({ id, status: 'retry', reason })
    }
  }
  return results
}
