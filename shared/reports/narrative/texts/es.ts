import type { Texts } from './texts.ts'

export const SPANISH: Texts = {
  inMonth: month => `en ${month}`,
  inYear: year => `en ${year}`,
  inDays: (from, to) => `del ${from} al ${to}`,
  onDay: day => `el ${day}`,
  value: (label, period, value, comparisons) => `${label} ${period}: ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} más que ${base}`,
  less: (size, base) => `${size} menos que ${base}`,
  same: base => `lo mismo que ${base}`,
  effects: (change, { price, volume, mix }) =>
    `La variación de ${change} se compone de ${price} por los precios, ${volume} por la cantidad vendida y ${mix} por la selección de productos.`,
  largest: (dimension, label, period, list) => `${label} por ${dimension.toLowerCase()} ${period}: ${list}.`,
  entry: (name, value, share) => `${name} ${value}${share === null ? '' : ` (${share})`}`,
  findings: {
    price: (name, size, direction, money, base) =>
      `El precio de ${name} es un ${size} más ${direction === 'up' ? 'alto' : 'bajo'} que ${base}, lo que supone ${money}.`,
    stockOut: (name, days, money, base) =>
      `${name} estuvo sin existencias ${days} y aportó ${money} menos que ${base}.`,
    newProduct: (name, value) => `${name} se vendió por primera vez: ${value}.`,
    newClient: (name, value) => `El cliente ${name} compró por primera vez: ${value}.`,
    lost: (name, value, base) => `El cliente ${name} no compró nada; ${base} fueron ${value}.`,
    moved: (name, money, direction, value, base) =>
      `${name} aportó ${money} ${direction === 'up' ? 'más' : 'menos'} que ${base}: ${value}.`,
  },
  nothingFound: 'Nada se movió más de lo que el azar hace probable.',
  notWhole: last => `El período no está completo: hay datos hasta el ${last}.`,
  noBase: 'No hay nada con lo que compararlo.',
  daysWithout: days => `No se vendió nada durante ${days} del período.`,
}
