import { Cron } from 'croner'

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const FORM = /^(?:daily|weekly ([a-z]+)|monthly (\d{1,2}|last)) (\d{1,2}):(\d{2})$/i
/** Every month has so many days. */
const SURE_DAYS = 28

export const WHEN_SAYS =
  'must be such as "daily 07:30", "weekly Monday 07:30", "monthly 1 07:30" (1 to 28, or last), or a cron pattern such as "30 7 * * 1-5"'

/** The cron pattern of a time in words, or of one. @returns undefined where it is neither */
export function toCron(when: string): string | undefined {
  const [form, weekday, day, hour, minute] = FORM.exec(when.trim()) ?? []
  if (form === undefined) return isCron(when.trim()) ? when.trim() : undefined
  if (Number(hour) > 23 || Number(minute) > 59) return undefined
  const time = `${Number(minute)} ${Number(hour)}`
  if (weekday !== undefined) {
    const at = DAYS.indexOf(weekday.toLowerCase())
    return at < 0 ? undefined : `${time} * * ${at}`
  }
  if (day === undefined) return `${time} * * *`
  if (day.toLowerCase() === 'last') return `${time} L * *`
  return Number(day) >= 1 && Number(day) <= SURE_DAYS ? `${time} ${Number(day)} * *` : undefined
}

function isCron(pattern: string): boolean {
  // Five fields: nobody wants a report by the second.
  if (pattern.split(/\s+/).length !== 5) return false
  try {
    return new Cron(pattern, { paused: true }).nextRun() !== null
  } catch {
    return false
  }
}

export function isTimeZone(name: string): boolean {
  // By its name: an offset knows no summer.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** When a report is due: a cron pattern in a time zone. */
export type Schedule = { cron: string; timeZone: string }

/** Due times that are looked back for. */
const MOST_MISSED = 20

/**
 * The due times in (after, now], the latest first, 20 at most. A time that the clocks leave out is due at the next that there
 * is; one that comes twice is due the first time.
 */
export function dueTimes({ cron, timeZone }: Schedule, after: Date, now: Date): Date[] {
  // Those before a moment are asked for, and this very moment counts.
  const until = new Date(now.getTime() + 1000)
  const schedule = makeCron(cron, timeZone)
  const isDue = (due: Date) => due > after && due <= now
  // Mostly nothing is, and to look far back takes long.
  if (!schedule.previousRuns(1, until).some(isDue)) return []
  return schedule.previousRuns(MOST_MISSED, until).filter(isDue)
}

export function nextDue({ cron, timeZone }: Schedule, after: Date): Date | null {
  return makeCron(cron, timeZone).nextRun(after)
}

const makeCron = (cron: string, timezone: string) => new Cron(cron, { timezone, paused: true })

/** By time zone: to make one takes longer than to use it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** Of a moment, in a time zone: YYYY-MM-DD. */
export function dateIn(timeZone: string, at: Date): string {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn' },
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    })
    formats.set(timeZone, format)
  }
  const parts = format.formatToParts(at)
  const of = (type: string) => parts.find(part => part.type === type)?.value ?? ''
  return `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}`
}
