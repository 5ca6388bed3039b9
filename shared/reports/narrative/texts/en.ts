import type { Texts } from './texts.ts'

export const ENGLISH: Texts = {
  inMonth: month => `in ${month}`,
  inYear: year => `in ${year}`,
  inDays: (from, to) => `from ${from} to ${to}`,
  onDay: day => `on ${day}`,
  value: (label, period, value, comparisons) => `${label} ${period}: ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} more than ${base}`,
  less: (size, base) => `${size} less than ${base}`,
  same: base => `as much as ${base}`,
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
  notWhole: last => `The period is not whole: there are data up to ${last}.`,
  noBase: 'There is nothing to compare it with.',
  daysWithout: days => `Nothing was sold on ${days} of the period.`,
}
