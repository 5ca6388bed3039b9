import type { Texts } from './texts.ts'

/** Behind a preposition: an 3 Tagen. */
const dative = (days: string) => days.replace(/Tage$/, 'Tagen')

export const GERMAN: Texts = {
  inMonth: month => `im ${month}`,
  inYear: year => `im Jahr ${year}`,
  inDays: (from, to) => `vom ${from} bis zum ${to}`,
  onDay: day => `am ${day}`,
  value: (label, period, value, comparisons) => `${label} ${period}: ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} mehr als ${base}`,
  less: (size, base) => `${size} weniger als ${base}`,
  same: base => `so viel wie ${base}`,
  effects: (change, { price, volume, mix }) =>
    `Die Veränderung von ${change} besteht aus ${price} durch Preise, ${volume} durch die verkaufte Menge und ${mix} durch die Auswahl der Produkte.`,
  largest: (dimension, label, period, list) => `${label} nach ${dimension} ${period}: ${list}.`,
  entry: (name, value, share) => `${name} ${value}${share === null ? '' : ` (${share})`}`,
  findings: {
    price: (name, size, direction, money, base) =>
      `Der Preis von ${name} ist ${size} ${direction === 'up' ? 'höher' : 'niedriger'} als ${base}; das macht ${money} aus.`,
    stockOut: (name, days, money, base) =>
      `${name} war an ${dative(days)} nicht auf Lager und brachte ${money} weniger als ${base}.`,
    newProduct: (name, value) => `${name} wurde zum ersten Mal verkauft: ${value}.`,
    newClient: (name, value) => `Kunde ${name} hat zum ersten Mal gekauft: ${value}.`,
    lost: (name, value, base) => `Kunde ${name} hat nichts gekauft; ${base} waren es ${value}.`,
    moved: (name, money, direction, value, base) =>
      `${name} brachte ${money} ${direction === 'up' ? 'mehr' : 'weniger'} als ${base}: ${value}.`,
  },
  nothingFound: 'Nichts hat sich mehr bewegt, als der Zufall erwarten lässt.',
  notWhole: last => `Der Zeitraum ist nicht vollständig: Daten gibt es bis zum ${last}.`,
  noBase: 'Es gibt nichts, womit es verglichen werden könnte.',
  daysWithout: days => `An ${dative(days)} des Zeitraums wurde nichts verkauft.`,
}
