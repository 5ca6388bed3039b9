import type pg from 'pg'
import type { Source } from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'
import { slotOf } from './inspect.ts'
import { parseLsn, type ServerIdentity } from './replication.ts'

/** What a lost slot means, and what to do. */
export function lostSlotText(system: string, because: string): string {
  return `source ${system}: ${because}: its replication slot is lost and changes with it; run "npm run snapshot -- ${system}" to read its tables again`
}

/** A slot's LSN: the source keeps no log for us before it. */
export type Slot = { confirmedLsn: bigint; isLost: boolean }

export async function readSlot(client: pg.Client, source: Source): Promise<Slot | undefined> {
  const { rows } = await client.query<{ status: string | null; confirmed: string | null }>(
    'select wal_status as status, confirmed_flush_lsn::text as confirmed from pg_replication_slots where slot_name = $1',
    [slotOf(source)],
  )
  const [found] = rows
  if (!found) return undefined
  return {
    confirmedLsn: parseLsn(found.confirmed ?? '0/0'),
    isLost: !found.confirmed || found.status === 'lost',
  }
}

/** If we never created a slot, one of this name is another installation's, even if that one is stopped now. */
export function refuseForeignSlot(source: Source, slot: Slot | undefined): void {
  const name = slotOf(source)
  if (slot)
    throw new ConfigError(
      `source ${source.system}: its database has a replication slot ${name} that this installation did not create; give this source file another name or, if no other installation needs the slot, drop it: select pg_drop_replication_slot('${name}')`,
    )
}

/** Drops and recreates our slot. @returns where its stream begins: everything committed before is in the tables */
export async function recreateSlot(client: pg.Client, source: Source): Promise<bigint> {
  const slot = slotOf(source)
  await dropSlot(client, slot)
  const { rows } = await client.query<{ lsn: string }>(
    `select lsn::text as lsn from pg_create_logical_replication_slot($1, 'pgoutput')`,
    [slot],
  )
  return parseLsn(rows[0]?.lsn ?? '0/0')
}

async function dropSlot(client: pg.Client, slot: string): Promise<void> {
  // The walsender of a killed capture may hold it a moment longer.
  await client.query(
    'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid is not null',
    [slot],
  )
  for (let tries = 0; ; tries++) {
    try {
      await client.query(
        'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
        [slot],
      )
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || tries === 50) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

/**
 * Why a server's log is not the one that was read: another cluster, a timeline that branched off before the LSN that we
 * have confirmed, or a log that ends before it.
 * @param historyOf the server's history of a timeline: lines of an ancestor's number and the LSN where it was left
 */
export async function findOtherLog(
  known: { server: { system: string; timeline: number } | undefined; confirmedLsn: bigint },
  is: ServerIdentity,
  historyOf: (timeline: number) => Promise<string>,
): Promise<string | undefined> {
  const { server, confirmedLsn } = known
  if (is.end < confirmedLsn)
    return 'its log ends before the position that was read: it was restored from an older copy'
  if (!server) return undefined
  if (server.system !== is.system) return 'it is not the database cluster that was read'
  if (server.timeline === is.timeline) return undefined
  const line = (await historyOf(is.timeline))
    .split('\n')
    .map(text => text.trim().split(/\s+/))
    .find(([timeline]) => Number(timeline) === server.timeline)
  if (line?.[1] && parseLsn(line[1]) >= confirmedLsn) return undefined
  return 'it continued from an older position than was read: it was restored or failed over'
}
