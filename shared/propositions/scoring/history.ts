/** What a client did, by product; days are counted from 1970-01-01. */
export type History = {
  /** Days on which each product was bought, each day once. */
  bought: Map<string, number[]>
  /** Looked at, and not bought. */
  interested: Set<string>
  returned: Set<string>
  /** The last day on which each product was dismissed. */
  dismissed: Map<string, number>
  territoryId: string | null
}

export const emptyHistory = (): History => ({
  bought: new Map(),
  interested: new Set(),
  returned: new Set(),
  dismissed: new Map(),
  territoryId: null,
})

const DAY_MS = 86_400_000

/** @param date YYYY-MM-DD */
export const toDay = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS)
export const toDate = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** The last day on which a client bought anything; undefined of one who never did. */
export function lastDay({ bought }: History): number | undefined {
  let last: number | undefined
  for (const days of bought.values()) for (const day of days) if (last === undefined || day > last) last = day
  return last
}

/** Adds a purchase; the same product on the same day is one. */
export function addPurchase({ bought }: History, productId: string, day: number): void {
  const days = bought.get(productId)
  if (!days) bought.set(productId, [day])
  else if (!days.includes(day)) days.push(day)
}
