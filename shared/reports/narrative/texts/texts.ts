/** A number that a noun or a verb goes by, and whether that is in the singular. */
export type Count = { text: string; isOne: boolean }

/** What a report says in a language. Arguments are texts that are formatted already. */
export type Texts = {
  /** Around a whole month, a whole year, and from one day to another. */
  inMonth(month: string): string
  inYear(year: string): string
  inDays(from: string, to: string): string
  onDay(day: string): string
  endOfMonth(month: string): string
  endOfYear(year: string): string
  /** A number of a period, and how it compares. */
  value(label: string, period: string, value: string, comparisons: string[]): string
  more(size: string, base: string): string
  less(size: string, base: string): string
  same(base: string): string
  /** In the place of a base. */
  forecast: string
  /** What a change is made of. */
  effects(change: string, parts: { price: string; volume: string; mix: string }): string
  /** The largest of a dimension, each with its value and share. */
  largest(dimension: string, label: string, period: string, list: string): string
  entry(name: string, value: string, share: string | null): string
  findings: {
    price(name: string, size: string, direction: 'up' | 'down', money: string, base: string): string
    stockOut(name: string, days: string, money: string, base: string): string
    newProduct(name: string, value: string): string
    newClient(name: string, value: string): string
    lost(name: string, value: string, base: string): string
    moved(name: string, money: string, direction: 'up' | 'down', value: string, base: string): string
  }
  nothingFound: string
  /** `what`: the period, or what it is compared with. There are data from `first` on, or up to `last`. */
  notWhole(what: 'period' | 'base', days: { first?: string | undefined; last?: string | undefined }): string
  noBase: string
  daysWithout(days: string): string
  fewOrders(orders: Count): string
  newCurrency(currency: string, base: string): string
  goneCurrency(currency: string, base: string): string
  noData: string
  sections: Record<'numbers' | 'findings' | 'stock' | 'forecast' | 'data' | 'notes', string>
  stock: {
    out(count: Count, day: string): string
    /** For less than 28 days. */
    short(count: Count, day: string): string
    risk(name: string, stock: Count, days: string): string
    soldOut(name: string, perDay: Count): string
    dead(money: string, share: string | null, day: string): string
    deadProduct(name: string, money: string, stock: Count): string
  }
  review: {
    band(share: string, period: string): string
    error(share: string, period: string): string
    outlier(name: string, sold: Count, size: string, direction: 'up' | 'down'): string
    none: string
  }
  health: {
    upTo(moment: string): string
    checks(passed: string, all: string): string
    failed(check: string, what: string): string
    setAside(rows: Count): string
    setAsideOf(table: string, column: string, reason: string, rows: string): string
    parked(count: Count): string
    nothing: string
  }
}
