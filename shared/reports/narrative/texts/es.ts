import type { Texts } from './texts.ts'

export const SPANISH: Texts = {
  inMonth: month => `en ${month}`,
  inYear: year => `en ${year}`,
  inDays: (from, to) => `del ${from} al ${to}`,
  onDay: day => `el ${day}`,
  endOfMonth: month => `a finales de ${month}`,
  endOfYear: year => `a finales de ${year}`,
  value: (label, period, value, comparisons) => `${label} ${period}: ${[value, ...comparisons].join(', ')}.`,
  more: (size, base) => `${size} más que ${base}`,
  less: (size, base) => `${size} menos que ${base}`,
  same: base => `lo mismo que ${base}`,
  forecast: 'lo previsto',
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
  notWhole: (what, { first, last }) => {
    const days = [...(first ? [`desde el ${first}`] : []), ...(last ? [`hasta el ${last}`] : [])]
    return `${what === 'period' ? 'El período' : 'El período con el que se compara'} no está completo: hay datos ${days.join(' y ')}.`
  },
  noBase: 'No hay nada con lo que compararlo.',
  daysWithout: days => `No se vendió nada durante ${days} del período.`,
  fewOrders: ({ text, isOne }) =>
    `Solo hubo ${text} ${isOne ? 'pedido' : 'pedidos'}: los porcentajes dicen poco.`,
  newCurrency: (currency, base) => `Hay importes en ${currency}, y no los había ${base}.`,
  goneCurrency: (currency, base) => `No hay importes en ${currency}, y los había ${base}.`,
  noData: 'No hay datos de esto.',
  sections: {
    numbers: 'Cifras',
    findings: 'Qué ha pasado',
    stock: 'Existencias que vigilar',
    forecast: 'Previsión y ventas',
    data: 'Estado de los datos',
    notes: 'Notas',
  },
  stock: {
    out: ({ text, isOne }, day) =>
      isOne
        ? `${text} producto que se vende estaba agotado ${day}.`
        : `${text} productos que se venden estaban agotados ${day}.`,
    short: ({ text, isOne }, day) =>
      `${text} ${isOne ? 'producto tenía' : 'productos tenían'} existencias para menos de cuatro semanas ${day}.`,
    risk: (name, { text, isOne }, days) =>
      `${isOne ? 'Queda' : 'Quedan'} ${text} de ${name}, ${isOne ? 'suficiente' : 'suficientes'} para ${days}.`,
    soldOut: (name, { text, isOne }) =>
      `${name} está agotado; se ${isOne ? 'vende' : 'venden'} ${text} al día.`,
    dead: (money, share, day) =>
      `Las existencias que ya no se venden costaron ${money}${share === null ? '' : `, el ${share} de todas`}, ${day}.`,
    deadProduct: (name, money, { text, isOne }) =>
      `${isOne ? 'Queda' : 'Quedan'} ${text} de ${name}, que ${isOne ? 'costó' : 'costaron'} ${money}.`,
  },
  review: {
    band: (share, period) =>
      `El ${share} de todos los días de todos los productos estuvo dentro de la banda ${period}; se esperan cuatro de cada cinco.`,
    error: (share, period) => `La previsión de un producto y un día se desvió un ${share} ${period}.`,
    outlier: (name, { text, isOne }, size, direction) =>
      `De ${name} se ${isOne ? 'vendió' : 'vendieron'} ${text}, ${size} ${direction === 'up' ? 'más' : 'menos'} que lo previsto.`,
    none: 'Ningún producto se vendió más o menos de lo que su previsión hace probable.',
  },
  health: {
    upTo: moment => `Los datos son los del ${moment}.`,
    checks: (passed, all) => `${passed} de ${all} comprobaciones superadas.`,
    failed: (check, what) => `La comprobación ${check} ha fallado: ${what}.`,
    setAside: ({ text, isOne }) =>
      `${text} ${isOne ? 'valor no servía y está apartado' : 'valores no servían y están apartados'}.`,
    setAsideOf: (table, column, reason, rows) => `${rows} de ${table}, columna ${column}: ${reason}.`,
    parked: ({ text, isOne }) =>
      `${text} ${isOne ? 'cambio no se pudo tomar y está aparcado' : 'cambios no se pudieron tomar y están aparcados'}.`,
    nothing: 'Nada está apartado y nada está aparcado.',
  },
}
