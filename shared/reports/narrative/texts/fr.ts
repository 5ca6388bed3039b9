import type { Texts } from './texts.ts'

/** Before a vowel it is shortened. */
const que = (base: string) => (/^[aeiouhéè]/i.test(base) ? `qu’${base}` : `que ${base}`)

export const FRENCH: Texts = {
  inMonth: month => `en ${month}`,
  inYear: year => `en ${year}`,
  inDays: (from, to) => `du ${from} au ${to}`,
  onDay: day => `le ${day}`,
  value: (label, period, value, comparisons) => `${label} ${period} : ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} de plus ${que(base)}`,
  less: (size, base) => `${size} de moins ${que(base)}`,
  same: base => `autant ${que(base)}`,
  effects: (change, { price, volume, mix }) =>
    `La variation de ${change} se compose de ${price} par les prix, ${volume} par les quantités vendues et ${mix} par le choix des produits.`,
  largest: (dimension, label, period, list) => `${label} par ${dimension.toLowerCase()} ${period} : ${list}.`,
  entry: (name, value, share) => `${name} ${value}${share === null ? '' : ` (${share})`}`,
  findings: {
    price: (name, size, direction, money, base) =>
      `Le prix de ${name} est ${size} plus ${direction === 'up' ? 'élevé' : 'bas'} ${que(base)}, ce qui fait ${money}.`,
    stockOut: (name, days, money, base) =>
      `${name} a manqué en stock pendant ${days} et a rapporté ${money} de moins ${que(base)}.`,
    newProduct: (name, value) => `${name} s’est vendu pour la première fois : ${value}.`,
    newClient: (name, value) => `Le client ${name} a acheté pour la première fois : ${value}.`,
    lost: (name, value, base) => `Le client ${name} n’a rien acheté ; ${base}, c’était ${value}.`,
    moved: (name, money, direction, value, base) =>
      `${name} a rapporté ${money} de ${direction === 'up' ? 'plus' : 'moins'} ${que(base)} : ${value}.`,
  },
  nothingFound: 'Rien n’a varié plus que le hasard ne le laisse attendre.',
  notWhole: last => `La période n’est pas complète : il y a des données jusqu’au ${last}.`,
  noBase: 'Il n’y a rien à quoi la comparer.',
  daysWithout: days => `Rien n’a été vendu pendant ${days} de la période.`,
}
