/** What time it is where the server stands. */
export type Clock = {
  /** Milliseconds since 1970, in UTC. */
  now(): number
  /** Minutes east of UTC then. */
  utcOffset(at: number): number
}

export type CountedClock = Clock & { advance(ms: number): void; setUtcOffset(minutes: number): void }

const START = Date.UTC(2026, 0, 5, 8)

/** A clock that goes on only when it is told to, or by `stepMs` whenever it is looked at: the same run has the same times. */
export function makeCountedClock({ start = START, stepMs = 1, utcOffset = 0 } = {}): CountedClock {
  let at = start
  const changes = [{ from: Number.NEGATIVE_INFINITY, minutes: utcOffset }]
  return {
    now() {
      at += stepMs
      return at
    },
    utcOffset: moment => changes.findLast(({ from }) => from <= moment)?.minutes ?? utcOffset,
    advance(ms) {
      at += ms
    },
    setUtcOffset(minutes) {
      changes.push({ from: at, minutes })
    },
  }
}

export const systemClock: Clock = {
  now: Date.now,
  utcOffset: at => -new Date(at).getTimezoneOffset(),
}

/** Minutes east of UTC, now. */
export const localOffset = (clock: Clock) => clock.utcOffset(clock.now())

/** A moment as `datetime` has it in the server's local time: to three hundredths of a second. */
export function localDateTime({ utcOffset }: Clock, at: number): string {
  const local = at + utcOffset(at) * 60_000
  const hundredths = Math.round((local * 3) / 10)
  return new Date(Math.round((hundredths * 10) / 3)).toISOString().slice(0, 23)
}

/** A moment as `datetime2(7)` in UTC. */
export const utcDateTime2 = (at: number) => `${new Date(at).toISOString().slice(0, 23)}0000`
