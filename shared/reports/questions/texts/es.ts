import type { Texts } from './texts.ts'

const known = (what: string) => `No puedo saberlo desde aquí: ${what}.`

export const SPANISH: Texts = {
  by: names => `por ${names}`,
  only: (name, values) => `solo ${name}: ${values}`,
  without: (name, values) => `sin ${name}: ${values}`,
  share: of => (of === null ? 'como parte del total' : `parte del total, sin filtro de ${of}`),
  per: label => `dividido por: ${label}`,
  compared: (kind, period) =>
    kind === 'previous'
      ? `comparado con el periodo anterior, ${period}`
      : `comparado con el año anterior, ${period}`,
  order: (by, isDescending, limit) =>
    by === 'change'
      ? `las ${limit} mayores ${isDescending ? 'subidas' : 'bajadas'}`
      : `los ${limit} valores más ${isDescending ? 'altos' : 'bajos'}`,
  units: { day: 'día', week: 'semana', month: 'mes', quarter: 'trimestre', year: 'año' },
  noValue: '(sin valor)',
  more: count => `y ${count} más.`,
  nothing: (label, period) => `No hay nada registrado de esto: ${label}, ${period}.`,
  shareLine: (share, label, part, whole) => `${share} del total (${label}: ${part} de ${whole})`,
  difference: (direction, size, change, base) =>
    direction === 'same'
      ? `tanto como antes (${base})`
      : `${size}${change === null ? '' : ` (${change})`} ${direction === 'up' ? 'más' : 'menos'} que antes (${base})`,
  notes: {
    corrected: (given, read) => `«${given}» se leyó como «${read}».`,
    value: (value, taken, others) => `«${value}» se entendió como ${taken}; también es ${others}.`,
    metric: (word, label) => `«${word}» se entendió así: ${label}.`,
    assumed: label => `No se nombró ningún número: se tomó ${label}.`,
    partial: (first, last) => `Hay datos desde el ${first} hasta el ${last}.`,
    atEnd: 'Es el estado del último día de cada periodo.',
  },
  reasons: {
    nothing_asked: () => known('no se pide ningún número'),
    unknown_word: about => known(`nada se llama aquí «${about}»`),
    cause: about => known(`«${about}» pide una causa, y los números no dicen por qué`),
    future: about => known(`«${about}» pide el futuro; los pronósticos tienen su propia función`),
    advice: about => known(`«${about}» pide un consejo`),
    person: about => known(`«${about}» pide una persona o algo personal`),
    average: about =>
      known(`«${about}»: solo se conocen los promedios con nombre, como los ingresos por pedido`),
    negation: about => known(`no está claro qué excluye «${about}»`),
    threshold: about => known(`«${about}» pide un límite o una comparación que no puedo aplicar`),
    no_metric: about => known(`no se conoce ningún número de «${about}»`),
    several_metrics: about => known(`«${about}» son varios números; pregunte por uno cada vez`),
    counted: about => known(`«${about}» es un importe; pregunte por el importe, los pedidos o las unidades`),
    no_dimension: about => known(`no se dice de qué «${about}», o no se puede listar`),
    several_dimensions: about => known(`«${about}» no cabe en una respuesta`),
    dimension_of_metric: about => known(`este número no se conoce por ${about}`),
    not_divisible: about => known(`lo uno no se puede dividir por lo otro: ${about}`),
    period: about => known(`«${about}» no es un periodo que pueda leer`),
    several_periods: about => known(`«${about}» son varios periodos que no son uno`),
    no_period: about => known(`«${about}» necesita un periodo, como el mes pasado`),
    no_data: about => known(`no hay datos de «${about}»`),
    base: about => known(`comparo con el periodo anterior o con el año anterior, no con «${about}»`),
    share: about => known(`no está claro de qué es parte «${about}»`),
    forbidden: about => known(`«${about}» necesita un derecho que usted no tiene`),
  },
  instead: {
    lastMonth: label => `${label} del mes pasado`,
    by: (label, dimension) => `${label} por ${dimension} este año`,
    compared: label => `${label} del mes pasado frente al mes anterior`,
    byMonth: label => `${label} por mes`,
  },
}
