import type { Fact, Language, Statement } from '../../shared/reports/facts.ts'
import { makeFact } from '../../shared/reports/make-fact.ts'
import { countOf, formatDays, formatPeriod, formatValue } from '../../shared/reports/narrative/formats.ts'
import { tellLargest, tellMoved, tellTotals } from '../../shared/reports/narrative/tell-numbers.ts'
import { TEXTS } from '../../shared/reports/narrative/texts/index.ts'

const MAY = { from: '2017-05-01', to: '2017-05-31', isWhole: true }
const APRIL = { from: '2017-04-01', to: '2017-04-30', isWhole: true }
const DAY = { from: '2017-06-28', to: '2017-06-28', isWhole: true }
const SOURCE = {
  mart: 'agg_stock_coverage',
  sql: 'select 1',
  builtAt: '2017-06-29T04:00:00.000Z',
  position: null,
}

const LABELS = {
  stock: { en: 'Stock', de: 'Bestand', fr: 'Stock', es: 'Existencias' },
  clients: { en: 'Clients', de: 'Kunden', fr: 'Clients', es: 'Clientes' },
  sold: {
    en: 'Units sold on days in stock',
    de: 'Verkaufte Stückzahl an Tagen mit Bestand',
    fr: 'Quantité vendue les jours en stock',
    es: 'Unidades vendidas en días con existencias',
  },
  segment: { en: 'Client segment', de: 'Kundensegment', fr: 'Segment de clientèle', es: 'Segmento' },
}

/** Sentences of the reports on stock, segments and the forecast, as their templates write them, by name, with their facts. */
export function makeStockWorld(language: Language): { statements: Statement[]; facts: Fact[] } {
  const text = TEXTS[language]
  const facts: Fact[] = []
  const fact = (made: Partial<Parameters<typeof makeFact>[0]> & { metric: string; value: string }): Fact => {
    const one = makeFact({
      kind: 'value',
      label: made.metric,
      period: DAY,
      unit: 'count',
      source: SOURCE,
      ...made,
    })
    facts.push(one)
    return one
  }
  const say = (id: string, sentence: string, of: Fact[]): Statement => ({
    ...{ id, text: sentence, drivers: [] },
    facts: of.map(each => each.id),
  })
  const product = (value: string) => [{ dimension: 'product', value }]
  const segment = (value: string) => [{ dimension: 'segment', value }]
  const day = formatPeriod(DAY, language)
  const may = formatPeriod(MAY, language)

  const out = fact({ metric: 'products_out_of_stock', value: '12' })
  const short = fact({ metric: 'products_short_of_stock', value: '5' })
  const perDay = fact({
    metric: 'units_per_day',
    value: '3.5000',
    unit: 'quantity',
    entity: product('Road Helmet'),
  })
  const left = fact({ metric: 'stock', value: '40.0000', unit: 'quantity', entity: product('Touring Tire') })
  const days = fact({
    metric: 'days_of_stock',
    value: '9.5000',
    unit: 'days',
    entity: product('Touring Tire'),
  })
  const cost = { unit: 'currency', currency: 'USD' } as const
  const dead = fact({ metric: 'dead_stock_cost', value: '12000.0000', ...cost })
  const deadShare = fact({
    ...cost,
    metric: 'dead_stock_cost',
    kind: 'share',
    value: '0.120000',
    unit: 'ratio',
  })
  const jersey = fact({ metric: 'stock_cost', value: '500.0000', ...cost, entity: product('Old Jersey') })
  const jerseys = fact({ metric: 'stock', value: '20.0000', unit: 'quantity', entity: product('Old Jersey') })
  const sold = {
    metric: 'units_sold_in_stock',
    label: LABELS.sold[language],
    period: MAY,
    unit: 'quantity',
  } as const
  const forecast = { base: { kind: 'forecast', period: MAY } } as const
  const compared = (
    value: string,
    expected: string,
    difference: string,
    change: string,
    entity: Fact['entity'],
  ) => [
    fact({ ...sold, value, entity }),
    fact({ ...sold, value: expected, metric: 'units_forecast', entity }),
    fact({ ...sold, ...forecast, kind: 'difference', value: difference, entity }),
    fact({ ...sold, ...forecast, kind: 'change', value: change, unit: 'ratio', entity }),
  ]
  const all = compared('602', '300', '302', '1.006667', [])
  const helmet = compared('451', '150', '301', '2.006667', product('Road Helmet'))
  const ratio = { unit: 'ratio', period: MAY } as const
  const band = fact({ ...ratio, metric: 'within_band', value: '0.810000' })
  const error = fact({ ...ratio, metric: 'forecast_error', value: '0.253000' })

  const counted = { metric: 'clients_by_segment', label: LABELS.clients[language], period: MAY } as const
  const previous = { base: { kind: 'previous', period: APRIL } } as const
  const champions = [
    fact({ ...counted, value: '1200', entity: segment('champion') }),
    fact({ ...counted, value: '1000', entity: segment('champion'), period: APRIL }),
    fact({ ...counted, ...previous, kind: 'difference', value: '200', entity: segment('champion') }),
    fact({
      ...counted,
      ...previous,
      kind: 'change',
      value: '0.2',
      unit: 'ratio',
      entity: segment('champion'),
    }),
    fact({ ...counted, value: '300', entity: segment('at_risk') }),
  ]
  const stock = { metric: 'stock', label: LABELS.stock[language], period: MAY, unit: 'quantity' } as const
  const stocks = [
    fact({ ...stock, value: '935' }),
    fact({ ...stock, value: '605', period: APRIL }),
    fact({ ...stock, ...previous, kind: 'difference', value: '330' }),
    fact({ ...stock, ...previous, kind: 'change', value: '0.545455', unit: 'ratio' }),
  ]
  const numbersOf = (own: Fact[], at?: 'end') => ({ facts: own, period: MAY, language, at })
  const named = (id: string, [statement]: Statement[]): Statement => {
    if (!statement) throw new TypeError(id)
    return { ...statement, id }
  }
  const write = (one: Fact) => formatValue(one, language)
  return {
    facts,
    statements: [
      say('out', text.stock.out(countOf(12, language), day), [out]),
      say('short', text.stock.short(countOf(5, language), day), [short]),
      say('soldOut', text.stock.soldOut('Road Helmet', countOf(3.5, language)), [perDay]),
      say('risk', text.stock.risk('Touring Tire', countOf(40, language), formatDays(9, language)), [
        left,
        days,
      ]),
      say('dead', text.stock.dead(write(dead), write(deadShare), day), [dead, deadShare]),
      say('deadProduct', text.stock.deadProduct('Old Jersey', write(jersey), countOf(20, language)), [
        jersey,
        jerseys,
      ]),
      named('sold', tellTotals(numbersOf(all.filter(({ metric }) => metric === sold.metric)))),
      say('band', text.review.band(write(band), may), [band]),
      say('error', text.review.error(write(error), may), [error]),
      say('outlier', text.review.outlier('Road Helmet', countOf(451, language), '301', 'up'), helmet),
      named(
        'moved',
        tellMoved(
          numbersOf(champions, 'end'),
          champions.filter(({ kind }) => kind === 'difference'),
        ),
      ),
      named(
        'segments',
        tellLargest(
          numbersOf(
            champions.filter(({ entity }) => entity.length > 0),
            'end',
          ),
          { label: LABELS.segment[language], most: 5 },
        ),
      ),
      named('stock', tellTotals(numbersOf(stocks, 'end'))),
    ],
  }
}
