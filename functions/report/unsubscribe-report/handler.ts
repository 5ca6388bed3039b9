import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import {
  makeSigner,
  PAGE_HEADERS,
  readSubscription,
  setSubscribed,
  toPage,
} from '../../../shared/reports/deliveries/index.ts'
import { LANGUAGES } from '../../../shared/reports/facts.ts'
import type { Query } from '../../../shared/store/index.ts'

const input = z.strictObject({
  token: z.string().min(1).max(200).describe('From the link in a mail'),
  subscribed: z.boolean().default(false).describe('true: takes the reports up again'),
  'List-Unsubscribe': z.string().max(100).optional().describe('What mail programs post (RFC 8058)'),
  format: z.enum(['json', 'html']).optional().describe('Default: by the header Accept'),
})

const output = z.object({
  delivery: z.string(),
  language: z.enum(LANGUAGES),
  isSubscribed: z.boolean().describe('Whether its reports are sent to the recipient of the link'),
  isChanged: z.boolean().describe('Whether this call was to change it; GET changes nothing'),
})

const html = {
  name: 'html',
  type: 'text/html',
  parameters: 'charset=utf-8',
  headers: PAGE_HEADERS,
  encode: toPage,
  schema: { type: 'string', description: 'A page with one button' },
}

/**
 * Ends what the link of a mail belongs to. GET shows a page that asks, since scanners of mail follow links; POST does it, also as
 * one click of a mail program. Harmless to repeat: it says what should be.
 */
export default defineFunction({
  name: 'unsubscribe-report',
  summary: 'Ends the reports that the link of a mail is of, or takes them up again',
  access: 'public',
  uses: ['store', 'privacy'] as const,
  input,
  output,
  forms: [html],
  example: { token: '5b279fe641842f47debd299b89ae839d4ee02dbbf78cd22ad6d1265df9bc823c' },

  init: ({ resources: { privacy } }) => makeSigner(privacy.keyFor('reports that are sent')),

  show: async ({ token }, { resources: { store }, state: signer }) => ({
    ...(await find(store.query, signer.readToken(token))).subscription,
    isChanged: false,
  }),

  async handle({ token, subscribed }, { resources: { store }, state: signer }) {
    const { id, subscription } = await find(store.query, signer.readToken(token))
    await setSubscribed(store.query, [id], { isSubscribed: subscribed, by: 'recipient' })
    return { ...subscription, isSubscribed: subscribed, isChanged: true }
  },
})

async function find(query: Query, id: string | undefined) {
  const subscription = id === undefined ? undefined : await readSubscription(query, id)
  if (id === undefined || subscription === undefined)
    throw new NotFoundError('the link is not one of ours, or it is incomplete: copy the whole of it', {
      field: 'token',
    })
  return { id, subscription }
}
