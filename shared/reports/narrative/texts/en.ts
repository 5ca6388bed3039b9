import type { Texts } from './texts.ts'

export const ENGLISH: Texts = {
  inMonth: month => `in ${month}`,
  inYear: year => `in ${year}`,
  inDays: (from, to) => `from ${from} to ${to}`,
  onDay: day => `on ${day}`,
  endOfMonth: month => `at the end of ${month}`,
  endOfYear: year => `at the end of ${year}`,
  value: (label, period, value, comparisons) => `${label} ${period}: ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} more than ${base}`,
  less: (size, base) => `${size} less than ${base}`,
  same: base => `as much as ${base}`,
  forecast: 'forecast',
  effects: (change, { price, volume, mix }) =>
    `The change of ${change} is made of ${price} by prices, ${volume} by how much was sold and ${mix} by what was sold.`,
  largest: (dimension, label, period, list) => `${label} by ${dimension.toLowerCase()} ${period}: ${list}.`,
  entry: (name, value, share) => `${name} ${value}${share === null ? '' : ` (${share})`}`,
  findings: {
    price: (name, size, direction, money, base) =>
      `The price of ${name} is ${size} ${direction === 'up' ? 'higher' : 'lower'} than ${base}, which makes ${money}.`,
    stockOut: (name, days, money, base) =>
      `${name} was out of stock on ${days}, and made ${money} less than ${base}.`,
    newProduct: (name, value) => `${name} was sold for the first time: ${value}.`,
    newClient: (name, value) => `Client ${name} bought for the first time: ${value}.`,
    lost: (name, value, base) => `Client ${name} bought nothing; ${base} it was ${value}.`,
    moved: (name, money, direction, value, base) =>
      `${name} made ${money} ${direction === 'up' ? 'more' : 'less'} than ${base}: ${value}.`,
  },
  nothingFound: 'Nothing moved more than chance makes likely.',
  notWhole: (what, { first, last }) => {
    const days = [...(first ? [`from ${first} on`] : []), ...(last ? [`up to ${last}`] : [])]
    return `${what === 'period' ? 'The period' : 'What it is compared with'} is not whole: there are data ${days.join(' and ')}.`
  },
  noBase: 'There is nothing to compare it with.',
  daysWithout: days => `Nothing was sold on ${days} of the period.`,
  fewOrders: ({ text, isOne }) =>
    `There ${isOne ? 'was' : 'were'} ${text} ${isOne ? 'order' : 'orders'} only: percentages say little.`,
  newCurrency: (currency, base) => `There are amounts in ${currency}, and there were none ${base}.`,
  goneCurrency: (currency, base) => `There are no amounts in ${currency}, and there were some ${base}.`,
  noData: 'There are no data of this.',
  sections: {
    numbers: 'Numbers',
    findings: 'What has happened',
    stock: 'Stock to look at',
    forecast: 'Forecast and sales',
    data: 'State of the data',
    notes: 'Notes',
  },
  stock: {
    out: ({ text, isOne }, day) =>
      isOne
        ? `${text} product that sells was out of stock ${day}.`
        : `${text} products that sell were out of stock ${day}.`,
    short: ({ text, isOne }, day) =>
      `${text} ${isOne ? 'product' : 'products'} had stock for less than four weeks ${day}.`,
    risk: (name, { text }, days) => `${name} has ${text} in stock, enough for ${days}.`,
    soldOut: (name, { text, isOne }) =>
      `${name} is out of stock; ${text} a day ${isOne ? 'is' : 'are'} sold of it.`,
    dead: (money, share, day) =>
      `Stock that no longer sells cost ${money}${share === null ? '' : `, ${share} of all stock`} ${day}.`,
    deadProduct: (name, money, { text, isOne }) =>
      `Of ${name} ${text} ${isOne ? 'is' : 'are'} left, which cost ${money}.`,
  },
  review: {
    band: (share, period) =>
      `Of all days of products ${share} were within the band ${period}; four in five are expected.`,
    error: (share, period) => `The forecast of a product and day was ${share} off ${period}.`,
    outlier: (name, { text }, size, direction) =>
      `${name} sold ${text}, ${size} ${direction === 'up' ? 'more' : 'less'} than forecast.`,
    none: 'No product sold more or less than its forecast makes likely.',
  },
  health: {
    upTo: moment => `The data are those of ${moment}.`,
    checks: (passed, all) => `${passed} of ${all} checks passed.`,
    failed: (check, what) => `The check ${check} failed: ${what}.`,
    setAside: ({ text, isOne }) =>
      `${text} ${isOne ? 'value' : 'values'} could not be used and ${isOne ? 'is' : 'are'} set aside.`,
    setAsideOf: (table, column, reason, rows) => `${rows} of ${table}, column ${column}: ${reason}.`,
    parked: ({ text, isOne }) =>
      `${text} ${isOne ? 'change' : 'changes'} could not be taken and ${isOne ? 'is' : 'are'} parked.`,
    nothing: 'Nothing is set aside and nothing is parked.',
  },
}
