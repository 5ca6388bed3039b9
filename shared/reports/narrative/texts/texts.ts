/** What a report says in a language. Arguments are texts that are formatted already. */
export type Texts = {
  /** Around a whole month, a whole year, and from one day to another. */
  inMonth(month: string): string
  inYear(year: string): string
  inDays(from: string, to: string): string
  onDay(day: string): string
  /** A number of a period, and how it compares. */
  value(label: string, period: string, value: string, comparisons: string[]): string
  more(size: string, base: string): string
  less(size: string, base: string): string
  same(base: string): string
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
  notWhole(last: string): string
  noBase: string
  daysWithout(days: string): string
}
