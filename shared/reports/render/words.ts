import type { Base, Fact, Language, Unit } from '../facts.ts'

/** What the forms of a report say around it. Arguments are formatted already. */
export type Words = {
  facts: string
  sources: string
  filter: string
  source(number: number): string
  built(when: string): string
  position(position: string): string
  exactly(value: string): string
  asOf(when: string): string
  written(when: string): string
  /** Behind a sentence that a model wrote. */
  byModel: string
  /** Where templates stand although there is a model: why, in a word. */
  problem(reason: string): string
  notWhole: string
  /** In place of a chart without points. */
  nothing: string
  page(page: number, of: number): string
  kinds: Record<Fact['kind'], string>
  bases: Record<Base['kind'], string>
  drivers: Record<NonNullable<Fact['driver']>, string>
  units: Record<Unit, string>
}

const ENGLISH: Words = {
  facts: 'Facts',
  sources: 'Sources',
  filter: 'Filter',
  source: number => `Source ${number}`,
  built: when => `built ${when}`,
  position: position => `up to position ${position}`,
  exactly: value => `exactly ${value}`,
  asOf: when => `As of ${when}.`,
  written: when => `Written ${when}.`,
  byModel: 'Written by a model',
  problem: reason =>
    `The language model gave no answer that could be used (${reason}): these sentences are templates.`,
  notWhole: 'not complete',
  nothing: 'Nothing in this period.',
  page: (page, of) => `Page ${page} of ${of}`,
  kinds: { value: 'value', difference: 'difference', change: 'change', share: 'share', rank: 'rank' },
  bases: {
    previous: 'compared with the period before',
    year_ago: 'compared with a year ago',
    forecast: 'compared with the forecast',
  },
  drivers: { price: 'by prices', volume: 'by quantity sold', mix: 'by what was sold', entity: 'as a cause' },
  units: { currency: 'money', quantity: 'units', count: 'count', days: 'days', ratio: 'ratio', rank: 'rank' },
}

const GERMAN: Words = {
  facts: 'Fakten',
  sources: 'Quellen',
  filter: 'Filter',
  source: number => `Quelle ${number}`,
  built: when => `gebaut ${when}`,
  position: position => `bis zur Position ${position}`,
  exactly: value => `genau ${value}`,
  asOf: when => `Stand: ${when}.`,
  written: when => `Geschrieben: ${when}.`,
  byModel: 'Von einem Modell geschrieben',
  problem: reason => `Das Sprachmodell gab keine brauchbare Antwort (${reason}): Diese Sätze sind Vorlagen.`,
  notWhole: 'nicht vollständig',
  nothing: 'Nichts in diesem Zeitraum.',
  page: (page, of) => `Seite ${page} von ${of}`,
  kinds: { value: 'Wert', difference: 'Differenz', change: 'Veränderung', share: 'Anteil', rank: 'Rang' },
  bases: {
    previous: 'verglichen mit dem Zeitraum davor',
    year_ago: 'verglichen mit dem Vorjahr',
    forecast: 'verglichen mit der Prognose',
  },
  drivers: {
    price: 'durch Preise',
    volume: 'durch die verkaufte Menge',
    mix: 'durch die Auswahl der Produkte',
    entity: 'als Ursache',
  },
  units: {
    currency: 'Geld',
    quantity: 'Stück',
    count: 'Anzahl',
    days: 'Tage',
    ratio: 'Verhältnis',
    rank: 'Rang',
  },
}

const FRENCH: Words = {
  facts: 'Faits',
  sources: 'Sources',
  filter: 'Filtre',
  source: number => `Source ${number}`,
  built: when => `construit le ${when}`,
  position: position => `jusqu’à la position ${position}`,
  exactly: value => `exactement ${value}`,
  asOf: when => `État au ${when}.`,
  written: when => `Écrit le ${when}.`,
  byModel: 'Écrit par un modèle',
  problem: reason =>
    `Le modèle de langage n’a pas donné de réponse utilisable (${reason}) : ces phrases sont des modèles de texte.`,
  notWhole: 'incomplète',
  nothing: 'Rien dans cette période.',
  page: (page, of) => `Page ${page} sur ${of}`,
  kinds: { value: 'valeur', difference: 'différence', change: 'variation', share: 'part', rank: 'rang' },
  bases: {
    previous: 'par rapport à la période précédente',
    year_ago: 'par rapport à l’année précédente',
    forecast: 'par rapport à la prévision',
  },
  drivers: {
    price: 'par les prix',
    volume: 'par la quantité vendue',
    mix: 'par le choix des produits',
    entity: 'comme cause',
  },
  units: {
    currency: 'argent',
    quantity: 'unités',
    count: 'nombre',
    days: 'jours',
    ratio: 'rapport',
    rank: 'rang',
  },
}

const SPANISH: Words = {
  facts: 'Hechos',
  sources: 'Fuentes',
  filter: 'Filtro',
  source: number => `Fuente ${number}`,
  built: when => `construido el ${when}`,
  position: position => `hasta la posición ${position}`,
  exactly: value => `exactamente ${value}`,
  asOf: when => `Datos hasta el ${when}.`,
  written: when => `Escrito el ${when}.`,
  byModel: 'Escrito por un modelo',
  problem: reason =>
    `El modelo de lenguaje no dio una respuesta utilizable (${reason}): estas frases son plantillas.`,
  notWhole: 'incompleto',
  nothing: 'Nada en este período.',
  page: (page, of) => `Página ${page} de ${of}`,
  kinds: { value: 'valor', difference: 'diferencia', change: 'variación', share: 'cuota', rank: 'puesto' },
  bases: {
    previous: 'frente al período anterior',
    year_ago: 'frente al año anterior',
    forecast: 'frente a la previsión',
  },
  drivers: {
    price: 'por los precios',
    volume: 'por la cantidad vendida',
    mix: 'por la selección de productos',
    entity: 'como causa',
  },
  units: {
    currency: 'dinero',
    quantity: 'unidades',
    count: 'número',
    days: 'días',
    ratio: 'proporción',
    rank: 'puesto',
  },
}

export const WORDS: Record<Language, Words> = { en: ENGLISH, de: GERMAN, fr: FRENCH, es: SPANISH }
