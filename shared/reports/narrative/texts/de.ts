import type { Texts } from './texts.ts'

/** Behind a preposition: an 3 Tagen. */
const dative = (days: string) => days.replace(/Tage$/, 'Tagen')

export const GERMAN: Texts = {
  inMonth: month => `im ${month}`,
  inYear: year => `im Jahr ${year}`,
  inDays: (from, to) => `vom ${from} bis zum ${to}`,
  onDay: day => `am ${day}`,
  endOfMonth: month => `Ende ${month}`,
  endOfYear: year => `Ende ${year}`,
  value: (label, period, value, comparisons) => `${label} ${period}: ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} mehr als ${base}`,
  less: (size, base) => `${size} weniger als ${base}`,
  same: base => `so viel wie ${base}`,
  forecast: 'vorhergesagt',
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
  notWhole: (what, { first, last }) => {
    const days = [...(first ? [`ab dem ${first}`] : []), ...(last ? [`bis zum ${last}`] : [])]
    return `${what === 'period' ? 'Der Zeitraum' : 'Der Zeitraum des Vergleichs'} ist nicht vollständig: Daten gibt es ${days.join(' und ')}.`
  },
  noBase: 'Es gibt nichts, womit es verglichen werden könnte.',
  daysWithout: days => `An ${dative(days)} des Zeitraums wurde nichts verkauft.`,
  fewOrders: ({ text, isOne }) =>
    `Es gab nur ${text} ${isOne ? 'Bestellung' : 'Bestellungen'}: Prozente sagen wenig.`,
  newCurrency: (currency, base) => `Es gibt Beträge in ${currency}; ${base} gab es keine.`,
  goneCurrency: (currency, base) => `Es gibt keine Beträge in ${currency}; ${base} gab es welche.`,
  noData: 'Dazu gibt es keine Daten.',
  sections: {
    numbers: 'Zahlen',
    findings: 'Was geschehen ist',
    stock: 'Auffällige Bestände',
    forecast: 'Vorhersage und Verkauf',
    data: 'Zustand der Daten',
    notes: 'Hinweise',
  },
  stock: {
    out: ({ text, isOne }, day) =>
      isOne
        ? `${text} Produkt, das verkauft wird, war ${day} nicht auf Lager.`
        : `${text} Produkte, die verkauft werden, waren ${day} nicht auf Lager.`,
    short: ({ text, isOne }, day) =>
      `Von ${text} ${isOne ? 'Produkt' : 'Produkten'} reichte der Bestand ${day} für weniger als vier Wochen.`,
    risk: (name, { text, isOne }, days) =>
      `Von ${name} ${isOne ? 'ist' : 'sind'} ${text} auf Lager, genug für ${days}.`,
    soldOut: (name, { text, isOne }) =>
      `${name} ist nicht auf Lager; davon ${isOne ? 'wird' : 'werden'} ${text} am Tag verkauft.`,
    dead: (money, share, day) =>
      `Bestand, der nicht mehr verkauft wird, hatte ${day} ${money} gekostet${share === null ? '' : `, ${share} des ganzen Bestands`}.`,
    deadProduct: (name, money, { text, isOne }) =>
      isOne
        ? `Von ${name} liegt noch ${text}, das ${money} gekostet hat.`
        : `Von ${name} liegen noch ${text}, die ${money} gekostet haben.`,
  },
  review: {
    band: (share, period) =>
      `${share} aller Tage aller Produkte lagen ${period} im Band; zu erwarten sind vier von fünf.`,
    error: (share, period) => `Die Vorhersage eines Produkts und Tages lag ${period} um ${share} daneben.`,
    outlier: (name, { text, isOne }, size, direction) =>
      `Von ${name} ${isOne ? 'wurde' : 'wurden'} ${text} verkauft, ${size} ${direction === 'up' ? 'mehr' : 'weniger'} als vorhergesagt.`,
    none: 'Kein Produkt verkaufte sich mehr oder weniger, als seine Vorhersage erwarten lässt.',
  },
  health: {
    upTo: moment => `Die Daten haben den Stand vom ${moment}.`,
    checks: (passed, all) => `${passed} von ${all} Prüfungen bestanden.`,
    failed: (check, what) => `Die Prüfung ${check} ist gescheitert: ${what}.`,
    setAside: ({ text, isOne }) =>
      isOne
        ? `${text} Wert war nicht zu gebrauchen und ist zur Seite gelegt.`
        : `${text} Werte waren nicht zu gebrauchen und sind zur Seite gelegt.`,
    setAsideOf: (table, column, reason, rows) => `${rows} aus ${table}, Spalte ${column}: ${reason}.`,
    parked: ({ text, isOne }) =>
      isOne
        ? `${text} Änderung konnte nicht übernommen werden und ist geparkt.`
        : `${text} Änderungen konnten nicht übernommen werden und sind geparkt.`,
    nothing: 'Nichts ist zur Seite gelegt und nichts ist geparkt.',
  },
}
