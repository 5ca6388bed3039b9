import { type Fact, LANGUAGES, type Language, type Period } from '../../shared/reports/facts.ts'
import { formatPeriod, formatValue } from '../../shared/reports/narrative/formats.ts'
import { drawChart } from '../../shared/reports/render/index.ts'
import type { Chart, WrittenReport, WrittenSentence } from '../../shared/reports/render/written.ts'
import { dayAfter, LABELS, NAMES, pick } from './random-statements.ts'

type Random = () => number

/** Names that are markup, other scripts, or that would change what stands around them. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</td></tr></table><h1>',
  '&amp; &lt;b&gt; &#0;',
  'O\'Neill & "Sons"',
  ']](javascript:alert(1)) `code` *bold* _it_ ~~no~~',
  '| a | b |\n|---|---|',
  '1. one',
  '- two',
  '# three',
  '--> <!-- ]]> <![CDATA[',
  'https://example.com/x?y=1&z=2 www.example.com me@example.com',
  'شركة الدراجات المحدودة',
  'אופניים 150 אדום',
  '\u202Eevil\u202C \u2066x',
  '自転車ヘルメット 赤',
  '산악 자전거',
  '🚲🏽 bike 👩‍👩‍👧‍👦',
  'Ελληνικό ποδήλατο → Велосипед',
  'a\u0000b\u0007c\u001B[31m',
  '\uD800 half',
  'e\u0301a\u0308\u0323',
  'x'.repeat(300),
  'long words '.repeat(30),
  '   ',
  '[12] (3) 4 5',
  '\u0024{name} %s {0} \\n \\',
]
const DIMENSIONS = ['category', 'region', 'product'] as const
const TITLES: Record<Language, string> = {
  en: 'Sales overview',
  de: 'Überblick über den Verkauf',
  fr: 'Aperçu des ventes',
  es: 'Resumen de ventas',
}

const SQL = `select
  category,
  sum(amount) as revenue -- as sold & "paid"
from fct_sale
where sold_on between '2026-03-01' and '2026-03-31' and amount < 1e9
group by 1`

/** A report of random facts that has every kind of sentence, chart and name. Names are hostile where that is asked for. */
export function makeWritten(random: Random, { isHostile = false, language = pick(random, LANGUAGES) } = {}) {
  const from = dayAfter('2025-01-01', Math.floor(random() * 600))
  const period = { from, to: dayAfter(from, pick(random, [0, 6, 27, 30])), isWhole: random() < 0.8 }
  const name = () => (isHostile && random() < 0.6 ? pick(random, HOSTILE) : pick(random, NAMES))
  const make = { random, language, period, name, facts: new Map<string, Fact>() }
  const sections = Array.from({ length: Math.floor(random() * 4) }, (_, index) => ({
    name: `section-${index}`,
    title: pick(random, [TITLES[language], name(), '']),
    sentences: Array.from({ length: Math.floor(random() * 6) }, () => makeSentence(make)),
  }))
  const charts = Array.from({ length: Math.floor(random() * 3) }, () => makeChart(make))
  const report: WrittenReport = {
    ...{ id: `r${Math.floor(random() * 1e9)}`, report: 'sales-overview', language, period },
    title: isHostile && random() < 0.5 ? name() : TITLES[language],
    filters: random() < 0.3 ? { region: [name(), name()], category: [] } : {},
    sections,
    narrative: sections.map(({ sentences }) => sentences.map(({ text }) => text).join(' ')).join('\n\n'),
    facts: [...make.facts.values()],
    charts,
    problem: pick(random, [null, null, 'too_slow']),
    asOf: pick(random, [
      { changedAt: null, position: null },
      { changedAt: '2026-03-31T22:15:00.000Z', position: '0/16B3748' },
    ]),
    writtenAt: '2026-04-01T06:00:00.000Z',
  }
  return report
}

type Make = {
  random: Random
  language: Language
  period: Period
  name: () => string
  facts: Map<string, Fact>
}

function makeFact({ random, language, period, name, facts }: Make, more: Partial<Fact> = {}): Fact {
  const kind = more.kind ?? pick(random, ['value', 'difference', 'change', 'share', 'rank'] as const)
  const metric = pick(random, ['revenue', 'orders', 'units_sold'])
  const isMoney = metric === 'revenue'
  const isCompared = kind === 'difference' || kind === 'change'
  const sign = isCompared && random() < 0.5 ? '-' : ''
  const size = kind === 'change' || kind === 'share' ? random() : 10 ** (random() * 8)
  const unit = { value: null, difference: null, change: 'ratio', share: 'ratio', rank: 'rank' } as const
  const fact: Fact = {
    id: '',
    ...{ kind, metric, label: LABELS[language][metric] ?? metric, period },
    entity: random() < 0.7 ? [{ dimension: pick(random, DIMENSIONS), value: name() }] : [],
    base: isCompared ? { kind: pick(random, ['previous', 'year_ago', 'forecast'] as const), period } : null,
    value: sign + (kind === 'rank' ? String(1 + Math.floor(random() * 9)) : size.toFixed(unit[kind] ? 4 : 2)),
    unit: unit[kind] ?? (isMoney ? 'currency' : 'count'),
    currency: isMoney ? pick(random, ['USD', 'EUR', 'GBP', 'CHF']) : null,
    direction: isCompared ? (sign ? 'down' : 'up') : null,
    driver: kind === 'difference' ? pick(random, [null, 'price', 'volume', 'mix', 'entity'] as const) : null,
    source: {
      mart: pick(random, ['fct_sale', 'fct_inventory']),
      sql: pick(random, [SQL, 'select 1']),
      builtAt: '2026-04-01T04:00:00.000Z',
      position: pick(random, [null, '0/16B3748']),
    },
    ...more,
  }
  fact.id = `${metric}/${kind}/${facts.size}${random() < 0.3 ? `/${name()}` : ''}`
  facts.set(fact.id, fact)
  return fact
}

function makeSentence(make: Make): WrittenSentence {
  const { random, language, period } = make
  const facts = Array.from({ length: Math.floor(random() * 4) }, () => makeFact(make))
  const said = facts.map(fact => ({ fact, text: formatValue(fact, language) }))
  const parts = said.map(({ fact, text }) => `${fact.entity[0]?.value ?? fact.label} ${text}`)
  return {
    text: `${make.name()} ${formatPeriod(period, language)}: ${parts.join(', ')}.`,
    by: random() < 0.3 ? 'model' : 'template',
    facts: facts.map(({ id }) => id),
    numbers: said.map(({ fact, text }) => ({ text, fact: fact.id })),
  }
}

function makeChart(make: Make): Chart {
  const { random, language } = make
  const kind = pick(random, ['bars', 'columns'] as const)
  const count = pick(random, [0, 1, 5, 9, 26, 60])
  const isNegative = random() < 0.4
  const points = Array.from({ length: count }, (_, index) => {
    const fact = makeFact(make, { kind: 'value' })
    if (isNegative && random() < 0.5) fact.value = `-${fact.value}`
    const name = kind === 'columns' ? dayAfter('2025-01-06', index * 7) : make.name()
    return { name, value: fact.value, text: formatValue(fact, language), fact: fact.id }
  })
  const chart = { title: `${TITLES[language]} ${make.name()}`, kind, points }
  return { ...chart, svg: drawChart(chart) }
}
