import type { Language } from '../../shared/reports/facts.ts'
import {
  dayAfter,
  formatNumber,
  formatValue,
  LABELS,
  NAMES,
  pick,
  type Said,
  toWords,
} from './random-statements.ts'

type Random = () => number
/** A false sentence for a statement, or undefined where the kind does not apply to it. `other`: another statement of the report. */
type Lie = (said: Said, random: Random, other: Said | undefined) => string | undefined

const change = (said: Said, more: Partial<Said>) => toWords({ ...said, ...more })
const hasMovement = ({ shape }: Said) => shape === 'change' || shape === 'cause'
/** Replaces what must be there. */
const swap = (text: string, from: string | RegExp, to: string) => {
  const swapped = text.replace(from, to)
  return swapped === text ? undefined : swapped
}
const before = (text: string, words: string) => `${words} ${text.charAt(0).toLowerCase()}${text.slice(1)}`
const after = (text: string, words: string) => `${text.slice(0, -1)}${words}.`
const by = (said: Said, words: Record<Language, string>) => words[said.language]
const otherName = (said: Said, random: Random) =>
  pick(
    random,
    NAMES.filter(name => name !== said.entity && name !== said.driver),
  )
const percentOf = (said: Said, ratio: number) => `${formatNumber(said.language, ratio * 100, 1)} %`
const PERCENT = /[\d.,]+ %/u

/** Kinds of lies that a model may tell. */
export const LIES: Record<string, Lie> = {
  entity_of_nobody: (said, random) => change(said, { entity: otherName(said, random) }),
  entity_dropped: said => (said.entity && said.shape !== 'rank' ? change(said, { entity: null }) : undefined),
  entity_added: (said, random) =>
    said.entity === null ? change(said, { entity: otherName(said, random) }) : undefined,
  entity_of_another: (said, _, other) =>
    other && other.entity !== said.entity && (said.shape !== 'rank' || other.entity)
      ? change(said, { entity: other.entity })
      : undefined,
  two_entities: (said, random) => {
    const and = by(said, { en: 'and', de: 'und', fr: 'et', es: 'y' })
    return said.entity === null
      ? undefined
      : change(said, { entity: `${otherName(said, random)} ${and} ${said.entity}` })
  },
  value_of_another: (said, _, other) =>
    other && said.shape !== 'cause' ? change(said, { value: other.value }) : undefined,
  change_of_another: (said, _, other) =>
    other && said.shape === 'change' && Math.abs(other.change - said.change) > 0.002
      ? change(said, { change: other.change })
      : undefined,
  sign: said => (hasMovement(said) ? change(said, { change: -said.change }) : undefined),
  sign_of_driver: said =>
    said.shape === 'cause' ? change(said, { driverDifference: -said.driverDifference }) : undefined,
  currency: said =>
    said.currency ? change(said, { currency: said.currency === 'USD' ? 'EUR' : 'USD' }) : undefined,
  currency_for_none: said => (said.currency ? undefined : change(said, { currency: 'EUR' })),
  currency_dropped: said =>
    said.currency ? change(said, { currency: null, value: Math.round(said.value) }) : undefined,
  percent_for_value: said =>
    swap(toWords(said), formatValue(said, said.value), `${formatNumber(said.language, said.value, 1)} %`),
  period: said =>
    change(said, {
      period: { ...said.period, from: dayAfter(said.period.from, 1), to: dayAfter(said.period.to, 1) },
    }),
  period_of_base: said =>
    change(said, {
      period: { ...said.period, from: dayAfter(said.period.from, -364), to: dayAfter(said.period.to, -364) },
    }),
  period_dropped: said => swap(toWords(said), / (?:from|vom|du|del) \d.*20\d\d(?=[.,])/u, ''),
  period_invented: said =>
    after(
      toWords(said),
      by(said, { en: ' since March', de: ' seit März', fr: ' depuis mars', es: ' desde marzo' }),
    ),
  base: said =>
    hasMovement(said)
      ? change(said, { base: said.base === 'previous' ? 'year_ago' : 'previous' })
      : undefined,
  base_dropped: said =>
    hasMovement(said)
      ? swap(
          toWords(said),
          / (?:compared|gegenüber|par rapport|frente).*?(?=,| from| vom| du \d| del \d)/u,
          '',
        )
      : undefined,
  base_is_an_entity: (said, random) =>
    hasMovement(said)
      ? swap(
          toWords(said),
          / (?:compared|gegenüber|par rapport|frente).*?(?=,| from| vom| du \d| del \d)/u,
          ` ${by(said, { en: 'compared with', de: 'gegenüber', fr: 'par rapport à', es: 'frente a' })} ${said.entity ?? otherName(said, random)}`,
        )
      : undefined,
  rank: said => (said.shape === 'rank' ? change(said, { rank: said.rank + 1 }) : undefined),
  rank_by_another_measure: said =>
    said.shape === 'rank'
      ? change(said, { metric: said.metric === 'orders' ? 'units_sold' : 'orders' })
      : undefined,
  superlative: said =>
    said.shape === 'rank' && said.rank !== 1
      ? `${said.entity} ${by(said, { en: `had the highest ${LABELS.en[said.metric]?.toLowerCase()}`, de: `hatte den höchsten ${LABELS.de[said.metric]}`, fr: `arrive en tête pour les ${LABELS.fr[said.metric]?.toLowerCase()}`, es: `lideró los ${LABELS.es[said.metric]?.toLowerCase()}` })}.`
      : undefined,
  measure: said => change(said, { metric: said.metric === 'revenue' ? 'orders' : 'revenue' }),
  rounding_beyond: said =>
    change(said, {
      value: said.value * (said.currency ? 1.0004 : 1.02) + (said.currency ? 0.04 : 1),
      change: said.change + (said.change < 0 ? -0.004 : 0.004),
      share: said.share + 0.004,
      difference: said.difference * 1.01 + 0.04,
    }),
  precise_beyond: said =>
    said.shape === 'change'
      ? swap(toWords(said), PERCENT, `${formatNumber(said.language, said.change * 100 + 0.0123, 4)} %`)
      : undefined,
  scale_million: said =>
    said.currency
      ? swap(
          toWords(said),
          formatNumber(said.language, said.value, 2),
          `${formatNumber(said.language, said.value, 2)} ${by(said, { en: 'million', de: 'Mio.', fr: 'millions', es: 'millones' })}`,
        )
      : undefined,
  scale_thousand: said =>
    said.shape === 'cause'
      ? undefined
      : change(said, { value: said.currency ? said.value / 1000 : Math.max(1, said.value * 1000) }),
  separators: said => {
    const english = said.value.toLocaleString('en-US', { minimumFractionDigits: 2 })
    const german = said.value.toLocaleString('de-DE', { minimumFractionDigits: 2 })
    const foreign = said.language === 'en' ? german : english
    return said.currency && said.value > 1000
      ? swap(toWords(said), formatNumber(said.language, said.value, 2), foreign)
      : undefined
  },
  points_for_percent: said =>
    said.shape === 'change' || said.shape === 'rank'
      ? swap(
          toWords(said),
          ' %',
          by(said, {
            en: ' percentage points',
            de: ' Prozentpunkte',
            fr: ' points de pourcentage',
            es: ' puntos porcentuales',
          }),
        )
      : undefined,
  number_in_words: said =>
    said.shape === 'rank' && said.rank !== 12
      ? swap(
          toWords(said),
          formatValue(said, said.value),
          by(said, { en: 'twelve', de: 'zwölf', fr: 'douze', es: 'doce' }),
        )
      : undefined,
  doubled: said =>
    said.shape === 'change' && said.change < 0.9
      ? swap(
          toWords(said),
          /(?:rose|fell) by [\d.]+ %|(?:stieg|stiegen|sank|sanken) um [\d,]+ %|(?:a|ont) (?:augmenté|baissé) de [\d,]+ %|(?:aumentó|aumentaron|disminuyó|disminuyeron) un [\d,]+ %/u,
          by(said, { en: 'doubled', de: 'verdoppelte sich', fr: 'a doublé', es: 'se duplicó' }),
        )
      : undefined,
  half: said =>
    said.shape === 'rank' && Math.abs(said.share - 0.5) > 0.02
      ? swap(
          toWords(said),
          PERCENT,
          by(said, { en: 'half', de: 'der Hälfte', fr: 'la moitié', es: 'la mitad' }),
        )
      : undefined,
  most: said =>
    said.shape === 'rank' && said.share < 0.5
      ? after(
          toWords(said),
          by(said, {
            en: ', the majority of the total',
            de: ', die Mehrheit des Gesamten',
            fr: ', la majorité du total',
            es: ', la mayoría del total',
          }),
        )
      : undefined,
  only: said => before(toWords(said), by(said, { en: 'Only', de: 'Nur', fr: 'Seulement', es: 'Solo' })),
  all: said =>
    after(
      toWords(said),
      by(said, {
        en: ' in all regions',
        de: ' in allen Regionen',
        fr: ' dans toutes les régions',
        es: ' en todas las regiones',
      }),
    ),
  negation: said =>
    swap(
      toWords(said),
      /\b(rose|fell|was|were|ranked|stiegen|stieg|sanken|sank|betrugen|betrug|lag|a|ont|occupe|aumentaron|aumentó|disminuyeron|disminuyó|fueron|fue|ocupó)\b/u,
      by(said, { en: 'not $1', de: '$1 nicht', fr: 'ne $1 pas', es: 'no $1' }),
    ),
  double_negation: said =>
    hasMovement(said)
      ? swap(
          toWords(said),
          /(\b(?:by|um|de|un|aumentaron|aumentó|disminuyeron|disminuyó)) (?=[\dA-Z])/u,
          '$1 −',
        )
      : undefined,
  level_for_difference: said =>
    said.shape === 'change'
      ? swap(
          toWords(said),
          `${formatNumber(said.language, said.change * 100, 1)} %`,
          formatValue(said, said.value),
        )
      : undefined,
  difference_for_level: said =>
    said.shape === 'change'
      ? change(said, { shape: 'level', value: Math.abs(said.difference) + 7 })
      : undefined,
  to_for_by: said =>
    said.shape === 'change'
      ? swap(
          toWords(said),
          /(?:by|um|de|un) (?=[\d.,]+ %)/u,
          by(said, { en: 'to ', de: 'auf ', fr: 'à ', es: 'hasta el ' }),
        )
      : undefined,
  share_of_another_base: said =>
    said.shape === 'rank'
      ? swap(
          toWords(said),
          PERCENT,
          `${percentOf(said, said.share)} ${by(said, { en: 'of returns', de: 'der Retouren', fr: 'des retours', es: 'de las devoluciones' })}`,
        )
      : undefined,
  cause_invented: (said, random) =>
    after(
      toWords(said),
      `, ${by(said, { en: 'because of', de: 'wegen', fr: 'grâce à', es: 'debido a' })} ${said.shape === 'cause' ? otherName(said, random) : (said.entity ?? otherName(said, random))}`,
    ),
  cause_in_prices: said =>
    after(
      toWords(said),
      by(said, {
        en: ' thanks to higher prices',
        de: ' dank höherer Preise',
        fr: ' grâce à la hausse des prix',
        es: ' gracias al aumento de los precios',
      }),
    ),
  cause_swapped: (said, random) =>
    said.shape === 'cause' ? change(said, { driver: otherName(said, random) }) : undefined,
  cause_of_another_amount: said =>
    said.shape === 'cause' ? change(said, { driverDifference: said.difference }) : undefined,
  consequence: (said, _, other) =>
    other
      ? after(
          toWords(said),
          `, ${by(said, { en: 'so', de: 'sodass', fr: 'si bien que', es: 'de modo que' })} ${toWords(other).slice(0, -1)}`,
        )
      : undefined,
  forecast_as_fact: said =>
    said.base === 'forecast' || !hasMovement(said) ? undefined : change(said, { base: 'forecast' }),
  future: said =>
    after(
      toWords(said),
      by(said, {
        en: ' and will rise',
        de: ' und wird steigen',
        fr: ' et va augmenter',
        es: ' y va a aumentar',
      }),
    ),
  name_invented: said =>
    after(
      toWords(said),
      by(said, {
        en: ', says Ms Miller',
        de: ', sagt Frau Müller',
        fr: ', selon Mme Martin',
        es: ', según la señora García',
      }),
    ),
  place_invented: said =>
    after(toWords(said), by(said, { en: ' in Paris', de: ' in Paris', fr: ' à Paris', es: ' en París' })),
  judgement: said =>
    before(
      toWords(said),
      by(said, {
        en: 'Encouragingly,',
        de: 'Erfreulicherweise',
        fr: 'Heureusement,',
        es: 'Afortunadamente,',
      }),
    ),
  advice: said =>
    after(
      toWords(said),
      by(said, {
        en: '; prices should be lowered',
        de: '; die Preise sollten gesenkt werden',
        fr: ' ; il faut baisser les prix',
        es: '; conviene bajar los precios',
      }),
    ),
  trend: said =>
    after(toWords(said), by(said, { en: ', again', de: ', erneut', fr: ', de nouveau', es: ', de nuevo' })),
  per_day: said =>
    after(toWords(said), by(said, { en: ' a day', de: ' pro Tag', fr: ' par jour', es: ' al día' })),
  average: said =>
    before(
      toWords(said),
      by(said, { en: 'On average', de: 'Im Durchschnitt', fr: 'En moyenne,', es: 'De media,' }),
    ),
  range: said =>
    swap(
      toWords(said),
      formatNumber(said.language, said.value, said.currency ? 2 : 0),
      `${formatNumber(said.language, said.value, said.currency ? 2 : 0)}–${formatNumber(said.language, said.value * 2, 0)}`,
    ),
  mixed: (said, _, other) =>
    other && other.entity !== said.entity && said.shape === 'change' && other.shape === 'change'
      ? `${toWords({ ...said, change: other.change + 0.02 }).slice(0, -1)}; ${toWords({ ...other, change: said.change + 0.02 })}`
      : undefined,
  homoglyph: said => swap(toWords(said), /[ao](?=[a-z]* )/u, 'а'),
  invisible: said => swap(toWords(said), /(\d)(?=\d)/u, '$1\u200b'),
  turned: said => swap(toWords(said), /(\d)(?=\d)/u, '\u202e$1'),
  fullwidth: said => swap(toWords(said), /\d/u, '７'),
  markup: said => swap(toWords(said), /(\d[\d.,]*)/u, '<b>$1</b>'),
  link: said => after(toWords(said), ' (https://example.org)'),
}

/** A true sentence in other words than the template's. */
export function rephrase(said: Said): string {
  const text = toWords(said)
  const words: Record<Language, [RegExp, string][]> = {
    en: [
      [/ rose by /u, ' grew by '],
      [/ fell by /u, ' dropped by '],
      [/ (?:was|were) /u, ' came to '],
      [/ranked number (\d+)/u, 'took place $1'],
    ],
    de: [
      [/ (?:stieg|stiegen) um /u, ' wuchs um '],
      [/ (?:sank|sanken) um /u, ' fiel um '],
      [/ (?:betrug|betrugen) /u, ' lag bei '],
      [/auf Platz/u, 'auf Rang'],
    ],
    fr: [
      [/ augmenté de /u, ' progressé de '],
      [/ baissé de /u, ' reculé de '],
      [/ (?:a|ont) été de /u, ' atteint '],
      [/occupe le rang/u, 'est au rang'],
    ],
    es: [
      [/ aumentaron /u, ' crecieron '],
      [/ disminuyeron /u, ' bajaron '],
      [/ fueron de /u, ' alcanzaron '],
      [/ocupó el puesto/u, 'quedó en el puesto'],
    ],
  }
  return words[said.language].reduce((rewritten, [from, to]) => rewritten.replace(from, to), text)
}
