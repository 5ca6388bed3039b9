import type { Query } from '../../store/index.ts'

/** A snapshot's messages in the raw topic, and the epoch of all from there on. */
export type RawEpoch = {
  epoch: number
  firstOffset: bigint
  endOffset: bigint | undefined
  /** Commits have as many digits as the source's log; those of older epochs have 16. */
  isWide: boolean
}

export type RawEpochs = Awaited<ReturnType<typeof loadRawEpochs>>

/**
 * The epochs of a system's raw topic, by where each begins: a message that is read again finds the one that it had, and so
 * gets the position that it had.
 */
export async function loadRawEpochs(query: Query, system: string, busId: string) {
  // In one statement: of two that look while an epoch begins, both see it or neither.
  const rows = await query<{
    epoch: number | null
    first_offset: string
    end_offset: string | null
    is_wide: boolean
    latest: number
  }>(
    `select e.epoch, e.first_offset, e.end_offset, e.is_wide, l.latest
     from (select greatest((select max(epoch) from ingest.raw_epoch where system = $1),
       (select epoch from ingest.capture where system = $1), 0) as latest) l
     left join ingest.raw_epoch e on e.system = $1 and e.bus_id = $2 order by e.first_offset`,
    [system, busId],
  )
  const epochs = rows.flatMap((row): RawEpoch[] => {
    if (row.epoch === null) return []
    const endOffset = row.end_offset === null ? undefined : BigInt(row.end_offset)
    return [{ epoch: row.epoch, firstOffset: BigInt(row.first_offset), endOffset, isWide: row.is_wide }]
  })
  let last = rows[0]?.latest ?? 0
  const changed = new Set<RawEpoch>()
  const add = (firstOffset: bigint, endOffset?: bigint): RawEpoch => {
    last += 1
    const started: RawEpoch = { epoch: last, firstOffset, endOffset, isWide: true }
    epochs.push(started)
    changed.add(started)
    return started
  }
  return {
    /** The epoch of a message. */
    at: (offset: bigint) => epochs.findLast(({ firstOffset }) => firstOffset <= offset),
    /** A snapshot begins with this message. */
    begin: (offset: bigint) => add(offset),
    /** Changes begin with this message without a snapshot before them: the tables' earlier rows stay. */
    beginWithoutSnapshot: (offset: bigint) => add(offset, offset),
    /** The snapshot ends before this message. */
    end(epoch: RawEpoch, offset: bigint) {
      epoch.endOffset = offset
      changed.add(epoch)
    },
    async save(write: Query) {
      for (const { epoch, firstOffset, endOffset, isWide } of changed)
        await write(
          `insert into ingest.raw_epoch (system, bus_id, first_offset, epoch, end_offset, is_wide)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (system, bus_id, first_offset) do update set end_offset = excluded.end_offset`,
          [system, busId, firstOffset, epoch, endOffset ?? null, isWide],
        )
    },
  }
}
