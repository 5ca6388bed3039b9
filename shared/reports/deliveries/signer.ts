import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

/** What stands for a recipient where no address may: keyed, so that nobody finds an address by trying. */
export type Signer = {
  /** Of an address, or of a webhook's name. */
  recipientOf(channel: string, address: string): string
  /** Of a delivery's recipient: 32 hex digits. */
  subscriptionOf(delivery: string, recipient: string): string
  /** The left part of a Message-ID: of one report to one recipient. */
  messageOf(subscriptionId: string, dueAt: Date): string
  /** What a link to unsubscribe holds. */
  tokenOf(subscriptionId: string): string
  /** @returns the subscription that a token is of; undefined where nobody here has made it */
  readToken(token: string): string | undefined
}

const HALF = 32

/** @param key a key that is used for nothing else */
export function makeSigner(key: KeyObject): Signer {
  const sign = (...parts: string[]) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex').slice(0, HALF)
  const sealOf = (subscriptionId: string) => sign('unsubscribe', subscriptionId)
  return {
    recipientOf: (channel, address) => sign('recipient', channel, address.trim().toLowerCase()),
    subscriptionOf: (delivery, recipient) => sign('subscription', delivery, recipient),
    messageOf: (subscriptionId, dueAt) => sign('message', subscriptionId, dueAt.toISOString()),
    tokenOf: subscriptionId => `${subscriptionId}${sealOf(subscriptionId)}`,
    readToken(token) {
      if (!/^[0-9a-f]{64}$/.test(token)) return undefined
      const id = token.slice(0, HALF)
      return timingSafeEqual(Buffer.from(token.slice(HALF)), Buffer.from(sealOf(id))) ? id : undefined
    },
  }
}
