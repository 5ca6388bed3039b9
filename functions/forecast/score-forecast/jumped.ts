import type { Query } from '../../../shared/store/index.ts'

/** More than the band's upper edge by so much, and by so many units, is no chance. */
const FACTOR = 1.5
const LEAST_UNITS = 3

/**
 * Products of which more was sold today than was likely for the whole day, by what was said of it first: what has been said since
 * may have counted the jump.
 * @param origin today, which is not over
 * @param today units by product
 * @returns their units
 */
export async function findJumped(
  query: Query,
  origin: string,
  today: Map<string, number>,
): Promise<Record<string, number>> {
  const forecast = await query<{ id: string; p90: number }>(
    'select product_id as id, p90 from forecast.past where product_id = any($1) and date = $2',
    [[...today.keys()], origin],
  )
  const jumped = forecast.flatMap(({ id, p90 }) => {
    const units = today.get(id) ?? 0
    return units > FACTOR * p90 && units >= p90 + LEAST_UNITS ? [[id, units] as const] : []
  })
  return Object.fromEntries(jumped)
}
