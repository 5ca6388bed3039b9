import landChanges from '../../functions/land/land-changes/handler.ts'
import { openStoreBus } from '../../shared/bus/index.ts'
import { makeOwnSource } from '../../shared/capture/own/source.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { openTable } from '../../shared/lake/index.ts'
import { readRows } from '../../shared/lake/read-rows.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { makeLocalCaller } from '../../stacks/connector/caller.ts'
import { startConnector } from '../../stacks/connector/index.ts'
import { NOBODY, startFunction } from './function.ts'

export const MASTER_KEY = Buffer.alloc(32, 7)

/** The connector, which follows nothing but Cordage's own system, and lands it. */
export async function followOwnSystem(
  owner: string,
  { store, objects }: { store: Store; objects: ObjectStore },
) {
  const source = makeOwnSource()
  const land = await startFunction(landChanges, { resources: { objects, sources: [source] } })
  return await startConnector({
    owner,
    duties: ['capture', 'consume'],
    sources: [source],
    connectionOf: () => new SecretUrl('postgres://unused'),
    triggers: [
      { function: 'land-changes', topics: { pattern: 'cdc.*', maxEvents: 100, maxBytes: 1e6, lingerMs: 10 } },
    ],
    store,
    bus: openStoreBus(store),
    objects,
    alerts: NOBODY,
    caller: makeLocalCaller(new Map([['land-changes', land.host]])),
    masterKey: MASTER_KEY,
    log: makeLogger({ level: 'silent' }),
  })
}

/** What has landed of a table of Cordage's own system. */
export async function readLanded(objects: ObjectStore, name: string) {
  const table = await openTable(objects, `lake/cdc_cordage/${name}`)
  const rows = []
  for (const file of table.snapshot.files.values())
    for await (const group of readRows(table, file, table.snapshot.columns)) rows.push(...group)
  return rows
}
