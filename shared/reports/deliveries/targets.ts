import type { Identity } from '../../contract/index.ts'
import { chatVia, type Mail } from '../../outbox/index.ts'
import type { Language } from '../facts.ts'
import { CHANNELS, type Channel, type Deliveries, type Delivery, type Recipient } from './schema.ts'
import type { Signer } from './signer.ts'
import { type Schedule, toCron } from './when.ts'

/** One recipient of one delivery, as the file has it now. */
export type Target = {
  subscriptionId: string
  delivery: Delivery
  recipient: Recipient
  /** Keyed: what the store knows instead of the address. */
  recipientKey: string
  channel: Channel
  /** An address, or a webhook's name. */
  address: string
  language: Language
  schedule: Schedule
  /** Under whose rights the report is written. Nobody is an operator unless the file says so. */
  rights: Identity
}

export function targetsOf(deliveries: Deliveries, signer: Signer): Target[] {
  return deliveries.flatMap(delivery =>
    delivery.recipients.map(recipient => {
      const [channel, address] = addressOf(recipient)
      const recipientKey = signer.recipientOf(channel, address)
      return {
        subscriptionId: signer.subscriptionOf(delivery.name, recipientKey),
        ...{ delivery, recipient, recipientKey, channel, address },
        language: recipient.language ?? delivery.language,
        schedule: {
          cron: toCron(delivery.when) ?? '',
          timeZone: recipient.timeZone ?? delivery.timeZone,
        },
        rights: rightsOf(recipient),
      }
    }),
  )
}

function addressOf(recipient: Recipient): [Channel, string] {
  for (const channel of CHANNELS) {
    const address = recipient[channel]
    if (address !== undefined) return [channel, address]
  }
  throw new Error('a recipient has no channel')
}

const rightsOf = ({ roles, claims }: Recipient): Identity => ({
  isOperator: roles.includes('operator'),
  roles,
  claims,
})

/** Whether a server takes it, or it becomes a file. */
export function viaOf({ channel, address }: Target, mail: Mail, home: string): 'smtp' | 'webhook' | 'file' {
  return channel === 'email' ? mail.via : chatVia(address, home)
}
