import type { Action } from './actions.ts'
import type { Snapshot } from './snapshot.ts'

/** How far one partition of a topic has landed: events up to here are already in the table. */
export type LandedMark = { offset: bigint | undefined; position: string | undefined }

/** Where events come from: a partition of a topic of one bus. */
export type Origin = { busId: string; topic: string; partition: number }

const offsetApp = ({ busId, topic, partition }: Origin) => `land/${busId}/${topic}/${partition}`
const OFFSET_APP = /^land\/([^/]+)\/(.+)\/(\d+)$/
const epochApp = ({ topic, partition }: Omit<Origin, 'busId'>) => `epoch/${topic}/${partition}`
const positionDomain = ({ topic, partition }: Origin) => `cordage.land/${topic}/${partition}`

export function landedMark(snapshot: Snapshot, origin: Origin): LandedMark {
  return {
    offset: snapshot.transaction(offsetApp(origin)),
    position: snapshot.domain(positionDomain(origin)),
  }
}

/** Why the position is a domain's: docs/decisions/0002-landed-position-in-domain-metadata.md. */
export function markActions(origin: Origin, mark: LandedMark): Action[] {
  const actions: Action[] = []
  if (mark.offset !== undefined)
    actions.push({ txn: { appId: offsetApp(origin), version: mark.offset, lastUpdated: Date.now() } })
  if (mark.position !== undefined)
    actions.push({
      domainMetadata: { domain: positionDomain(origin), configuration: mark.position, removed: false },
    })
  return actions
}

/** Every partition's mark, of whichever bus. */
export function landMarks(snapshot: Snapshot): (Origin & { offset: bigint; position: string | undefined })[] {
  return [...snapshot.transactions].flatMap(([appId, { version }]) => {
    const match = OFFSET_APP.exec(appId)
    if (!match) return []
    const origin = { busId: match[1] as string, topic: match[2] as string, partition: Number(match[3]) }
    return [{ ...origin, offset: version, position: landedMark(snapshot, origin).position }]
  })
}

export function epochAction(origin: Omit<Origin, 'busId'>, epoch: number): Action {
  return { txn: { appId: epochApp(origin), version: BigInt(epoch), lastUpdated: Date.now() } }
}

/** The last epoch whose snapshot has landed in a partition; 0 before the first. */
export function landedEpoch(snapshot: Snapshot, origin: Omit<Origin, 'busId'>): number {
  return Number(snapshot.transaction(epochApp(origin)) ?? 0n)
}

/** The last epoch whose snapshot has landed in every partition: a key not seen since it began is deleted. */
export function completedEpoch(snapshot: Snapshot, topic: string, partitions: number): number {
  const epochs = Array.from({ length: partitions }, (_, partition) =>
    landedEpoch(snapshot, { topic, partition }),
  )
  return Math.min(...epochs)
}
