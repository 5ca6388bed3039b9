import { makeCounter, makeGauge } from '../../shared/telemetry/index.ts'

/** The state of one of the connector's loops. */
export type LoopState = {
  /** Such as `capture/adventureworks` or `consume/land-changes/cdc.adventureworks.Sale`. */
  loop: string
  /** waiting: another process has its lease. failing: it failed, and restarts after a while. */
  state: 'waiting' | 'running' | 'failing'
  since: Date
  /** Why it failed. */
  problem?: string
}

const running = makeGauge({
  name: 'cordage_connector_loop_running',
  help: 'Whether a loop runs in this connector: 0 if another connector runs it, or if it has failed',
  labels: ['loop'],
})
const failures = makeCounter({
  name: 'cordage_connector_loop_failures_total',
  help: 'How often a loop of this connector has failed',
  labels: ['loop'],
})

/** Records the state of each loop, for probes and metrics. */
export function makeLoopBook() {
  const loops = new Map<string, LoopState>()
  return {
    note(loop: string, state: LoopState['state'], problem?: string): void {
      running.set({ loop }, state === 'running' ? 1 : 0)
      if (state === 'failing') failures.inc({ loop })
      if (state === 'failing' || loops.get(loop)?.state !== state)
        loops.set(loop, { loop, state, since: new Date(), ...(problem !== undefined && { problem }) })
    },
    list: (): LoopState[] => [...loops.values()].sort((a, b) => a.loop.localeCompare(b.loop)),
  }
}
