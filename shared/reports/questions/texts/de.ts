import type { Texts } from './texts.ts'

const known = (what: string) => `Das kann ich von hier aus nicht wissen: ${what}.`

export const GERMAN: Texts = {
  by: names => `nach ${names}`,
  only: (name, values) => `nur ${name}: ${values}`,
  without: (name, values) => `ohne ${name}: ${values}`,
  share: of => (of === null ? 'als Anteil an allem' : `Anteil an allem, gleich welche Angabe bei ${of}`),
  per: label => `geteilt durch: ${label}`,
  compared: (kind, period) =>
    kind === 'previous'
      ? `verglichen mit dem Zeitraum davor, ${period}`
      : `verglichen mit dem Vorjahr, ${period}`,
  order: (by, isDescending, limit) =>
    `die ${limit} ${by === 'change' ? (isDescending ? 'mit dem größten Zuwachs' : 'mit dem größten Rückgang') : isDescending ? 'größten' : 'kleinsten'}`,
  units: { day: 'Tag', week: 'Woche', month: 'Monat', quarter: 'Quartal', year: 'Jahr' },
  noValue: '(ohne Angabe)',
  more: count => `und ${count} weitere.`,
  nothing: (label, period) => `Dazu ist nichts erfasst: ${label}, ${period}.`,
  shareLine: (share, label, part, whole) => `${share} von allem (${label}: ${part} von ${whole})`,
  difference: (direction, size, change, base) =>
    direction === 'same'
      ? `so viel wie zuvor (${base})`
      : `${size}${change === null ? '' : ` (${change})`} ${direction === 'up' ? 'mehr' : 'weniger'} als zuvor (${base})`,
  notes: {
    corrected: (given, read) => `„${given}“ wurde als „${read}“ gelesen.`,
    value: (value, taken, others) =>
      `„${value}“ wurde als ${taken} verstanden; es gibt das auch als ${others}.`,
    metric: (word, label) => `„${word}“ wurde so verstanden: ${label}.`,
    assumed: label => `Keine Zahl war genannt: genommen wurde ${label}.`,
    partial: (first, last) => `Daten gibt es vom ${first} bis zum ${last}.`,
    atEnd: 'Es ist der Stand vom letzten Tag jedes Zeitraums.',
  },
  reasons: {
    nothing_asked: () => known('es ist nach keiner Zahl gefragt'),
    unknown_word: about => known(`nichts heißt hier „${about}“`),
    cause: about => known(`„${about}“ fragt nach einer Ursache, und Zahlen sagen nicht, warum`),
    future: about => known(`„${about}“ fragt nach Künftigem; Prognosen haben eine eigene Funktion`),
    advice: about => known(`„${about}“ fragt nach einem Rat`),
    person: about => known(`„${about}“ fragt nach einer einzelnen Person oder nach Persönlichem`),
    average: about => known(`„${about}“: bekannt sind nur Durchschnitte mit Namen, wie Umsatz je Bestellung`),
    negation: about => known(`es ist nicht klar, was „${about}“ ausschließt`),
    threshold: about =>
      known(`„${about}“ braucht eine Grenze oder einen Vergleich, den ich nicht anwenden kann`),
    no_metric: about => known(`zu „${about}“ ist keine Zahl bekannt`),
    several_metrics: about => known(`„${about}“ sind mehrere Zahlen; bitte einzeln fragen`),
    counted: about =>
      known(`„${about}“ ist ein Geldbetrag; bitte nach dem Betrag, nach Bestellungen oder Stück fragen`),
    no_dimension: about =>
      known(`wovon „${about}“ gemeint ist, steht nicht da, oder es lässt sich nicht auflisten`),
    several_dimensions: about => known(`„${about}“ passt nicht in eine Antwort`),
    dimension_of_metric: about => known(`diese Zahl ist nicht nach ${about} bekannt`),
    not_divisible: about => known(`das eine lässt sich nicht durch das andere teilen: ${about}`),
    period: about => known(`„${about}“ ist kein Zeitraum, den ich lesen kann`),
    several_periods: about => known(`„${about}“ sind mehrere Zeiträume, die nicht einer sind`),
    no_period: about => known(`„${about}“ braucht einen Zeitraum, wie den letzten Monat`),
    no_data: about => known(`es gibt keine Daten zu „${about}“`),
    base: about => known(`ich vergleiche mit dem Zeitraum davor oder mit dem Vorjahr, nicht mit „${about}“`),
    share: about => known(`es ist nicht klar, wovon „${about}“ ein Anteil ist`),
    forbidden: about => known(`„${about}“ braucht ein Recht, das Sie nicht haben`),
  },
  instead: {
    lastMonth: label => `${label} im letzten Monat`,
    by: (label, dimension) => `${label} nach ${dimension} in diesem Jahr`,
    compared: label => `${label} im letzten Monat im Vergleich zum Vormonat`,
    byMonth: label => `${label} nach Monat`,
  },
}
