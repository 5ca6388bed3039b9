import type { Query } from '../../store/index.ts'
import type { Language } from '../facts.ts'

export type Subscription = { delivery: string; language: Language; isSubscribed: boolean }

/** @returns undefined where there is none of this id */
export async function readSubscription(
  query: Query,
  subscriptionId: string,
): Promise<Subscription | undefined> {
  const [row] = await query<{ delivery: string; language: Language; is_subscribed: boolean }>(
    'select delivery, language, unsubscribed_at is null as is_subscribed from report.subscription where subscription_id = $1',
    [subscriptionId],
  )
  return row && { delivery: row.delivery, language: row.language, isSubscribed: row.is_subscribed }
}

/** Ends these subscriptions or takes them up again; a repeat changes nothing. */
export async function setSubscribed(
  query: Query,
  subscriptionIds: string[],
  { isSubscribed, by }: { isSubscribed: boolean; by: 'recipient' | 'operator' },
): Promise<void> {
  if (isSubscribed)
    await query(
      'update report.subscription set unsubscribed_at = null, unsubscribed_by = null where subscription_id = any($1)',
      [subscriptionIds],
    )
  else
    await query(
      `update report.subscription set unsubscribed_at = clock_timestamp(), unsubscribed_by = $2
       where subscription_id = any($1) and unsubscribed_at is null`,
      [subscriptionIds, by],
    )
}
