import { join } from 'node:path'
import { readTriggers, type Trigger } from '../../shared/config/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { Warehouse } from '../../shared/warehouse/index.ts'
import { ROOT } from './postgres.ts'

/** Writes down that the finished build has passed its checks: where they are not what is tested, they take too long. */
export async function passChecks(
  { query }: Pick<Store, 'query'>,
  warehouse: Pick<Warehouse, 'read'>,
): Promise<void> {
  await warehouse.read(async ({ build }) => {
    await query(
      `insert into ops.quality_run (built_at, changed_at, state, started_at) values ($1, $2, 'passed', now())`,
      [build.builtAt, build.changedAt],
    )
  })
}

/** Every trigger but that of the checks. */
export function triggersWithoutChecks(): Trigger[] {
  return readTriggers(join(ROOT, 'triggers')).filter(trigger => trigger.function !== 'check-quality')
}
