import {
  type Fact,
  LANGUAGES,
  type Language,
  type Period,
  type Statement,
} from '../../shared/reports/facts.ts'

/** What a statement says, before it is put into words. Ratios are as in facts: 0.12 is 12 %. */
export type Said = {
  shape: 'level' | 'change' | 'rank' | 'cause'
  language: Language
  metric: string
  entity: string | null
  period: Period
  value: number
  base: 'previous' | 'year_ago' | 'forecast'
  /** Of the value, signed. */
  change: number
  difference: number
  rank: number
  share: number
  currency: string | null
  driver: string
  driverDifference: number
}
export type RandomReport = {
  language: Language
  facts: Fact[]
  statements: Statement[]
  /** By id of the statement. */
  said: Map<string, Said>
}
type Random = () => number

export const pick = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)] as T

export const NAMES = [
  'Bikes',
  'Helmets',
  'Road-150 Red, 48',
  'Gloves',
  'Mountain Frames',
  'Jerseys',
  'Touring Tire Tube',
  'Socks',
  'Pedals',
  'Würth GmbH',
  'Café Crème',
  'São Paulo Line',
] as const
export const LABELS: Record<Language, Record<string, string>> = {
  en: { revenue: 'Revenue', orders: 'Orders', units_sold: 'Units sold' },
  de: { revenue: 'Umsatz', orders: 'Bestellungen', units_sold: 'Absatz' },
  fr: { revenue: 'Chiffre d’affaires', orders: 'Commandes', units_sold: 'Unités vendues' },
  es: { revenue: 'Ingresos', orders: 'Pedidos', units_sold: 'Unidades vendidas' },
}
const DAY_MS = 86_400_000
export const dayAfter = (day: string, days: number) =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

const LOCALES: Record<Language, string> = { en: 'en-GB', de: 'de-DE', fr: 'fr-FR', es: 'es-ES' }
export function formatNumber(language: Language, value: number, digits: number): string {
  const format = new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: 'always',
  })
  return format.format(Math.abs(value))
}
export function formatValue({ language, currency }: Said, value: number): string {
  if (currency === null) return formatNumber(language, value, 0)
  return language === 'en'
    ? `${currency} ${formatNumber(language, value, 2)}`
    : `${formatNumber(language, value, 2)} ${currency}`
}
const percent = ({ language }: Said, ratio: number) => `${formatNumber(language, ratio * 100, 1)} %`

const RANGES: Record<Language, (from: string, to: string) => string> = {
  en: (from, to) => `from ${from} to ${to}`,
  de: (from, to) => `vom ${from} bis ${to}`,
  fr: (from, to) => `du ${from} au ${to}`,
  es: (from, to) => `del ${from} al ${to}`,
}
export function formatPeriod(language: Language, { from, to }: { from: string; to: string }): string {
  const format = new Intl.DateTimeFormat(LOCALES[language], {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return RANGES[language](format.format(Date.parse(from)), format.format(Date.parse(to)))
}

export const BASES: Record<Language, Record<Said['base'], string>> = {
  en: {
    previous: 'compared with the previous period',
    year_ago: 'compared with the same period of the previous year',
    forecast: 'compared with the forecast',
  },
  de: {
    previous: 'gegenüber der Vorperiode',
    year_ago: 'gegenüber dem Vorjahreszeitraum',
    forecast: 'gegenüber der Prognose',
  },
  fr: {
    previous: 'par rapport à la période précédente',
    year_ago: 'par rapport à la même période de l’année précédente',
    forecast: 'par rapport à la prévision',
  },
  es: {
    previous: 'frente al período anterior',
    year_ago: 'frente al mismo período del año anterior',
    forecast: 'frente a la previsión',
  },
}
const OF: Record<Language, string> = { en: 'of', de: 'von', fr: 'de', es: 'de' }
const WAS: Record<Language, [one: string, many: string]> = {
  en: ['was', 'were'],
  de: ['betrug', 'betrugen'],
  fr: ['a été de', 'ont été de'],
  es: ['fue de', 'fueron de'],
}
const VERBS: Record<Language, Record<'up' | 'down', [string, string]>> = {
  en: { up: ['rose by', 'rose by'], down: ['fell by', 'fell by'] },
  de: { up: ['stieg um', 'stiegen um'], down: ['sank um', 'sanken um'] },
  fr: { up: ['a augmenté de', 'ont augmenté de'], down: ['a baissé de', 'ont baissé de'] },
  es: { up: ['aumentó un', 'aumentaron un'], down: ['disminuyó un', 'disminuyeron un'] },
}
const TO: Record<Language, string> = { en: 'to', de: 'auf', fr: 'à', es: 'hasta' }
const ARTICLES: Record<Language, Record<string, string>> = {
  en: {},
  de: { revenue: 'Der Umsatz', orders: 'Die Bestellungen', units_sold: 'Der Absatz' },
  fr: { revenue: 'Le chiffre d’affaires', orders: 'Les commandes', units_sold: 'Les unités vendues' },
  es: { revenue: 'Los ingresos', orders: 'Los pedidos', units_sold: 'Las unidades vendidas' },
}
const isMany = ({ language, metric }: Said) =>
  language === 'es' || metric === 'orders' || (metric === 'units_sold' && language !== 'de')
const BECAUSE: Record<Language, string> = {
  en: 'driven by',
  de: 'getrieben von',
  fr: 'grâce à',
  es: 'gracias a',
}

/** A statement in words, rightly or as somebody who lies changed it. */
export function toWords(said: Said): string {
  const { language, metric, entity } = said
  const label = ARTICLES[language][metric] ?? LABELS[language][metric] ?? metric
  const subject = entity === null ? label : `${label} ${OF[language]} ${entity}`
  const many = Number(isMany(said))
  const period = formatPeriod(language, said.period)
  const direction = said.change < 0 ? 'down' : 'up'
  const verb = VERBS[language][direction][many]
  const base = BASES[language][said.base]
  const value = formatValue(said, said.value)
  switch (said.shape) {
    case 'level':
      return `${subject} ${WAS[language][many]} ${value} ${period}.`
    case 'change':
      return `${subject} ${verb} ${percent(said, said.change)} ${base}, ${TO[language]} ${value} ${period}.`
    case 'rank':
      return toRank(said, value, period)
    case 'cause': {
      const sign = said.driverDifference < 0 ? '−' : '+'
      const by = language === 'es' ? verb?.replace(' un', '') : verb
      return `${subject} ${by} ${formatValue(said, said.difference)} ${base} ${period}, ${BECAUSE[language]} ${said.driver} (${sign}${formatValue(said, said.driverDifference)}).`
    }
  }
}

function toRank(said: Said, value: string, period: string): string {
  const { language, metric, entity, rank } = said
  const label = LABELS[language][metric]?.toLowerCase() ?? metric
  const share = percent(said, said.share)
  switch (language) {
    case 'en':
      return `${entity} ranked number ${rank} by ${label} ${period}, with ${value} and a share of ${share}.`
    case 'de':
      return `${entity} lag ${period} mit ${value} ${LABELS.de[metric]} und einem Anteil von ${share} auf Platz ${rank}.`
    case 'fr':
      return `${entity} occupe le rang ${rank} pour les ${label} ${period}, avec ${value} et une part de ${share}.`
    case 'es':
      return `${entity} ocupó el puesto ${rank} por ${label} ${period}, con ${value} y una cuota del ${share}.`
  }
}

/** A report of random statements, and their facts. */
export function makeReport(random: Random): RandomReport {
  const language = pick(random, LANGUAGES)
  const days = pick(random, [1, 7, 14, 28, 30])
  const from = dayAfter('2025-01-06', Math.floor(random() * 600))
  const period = { from, to: dayAfter(from, days - 1), isWhole: true }
  const facts: Fact[] = []
  const said = new Map<string, Said>()
  const used = new Set<string>()
  const statements = Array.from({ length: 3 + Math.floor(random() * 3) }, (_, index): Statement[] => {
    const one = makeSaid(random, language, period)
    // Two statements of one thing would say two things of it.
    const key = `${one.metric} ${one.entity}`
    if (used.has(key)) return []
    used.add(key)
    const own = factsOf(`s${index}`, one)
    facts.push(...own)
    said.set(`s${index}`, one)
    const drivers = own.filter(({ driver }) => driver !== null).map(({ id }) => id)
    return [{ id: `s${index}`, text: toWords(one), facts: own.map(({ id }) => id), drivers }]
  }).flat()
  return { language, facts, statements, said }
}

function makeSaid(random: Random, language: Language, period: Period): Said {
  const shape = pick(random, ['level', 'change', 'rank', 'cause'] as const)
  const metric = shape === 'cause' ? 'revenue' : pick(random, ['revenue', 'orders', 'units_sold'])
  const isMoney = metric === 'revenue'
  const entity = shape === 'rank' || random() < 0.6 ? pick(random, NAMES) : null
  const value = isMoney
    ? Math.round(10 ** (3 + 4 * random()) * 100) / 100
    : Math.round(10 ** (1.5 + 3.5 * random()))
  const change = (random() < 0.5 ? -1 : 1) * (0.011 + random() * 0.6)
  return {
    shape,
    language,
    metric,
    entity,
    period,
    value,
    base: pick(random, ['previous', 'year_ago', 'forecast'] as const),
    change,
    difference: Math.round(value * change * 100) / 100,
    rank: 1 + Math.floor(random() * 9),
    share: 0.02 + random() * 0.9,
    currency: isMoney ? pick(random, ['USD', 'EUR', 'GBP', 'CHF']) : null,
    driver: pick(
      random,
      NAMES.filter(name => name !== entity),
    ),
    driverDifference: Math.round(value * change * (0.2 + 0.6 * random()) * 100) / 100,
  }
}

const SOURCE = { mart: 'fct_sale', sql: 'select 1', builtAt: '2026-11-30T04:00:00.000Z', position: null }

function factsOf(id: string, said: Said): Fact[] {
  const { metric, language, period, currency } = said
  const category = (value: string) => [{ dimension: 'category', value }]
  const basePeriod =
    said.base === 'forecast'
      ? period
      : {
          from: dayAfter(period.from, said.base === 'previous' ? -40 : -364),
          to: dayAfter(period.to, said.base === 'previous' ? -40 : -364),
          isWhole: true,
        }
  const base = { kind: said.base, period: basePeriod }
  const fact = (kind: Fact['kind'], value: number, more: Partial<Fact> = {}): Fact => ({
    id: `${id}.${kind}${more.driver ?? ''}`,
    kind,
    metric,
    label: LABELS[language][metric] ?? metric,
    entity: said.entity === null ? [] : category(said.entity),
    period,
    base: kind === 'change' || kind === 'difference' ? base : null,
    value: String(value),
    unit:
      kind === 'change' || kind === 'share'
        ? 'ratio'
        : kind === 'rank'
          ? 'rank'
          : currency
            ? 'currency'
            : 'count',
    currency: kind === 'value' || kind === 'difference' ? currency : null,
    direction: kind === 'change' || kind === 'difference' ? (value > 0 ? 'up' : 'down') : null,
    driver: null,
    source: SOURCE,
    ...more,
  })
  const value = fact('value', said.value)
  if (said.shape === 'level') return [value]
  if (said.shape === 'change') return [value, fact('change', said.change)]
  if (said.shape === 'rank') return [value, fact('rank', said.rank), fact('share', said.share)]
  return [
    fact('difference', said.difference),
    fact('difference', said.driverDifference, { driver: 'entity', entity: category(said.driver) }),
  ]
}
