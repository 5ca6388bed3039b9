import type { Texts } from './texts.ts'

/** Before a vowel it is shortened. */
const que = (base: string) => (/^[aeiouhàâéèê]/i.test(base) ? `qu’${base}` : `que ${base}`)

export const FRENCH: Texts = {
  inMonth: month => `en ${month}`,
  inYear: year => `en ${year}`,
  inDays: (from, to) => `du ${from} au ${to}`,
  onDay: day => `le ${day}`,
  endOfMonth: month => `à la fin ${/^[aoàâ]/i.test(month) ? `d’${month}` : `de ${month}`}`,
  endOfYear: year => `à la fin de ${year}`,
  value: (label, period, value, comparisons) => `${label} ${period} : ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} de plus ${que(base)}`,
  less: (size, base) => `${size} de moins ${que(base)}`,
  same: base => `autant ${que(base)}`,
  forecast: 'prévu',
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
  notWhole: (what, { first, last }) => {
    const days = [...(first ? [`à partir du ${first}`] : []), ...(last ? [`jusqu’au ${last}`] : [])]
    return `${what === 'period' ? 'La période' : 'La période de comparaison'} n’est pas complète : il y a des données ${days.join(' et ')}.`
  },
  noBase: 'Il n’y a rien à quoi la comparer.',
  daysWithout: days => `Rien n’a été vendu pendant ${days} de la période.`,
  fewOrders: ({ text, isOne }) =>
    `Il n’y a eu que ${text} ${isOne ? 'commande' : 'commandes'} : les pourcentages disent peu.`,
  newCurrency: (currency, base) => `Il y a des montants en ${currency}, et il n’y en avait pas ${base}.`,
  goneCurrency: (currency, base) => `Il n’y a pas de montants en ${currency}, et il y en avait ${base}.`,
  noData: 'Il n’y a pas de données à ce sujet.',
  sections: {
    numbers: 'Chiffres',
    findings: 'Ce qui s’est passé',
    stock: 'Stocks à surveiller',
    forecast: 'Prévisions et ventes',
    data: 'État des données',
    notes: 'Remarques',
  },
  stock: {
    out: ({ text, isOne }, day) =>
      isOne
        ? `${text} produit qui se vend manquait en stock ${day}.`
        : `${text} produits qui se vendent manquaient en stock ${day}.`,
    short: ({ text, isOne }, day) =>
      `${text} ${isOne ? 'produit avait' : 'produits avaient'} moins de quatre semaines de stock ${day}.`,
    risk: (name, { text }, days) => `Il reste ${text} de ${name} en stock, assez pour ${days}.`,
    soldOut: (name, { text }) => `${name} manque en stock ; il s’en vend ${text} par jour.`,
    dead: (money, share, day) =>
      `Le stock qui ne se vend plus avait coûté ${money}${share === null ? '' : `, ${share} de tout le stock`} ${day}.`,
    deadProduct: (name, money, { text, isOne }) =>
      `Il reste ${text} de ${name}, qui ${isOne ? 'a' : 'ont'} coûté ${money}.`,
  },
  review: {
    band: (share, period) =>
      `${share} de tous les jours de tous les produits étaient dans la bande ${period} ; quatre sur cinq sont attendus.`,
    error: (share, period) => `La prévision d’un produit et d’un jour s’est trompée de ${share} ${period}.`,
    outlier: (name, { text }, size, direction) =>
      `Il s’est vendu ${text} de ${name}, ${size} de ${direction === 'up' ? 'plus' : 'moins'} que prévu.`,
    none: 'Aucun produit ne s’est vendu plus ou moins que sa prévision ne le laisse attendre.',
  },
  health: {
    upTo: moment => `Les données sont celles du ${moment}.`,
    checks: (passed, all) => `${passed} contrôles sur ${all} ont réussi.`,
    failed: (check, what) => `Le contrôle ${check} a échoué : ${what}.`,
    setAside: ({ text, isOne }) =>
      isOne
        ? `${text} valeur était inutilisable et est mise de côté.`
        : `${text} valeurs étaient inutilisables et sont mises de côté.`,
    setAsideOf: (table, column, reason, rows) => `${rows} de ${table}, colonne ${column} : ${reason}.`,
    parked: ({ text, isOne }) =>
      isOne
        ? `${text} changement n’a pas pu être repris et est en attente.`
        : `${text} changements n’ont pas pu être repris et sont en attente.`,
    nothing: 'Rien n’est mis de côté et rien n’est en attente.',
  },
}
