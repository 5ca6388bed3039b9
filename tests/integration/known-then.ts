import assert from 'node:assert/strict'

/**
 * What was known of a product and a day, told from the raw history of the lake alone: every change of every row, those of the
 * day and before it. Written without a look at how the warehouse does it, and as plainly as it can be.
 */

/** A change, with the date on which it was made by the shop's clocks. */
export type RawRow = { changedDay: string; [column: string]: string | number | boolean | null }
/** All changes of a lake, by table, in the order of their positions. */
export type History = Map<string, RawRow[]>
/** Of an installation: its shop's holidays by country and date, and how far it is captured. */
export type Surroundings = {
  holidays: Map<string, string>
  /** The source's own today. */
  today: string
  /** The last day that is not planned. */
  endDay: string
}

const COUNTRIES: Record<string, string> = {
  'United States': 'US',
  Canada: 'CA',
  France: 'FR',
  Germany: 'DE',
  Australia: 'AU',
  'United Kingdom': 'GB',
}
const DAY_MS = 86_400_000
const LOCAL_DATE = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Los_Angeles' })

export const addDays = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
const weekdayOf = (day: string) => new Date(day).getUTCDay()
const instantOf = (row: RawRow) => new Date(`${row._changed_at}`.replace(' ', 'T'))
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS

/** Changes that had happened when the day ended; what the initial snapshot showed was there before. */
const until = (rows: RawRow[], day: string) => rows.filter(row => row._op === 'r' || row.changedDay <= day)

/** The rows as they were when the day ended. */
function stateAt(rows: RawRow[], keys: string[], day: string): RawRow[] {
  const last = new Map<string, RawRow>()
  for (const row of until(rows, day)) last.set(keys.map(key => row[key]).join('|'), row)
  return [...last.values()].filter(row => row._op !== 'd')
}

export function readHistory(lines: string[]): History {
  const history: History = new Map()
  for (const line of lines) {
    if (line === '') continue
    const { table, row } = JSON.parse(line) as { table: string; row: RawRow }
    const rows = history.get(table) ?? []
    history.set(table, rows)
    rows.push({ ...row, changedDay: LOCAL_DATE.format(instantOf(row)) })
  }
  for (const rows of history.values()) rows.sort((a, b) => (`${a._position}` < `${b._position}` ? -1 : 1))
  return history
}

/** Ten-thousandths, exact. */
const exact = (value: unknown) => {
  const [whole = '0', fraction = ''] = `${value}`.replace('-', '').split('.')
  const units = BigInt(whole + fraction.padEnd(4, '0').slice(0, 4))
  return `${value}`.startsWith('-') ? -units : units
}
const decimal = (units: bigint) =>
  `${units < 0n ? '-' : ''}${`${units < 0n ? -units : units}`.padStart(5, '0').replace(/(\d{4})$/, '.$1')}`
const total = (rows: RawRow[], column: string) => rows.reduce((sum, row) => sum + exact(row[column]), 0n)

/** Days on which the shop sold something, as known on a day: made once for all questions. */
function soldDays(history: History, day: string): Set<string> {
  const sales = stateAt(history.get('Sale') ?? [], ['SaleID'], day)
  return new Set(sales.filter(sale => Number(sale.Quantity) > 0).map(sale => `${sale.SaleDate}`))
}

function findHoliday(history: History, holidays: Map<string, string>, day: string, known: string) {
  if (!Object.values(COUNTRIES).some(country => holidays.has(`${country} ${day}`))) return null
  const territories = new Map(
    stateAt(history.get('Territory') ?? [], ['TerritoryID'], known).map(row => [
      row.TerritoryID,
      COUNTRIES[`${row.Country}`],
    ]),
  )
  const lines = new Map<string, number>()
  let all = 0
  for (const sale of stateAt(history.get('Sale') ?? [], ['SaleID'], known)) {
    if (`${sale.SaleDate}` > day) continue
    const country = territories.get(sale.TerritoryID) ?? ''
    all++
    lines.set(country, (lines.get(country) ?? 0) + 1)
  }
  const celebrating = [...lines].filter(([country]) => holidays.has(`${country} ${day}`))
  const count = celebrating.reduce((sum, [, of]) => sum + of, 0)
  if (count === 0 || 2 * count < all) return null
  celebrating.sort(([, a], [, b]) => b - a)
  return holidays.get(`${celebrating[0]?.[0]} ${day}`) ?? null
}

/** A weekday of which the last eight had no sale, while at least half of the days between them had one. */
function isWeekdayOff(sold: Set<string>, firstDay: string, day: string): boolean {
  const before = Array.from({ length: 56 }, (_, n) => addDays(day, -n)).filter(each => each >= firstDay)
  const same = before.filter(each => weekdayOf(each) === weekdayOf(day))
  const open = before.filter(each => sold.has(each)).length
  return same.length >= 4 && !same.some(each => sold.has(each)) && 2 * open >= before.length - same.length
}

function isClosed(history: History, { holidays, today, endDay }: Surroundings, day: string): boolean {
  const known = day < endDay ? day : endDay
  const sold = soldDays(history, known)
  if (day <= endDay && sold.has(day)) return false
  const firstDay = [...sold].sort()[0] ?? day
  const holidayOf = (each: string) => findHoliday(history, holidays, each, each < endDay ? each : endDay)
  const holiday = holidayOf(day)
  if (day < today && day <= endDay) return isWeekdayOff(sold, firstDay, day) || holiday !== null
  // A day that is not over: as that weekday, or that holiday, last was.
  const over = today <= endDay ? addDays(today, -1) : endDay
  const lastSame = addDays(over, -((weekdayOf(over) - weekdayOf(day) + 7) % 7))
  if (isWeekdayOff(sold, firstDay, lastSame)) return true
  if (holiday === null) return false
  for (let each = over; each >= firstDay; each = addDays(each, -1))
    if (holidays.size > 0 && holidayOf(each) === holiday) return !sold.has(each)
  return false
}

/** The best offer for any of these names, in ten-thousandths. */
function bestOffer(history: History, names: string[], day: string, known: string): bigint {
  let best = 0n
  for (const offer of stateAt(history.get('SpecialOffer') ?? [], ['SpecialOfferID'], known)) {
    const isOn =
      (offer.StartDate === null || `${offer.StartDate}`.slice(0, 10) <= day) &&
      (offer.EndDate === null || `${offer.EndDate}`.slice(0, 10) >= day)
    const isFor = offer.Category === null || names.includes(`${offer.Category}`.trim().toLowerCase())
    const discount = exact(offer.DiscountPct)
    if (isOn && isFor && Number(offer.MinQty ?? 0) <= 1 && discount <= 10_000n && discount > best)
      best = discount
  }
  return best
}

/** @returns a row of feat_product_day, as the warehouse's reader has it */
export function tellDay(history: History, surroundings: Surroundings, product: string, day: string) {
  const { holidays, today, endDay } = surroundings
  const isPlanned = day > endDay
  const known = isPlanned ? endDay : day
  const isOurs = (row: RawRow) => `${row.ProductID}` === product
  const changes = (history.get('Product') ?? []).filter(isOurs)
  const seen = changes.filter(row => row._op !== 'd')
  const version =
    seen.findLast(row => row.changedDay <= known) ??
    seen[0] ??
    assert.fail(`product ${product} is in the lake`)
  const sales = stateAt((history.get('Sale') ?? []).filter(isOurs), ['SaleID'], known)
  const returns = stateAt((history.get('Return') ?? []).filter(isOurs), ['ReturnID'], known)
  const stocks = stateAt(
    (history.get('Inventory') ?? []).filter(row => isOurs(row) && row.changedDay <= known),
    ['Location'],
    known,
  )
  const stock = isPlanned || stocks.length === 0 ? null : total(stocks, 'Quantity')
  const names = [version.Category, version.Subcategory].map(name => `${name}`.trim().toLowerCase())
  const discount = bestOffer(history, names, day, known)
  const firstDay = [
    ...sales.map(sale => `${sale.SaleDate}`),
    ...changes.map(row => `${row.changedDay}`),
  ].sort()[0]
  const holiday = findHoliday(history, holidays, day, known)
  const of = (rows: RawRow[], column: string) => rows.filter(row => `${row[column]}` === day)
  return {
    product_id: product,
    date_day: day,
    is_planned: isPlanned,
    is_complete: !isPlanned && day < today,
    quantity: isPlanned ? null : decimal(total(of(sales, 'SaleDate'), 'Quantity')),
    returned_quantity: isPlanned ? null : decimal(total(of(returns, 'ReturnDate'), 'Quantity')),
    price: decimal(exact(version.ListPrice)),
    currency: 'USD',
    discount: decimal(discount),
    is_promotion: discount > 0n,
    stock_quantity: stock === null ? null : decimal(stock),
    is_out_of_stock: stock !== null && stock <= 0n,
    is_holiday: holiday !== null,
    holiday,
    is_closed: isClosed(history, surroundings, day),
    age_days: daysBetween(firstDay ?? day, day),
    category: version.Category,
    subcategory: version.Subcategory,
    source_system: 'adventureworks',
  }
}
