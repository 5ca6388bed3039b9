import { z } from 'zod'
import { defineFunction, isStorableTime, storableText } from '../../../shared/contract/index.ts'

const instant = z.iso.datetime().refine(isStorableTime, 'must be an instant such as 2017-06-30T10:00:00Z')

const input = z.strictObject({
  topic: storableText(200).optional().describe('Only events of this topic'),
  function: storableText(200).optional().describe('Only events that this function parked'),
  reason: storableText(200).optional().describe('Only events that were parked for this reason'),
  parkedFrom: instant.optional().describe('Parked at or after'),
  parkedTo: instant.optional().describe('Parked before'),
})

const output = z.object({
  requested: z.number().int().describe('Events that the connector will send again'),
  withoutEvent: z
    .number()
    .int()
    .describe(
      'Parked at admission, where only their position is kept: correct the source file, then take a new snapshot',
    ),
})

/** Requests that parked events be sent again. A repeat requests the same ones, and sinks keep the newer position. */
export default defineFunction({
  name: 'replay-parked',
  summary: 'Sends parked events to their function again, chosen by topic, function, reason or time',
  access: 'operator',
  uses: ['store'] as const,
  input,
  output,
  example: { function: 'land-changes', reason: 'type_mismatch' },

  async handle({ topic, function: name, reason, parkedFrom, parkedTo }, { resources: { store } }) {
    const rows = await store.query<{ has_event: boolean }>(
      `update ops.parked set replay_requested_at = case when event is not null then now() end
       where ($1::text is null or topic = $1) and ($2::text is null or function = $2) and ($3::text is null or reason = $3)
         and ($4::timestamptz is null or parked_at >= $4) and ($5::timestamptz is null or parked_at < $5)
       returning event is not null as has_event`,
      [topic ?? null, name ?? null, reason ?? null, parkedFrom ?? null, parkedTo ?? null],
    )
    const requested = rows.filter(row => row.has_event).length
    return { requested, withoutEvent: rows.length - requested }
  },
})
