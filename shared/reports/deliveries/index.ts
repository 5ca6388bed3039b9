export { dropOld } from './log.ts'
export { PAGE_HEADERS, toPage } from './page.ts'
export { PERIODS } from './period.ts'
export { keepSubscriptions, planDue, planNow } from './plan.ts'
export {
  type CurrentDeliveries,
  deliveriesFileOf,
  keepDeliveries,
  parseDeliveries,
  readDeliveriesText,
} from './read-deliveries.ts'
export { type Deliveries, deliveriesSchema } from './schema.ts'
export { type Attempt, type Sending, sendDue } from './send.ts'
export { type Last, type Plan, readLast, readSent, showPlans } from './show.ts'
export { makeSigner, type Signer } from './signer.ts'
export { readSubscription, type Subscription, setSubscribed } from './subscribe.ts'
export { type Target, targetsOf } from './targets.ts'
export { tellUndelivered } from './tell.ts'
export { WORDS } from './words.ts'
export type { Forms, Writing } from './writing.ts'
