/** A business date, YYYY-MM-DD, and the moment by which interactions are in order, ISO 8601 in UTC. */
export type Moment = { day: string; at: string }

const DATE_LENGTH = 'YYYY-MM-DD'.length
/** Dates that there can be, as in the marts: others are slips, or a program's word for "never". */
const isBusinessDate = (day: string) => day >= '1900-01-01' && day <= '2099-12-31'

const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks in a zone read, as the milliseconds that they would be in UTC. */
function readClock(ms: number, zone: string): number {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
    formats.set(zone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

const dayOf = (ms: number, zone: string) => new Date(readClock(ms, zone)).toISOString().slice(0, DATE_LENGTH)

/** The moment at which clocks in a zone read this, given as if it were UTC. */
function toInstant(reading: number, zone: string): number {
  const guess = reading - (readClock(reading, zone) - reading)
  return reading - (readClock(guess, zone) - guess)
}

/**
 * When something happened: by its own date or time, as the bus has them; by the change's time where there is none, or none that
 * there can be. Of a date alone the moment is the change's time if that is on this day, else the day's begin.
 * @param zone of the source; @param dayZone of the business date
 */
export function readMoment(value: string | null, changedAt: string, zone: string, dayZone = zone): Moment {
  const changed = { day: dayOf(Date.parse(changedAt), dayZone), at: changedAt }
  // Of years before 100 the clock's reading would be taken for one of the last century.
  if (value === null || value < '1899') return changed
  if (value.length === DATE_LENGTH) {
    const midnight = Date.parse(`${value}T00:00:00Z`)
    if (Number.isNaN(midnight) || !isBusinessDate(value)) return changed
    return value === changed.day
      ? changed
      : { day: value, at: new Date(toInstant(midnight, zone)).toISOString() }
  }
  const isZoned = value.endsWith('Z')
  const reading = Date.parse(isZoned ? value : `${value}Z`)
  if (Number.isNaN(reading)) return changed
  const at = isZoned ? reading : toInstant(reading, zone)
  const day = isZoned || dayZone !== zone ? dayOf(at, dayZone) : value.slice(0, DATE_LENGTH)
  return isBusinessDate(day) ? { day, at: new Date(at).toISOString() } : changed
}
