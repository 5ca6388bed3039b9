import { z } from 'zod'
import { LANGUAGES } from '../facts.ts'
import { KIND_NAMES } from '../kinds/index.ts'
import { PERIODS } from './period.ts'
import { isTimeZone, toCron, WHEN_SAYS } from './when.ts'

const MAX_NAME = 100

const name = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(MAX_NAME, `has at most ${MAX_NAME} characters`)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'must be one line, without control characters')
const text = z
  .string()
  .min(1, 'is empty')
  .regex(/^[^\0]*$/, 'must not hold NUL characters')
const language = z.enum(LANGUAGES, `must be one of ${LANGUAGES.join(', ')}`)
const timeZone = z.string().refine(isTimeZone, 'must be a time zone by its name, such as Europe/Berlin')
const list = z.array(text)
const valuesOf = (many: typeof list) =>
  z.record(z.string().min(1), z.union([text.transform(value => [value]), many])).default({})
const webhook = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,49}$/, 'must be a name such as sales-room, whose URL is in SALES_ROOM_URL')

/** The ways in which somebody is reached. */
export const CHANNELS = ['email', 'slack', 'mattermost'] as const
export type Channel = (typeof CHANNELS)[number]

const recipient = z
  .strictObject({
    name: name.describe('What the recipient is called in logs and answers; once in each delivery'),
    email: z
      .email('must be an address such as anna@shop.example')
      .max(254)
      .optional()
      .describe('Address of a person'),
    slack: webhook
      .optional()
      .describe(
        'Or a webhook of Slack, by a name: its URL is <NAME>_URL, <NAME>_URL_FILE, or secrets/<name>.url',
      ),
    mattermost: webhook.optional().describe('Or one of Mattermost, in the same way'),
    language: language.optional().describe("Default: the delivery's"),
    timeZone: timeZone.optional().describe("Default: the delivery's"),
    roles: z.array(text).default([]).describe('Roles that open marts, such as finance (docs/access.md)'),
    claims: valuesOf(list).describe(
      'Claims by which row rules show rows, such as territory (docs/access.md); default: none',
    ),
  })
  .refine(each => CHANNELS.filter(channel => each[channel] !== undefined).length === 1, {
    error: `must have exactly one of ${CHANNELS.join(', ')}`,
  })

const delivery = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be of the letters a to z, digits and "-", at most 63')
    .describe('Its name: another name begins anew, unsubscribed or not'),
  report: z.enum(KIND_NAMES, `must be one of ${KIND_NAMES.join(', ')}`).describe('Which report'),
  period: z
    .enum(PERIODS, `must be one of ${PERIODS.join(', ')}`)
    .describe("Its days, as seen from the recipient's date on which it is due"),
  when: z
    .string()
    .refine(when => toCron(when) !== undefined, WHEN_SAYS)
    .describe(
      'When it is due, in the time zone: daily 07:30, weekly Monday 07:30, monthly 1 07:30, monthly last 07:30, or a cron pattern of five fields',
    ),
  language: language.default('en').describe('Language of those who name none'),
  timeZone: timeZone.default('UTC').describe('Time zone of those who name none'),
  filters: valuesOf(list.min(1, 'is empty')).describe(
    'By dimension: the values that it is about; default: all',
  ),
  recipients: z.array(recipient).min(1, 'is empty').max(5000).describe('Who gets it'),
})

/** Who gets which report when. docs/reference/deliveries.md is printed from it. */
export const deliveriesSchema = z.strictObject({
  deliveries: z.array(delivery).max(200).describe('Each a report, a time, and who gets it; none is []'),
})

export type Delivery = z.output<typeof delivery>
export type Recipient = Delivery['recipients'][number]
export type Deliveries = readonly Delivery[]

/** Keys by the place that has them, for whoever misspells one. */
export const KEYS = {
  file: Object.keys(deliveriesSchema.shape),
  delivery: Object.keys(delivery.shape),
  recipient: Object.keys(recipient.shape),
}
