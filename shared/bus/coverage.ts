import { z } from 'zod'

/** How fresh an answer is: complete up to `position`, the source's position at `changedAt`. Null during the initial snapshot. */
export const asOfSchema = z.object({
  changedAt: z.iso
    .datetime()
    .nullable()
    .describe('Everything committed at the source by then is in this answer'),
  position: z.string().nullable().describe('The same as a place in the source; positions compare as text'),
})
export type AsOf = z.output<typeof asOfSchema>

/** Columns of a query for how far a group has read some topics; both parameters are numbers of placeholders. */
export function coverageSql(group: number, topics: number): string {
  return `select case when bool_and(position is not null) then min(position) end as position,
    case when bool_and(changed_at is not null) then min(changed_at) end as changed_at
    from bus.coverage where "group" = $${group} and topic = any($${topics}::text[])`
}

export function toAsOf(row: { position: string | null; changed_at: Date | null } | undefined): AsOf {
  return { changedAt: row?.changed_at?.toISOString() ?? null, position: row?.position ?? null }
}
