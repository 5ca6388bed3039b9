import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type { Logger } from 'pino'
export { startTracing, type Tracing } from './tracing.ts'

/** One registry per process; `/metrics` prints it. */
export const registry = new Registry()

/** Adds the process's own figures (memory, event loop, file descriptors) to the registry, once. */
export function startProcessMetrics(): void {
  if (registry.getSingleMetric('process_cpu_user_seconds_total') === undefined)
    collectDefaultMetrics({ register: registry })
}

type MetricOptions<L extends string> = {
  name: string
  help: string
  labels?: readonly L[]
  buckets?: number[]
  /** Called at each scrape, to set current values. */
  collect?: () => Promise<void>
}

export function makeCounter<L extends string>({ name, help, labels = [] }: MetricOptions<L>): Counter<L> {
  return new Counter({ name, help, labelNames: labels, registers: [registry] })
}

export function makeGauge<L extends string>({
  name,
  help,
  labels = [],
  collect,
}: MetricOptions<L>): Gauge<L> {
  return new Gauge({ name, help, labelNames: labels, registers: [registry], ...(collect && { collect }) })
}

export function makeHistogram<L extends string>({
  name,
  help,
  labels = [],
  buckets,
}: MetricOptions<L>): Histogram<L> {
  return new Histogram({ name, help, labelNames: labels, registers: [registry], ...(buckets && { buckets }) })
}

/**
 * A JSON-lines logger. Nothing above debug is logged for normal work; values of personal columns never are
 * (callers pass names, positions and counts).
 */
export function makeLogger(options: { level: string; destination?: pino.DestinationStream }): pino.Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  return pino(settings, options.destination ?? pino.destination({ dest: 2, sync: true }))
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/

/** The W3C trace id of a `traceparent` value, or a new one. */
export function readTraceId(traceparent: string | undefined): string {
  const given = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1]
  return given ?? randomBytes(16).toString('hex')
}

/** The `traceparent` to send on, so that the next call belongs to the same trace. */
export function makeTraceparent(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`
}
