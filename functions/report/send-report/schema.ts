import { z } from 'zod'
import { storableText } from '../../../shared/contract/index.ts'

const name = storableText(100).min(1)

export const input = z.strictObject({
  delivery: name.optional().describe('Sends this one now, whenever it is due; default: what is due'),
  recipient: name.optional().describe('Of that delivery only this recipient, by its name in the file'),
  dryRun: z.boolean().default(false).describe('Sends nothing: says who would get what when'),
  subscribed: z
    .boolean()
    .optional()
    .describe('Sends nothing: whether the recipient gets the delivery, which a link in each mail ends'),
})
export type Input = z.output<typeof input>

const last = z.object({
  dueAt: z.iso.datetime(),
  state: z.string().describe('due, sending, sent, failed, bounced, unsubscribed or skipped'),
  attempts: z.number().int(),
  isPerhapsTwice: z.boolean().describe('A process died, or a connection ended, while it was handed over'),
  problem: z.string().nullable(),
})

const plan = z.object({
  delivery: z.string(),
  recipient: z.string(),
  channel: z.string(),
  via: z.enum(['smtp', 'webhook', 'file']).nullable(),
  report: z.string(),
  language: z.string(),
  filters: z.record(z.string(), z.array(z.string())),
  roles: z.array(z.string()),
  claims: z.record(z.string(), z.array(z.string())),
  isSubscribed: z.boolean(),
  nextAt: z.iso.datetime().nullable(),
  timeZone: z.string(),
  period: z.object({ from: z.iso.date(), to: z.iso.date() }).nullable().describe('Of the next one'),
  last: last.nullable(),
  problem: z.string().nullable().describe('Why it cannot be sent at all'),
})

export const output = z.object({
  at: z.iso.datetime(),
  states: z.record(z.string(), z.number().int()).describe('How many ended how; due: will be tried again'),
  results: z
    .array(last.extend({ delivery: z.string(), recipient: z.string() }))
    .describe('Of a delivery that was sent now: each recipient'),
  sent: z
    .array(last.extend({ delivery: z.string(), recipient: z.string(), reportId: z.string().nullable() }))
    .describe('Of a dry run: what has been sent, or was not, the last fifty of those that are asked for'),
  plans: z.array(plan).describe('Of a dry run, and of a changed subscription'),
  warnings: z.array(z.string()).describe('What is wrong with the file of deliveries'),
})
