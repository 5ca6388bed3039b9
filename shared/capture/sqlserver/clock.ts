import type { SqlServerSource } from './keys.ts'

/** The clock of a server whose log has times without a zone. */
export type Clock = {
  /** The zone that its times are read in, in words. */
  zone: string
  /**
   * An instant. An hour that comes twice is the earlier one, unless the log has come further already.
   * @param local the server's clock, as if it were UTC
   */
  toInstant(local: Date, notBefore?: Date): Date
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** @param utcOffsetMinutes what the server's clock is off from UTC now */
export function makeClock(
  { serverTimeZone, timeZone }: Pick<SqlServerSource, 'serverTimeZone' | 'timeZone'>,
  utcOffsetMinutes: number,
  now = Date.now(),
): Clock {
  const zone = serverTimeZone ?? (makeOffsets(timeZone)(now) === utcOffsetMinutes ? timeZone : undefined)
  const offsetAt = zone ? makeOffsets(zone) : () => utcOffsetMinutes
  return {
    zone: zone ?? `UTC${utcOffsetMinutes < 0 ? '-' : '+'}${Math.abs(utcOffsetMinutes) / 60}`,
    toInstant(local, notBefore) {
      const ms = local.getTime()
      const found = [offsetAt(ms - DAY_MS), offsetAt(ms + DAY_MS)]
        .map(offset => ms - offset * MINUTE_MS)
        .filter(utc => utc + offsetAt(utc) * MINUTE_MS === ms)
        .sort((a, b) => a - b)
      const [first = ms - offsetAt(ms - DAY_MS) * MINUTE_MS, second = first] = found
      return new Date(notBefore && first < notBefore.getTime() ? second : first)
    },
  }
}

/** A zone's offset from UTC at an instant, in minutes. It changes on quarters of an hour only. */
function makeOffsets(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  const QUARTER_MS = 15 * MINUTE_MS
  let last: { quarter: number; offset: number } | undefined
  return ms => {
    const quarter = Math.floor(ms / QUARTER_MS)
    if (last?.quarter !== quarter) last = { quarter, offset: readOffset(format.format(quarter * QUARTER_MS)) }
    return last.offset
  }
}

/** Of a date's text that ends in `GMT+05:30`. */
function readOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(text) ?? []
  const offset = Number(hours) * 60 + Number(minutes)
  return sign === '-' ? -offset : offset
}
