import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fact, Language, Statement } from '../../shared/reports/facts.ts'
import { ROOT } from './postgres.ts'

const NOW = { from: '2026-11-02', to: '2026-11-29', isWhole: true }
const BEFORE = { from: '2026-10-05', to: '2026-11-01', isWhole: true }
const YEAR_AGO = { from: '2025-11-03', to: '2025-11-30', isWhole: true }
const PREVIOUS = { kind: 'previous' as const, period: BEFORE }
const SOURCE = { mart: 'fct_sale', sql: 'select 1', builtAt: '2026-11-30T04:00:00.000Z', position: null }

const LABELS: Record<Language, Record<string, string>> = {
  en: {
    revenue: 'Revenue',
    orders: 'Orders',
    units_sold: 'Units sold',
    returned_amount: 'Returned',
    buyers: 'Buyers',
  },
  de: {
    revenue: 'Umsatz',
    orders: 'Bestellungen',
    units_sold: 'Absatz',
    returned_amount: 'Retouren',
    buyers: 'Käufer',
  },
  fr: {
    revenue: 'Chiffre d’affaires',
    orders: 'Commandes',
    units_sold: 'Unités vendues',
    returned_amount: 'Retours',
    buyers: 'Acheteurs',
  },
  es: {
    revenue: 'Ingresos',
    orders: 'Pedidos',
    units_sold: 'Unidades vendidas',
    returned_amount: 'Devoluciones',
    buyers: 'Compradores',
  },
}
const GERMANY: Record<Language, string> = {
  en: 'Germany',
  de: 'Deutschland',
  fr: 'L’Allemagne',
  es: 'Alemania',
}

const USES: Record<string, { facts: string[]; drivers?: string[] }> = {
  revenue: { facts: ['revenue', 'revenueChange', 'revenueBefore'] },
  year: { facts: ['revenueYear'] },
  orders: { facts: ['orders', 'ordersChange'] },
  bikes: { facts: ['bikes', 'bikesShare', 'bikesRank'] },
  helmets: { facts: ['helmets', 'helmetsDifference'] },
  helmetsrank: { facts: ['helmetsRank'] },
  units: { facts: ['units', 'unitsForecast'] },
  germany: { facts: ['germany', 'germanyShare', 'germanyRank'] },
  drivers: { facts: ['revenueDifference', 'volume', 'price'], drivers: ['volume', 'price'] },
  mix: { facts: ['mix'] },
  movers: { facts: ['revenueChange', 'bikesDifference'], drivers: ['bikesDifference'] },
  returned: { facts: ['returned', 'returnedChange'] },
  buyers: { facts: ['buyers', 'buyersChange'] },
}

function factsIn(language: Language): Fact[] {
  const currency = language === 'en' ? 'USD' : 'EUR'
  const category = (value: string) => [{ dimension: 'category', value }]
  const germany = [{ dimension: 'country', value: GERMANY[language].replace('L’', '') }]
  const fact = (
    id: string,
    kind: Fact['kind'],
    metric: string,
    value: string,
    more: Partial<Fact> = {},
  ): Fact => {
    const isMoney = metric === 'revenue' || metric === 'returned_amount'
    const unit =
      kind === 'change' || kind === 'share'
        ? 'ratio'
        : kind === 'rank'
          ? 'rank'
          : isMoney
            ? 'currency'
            : 'count'
    const moves = kind === 'change' || kind === 'difference'
    return {
      id,
      kind,
      metric,
      label: LABELS[language][metric] ?? metric,
      entity: [],
      period: NOW,
      base: moves ? PREVIOUS : null,
      value,
      unit,
      currency: unit === 'currency' ? currency : null,
      direction: moves ? (Number(value) > 0 ? 'up' : Number(value) < 0 ? 'down' : 'same') : null,
      driver: null,
      source: SOURCE,
      ...more,
    }
  }
  const bikes = { entity: category('Bikes') }
  const helmets = { entity: category('Helmets') }
  return [
    fact('revenue', 'value', 'revenue', '1234567.8900'),
    fact('revenueBefore', 'value', 'revenue', '1098967.7900', { period: BEFORE }),
    fact('revenueChange', 'change', 'revenue', '0.123388'),
    fact('revenueDifference', 'difference', 'revenue', '135600.1000'),
    fact('revenueYear', 'change', 'revenue', '-0.032049', { base: { kind: 'year_ago', period: YEAR_AGO } }),
    fact('orders', 'value', 'orders', '1872'),
    fact('ordersChange', 'change', 'orders', '-0.051191'),
    fact('bikes', 'value', 'revenue', '987654.3200', bikes),
    fact('bikesShare', 'share', 'revenue', '0.800000', bikes),
    fact('bikesRank', 'rank', 'revenue', '1', bikes),
    fact('bikesDifference', 'difference', 'revenue', '98765.4300', { ...bikes, driver: 'entity' }),
    fact('helmets', 'value', 'revenue', '23456.7800', helmets),
    fact('helmetsDifference', 'difference', 'revenue', '-4321.0000', helmets),
    fact('helmetsRank', 'rank', 'revenue', '4', helmets),
    fact('units', 'value', 'units_sold', '4311', { ...bikes, unit: 'quantity' }),
    fact('unitsForecast', 'change', 'units_sold', '-0.063010', {
      ...bikes,
      base: { kind: 'forecast', period: NOW },
    }),
    fact('germany', 'value', 'orders', '412', { entity: germany }),
    fact('germanyShare', 'share', 'orders', '0.220085', { entity: germany }),
    fact('germanyRank', 'rank', 'orders', '2', { entity: germany }),
    fact('volume', 'difference', 'revenue', '80000.0000', { driver: 'volume' }),
    fact('price', 'difference', 'revenue', '60000.0000', { driver: 'price' }),
    fact('mix', 'difference', 'revenue', '-4399.9000', { driver: 'mix' }),
    fact('returned', 'value', 'returned_amount', '45210.5000'),
    fact('returnedChange', 'change', 'returned_amount', '0.020051'),
    fact('buyers', 'value', 'buyers', '1204'),
    fact('buyersChange', 'change', 'buyers', '0'),
  ]
}

/** What somebody wrote of some statements, by hand and rightly. */
export type Honest = { statements: Statement[]; text: string }
/** `more`: in other styles, written when the words of the first had been chosen. */
export type ReportWorld = { facts: Fact[]; statements: Statement[]; honest: Honest[]; more: Honest[] }

const linesOf = (name: string) =>
  readFileSync(join(ROOT, 'tests/data/honest-rewrites', `${name}.txt`), 'utf8').split('\n')

/** Facts with a template for each statement, and honest rewrites of them, from tests/data/honest-rewrites. */
export function readWorld(language: Language): ReportWorld {
  const lines = linesOf(language)
  const statements: Statement[] = lines.flatMap(line => {
    const [, id, text] = /^(\w+) = (.*)$/u.exec(line) ?? []
    const uses = id === undefined ? undefined : USES[id]
    return id && text && uses ? [{ id, text, facts: uses.facts, drivers: uses.drivers ?? [] }] : []
  })
  const readHonest = (line: string): Honest[] => {
    const [, ids, text] = /^([\w+]+): (.*)$/u.exec(line) ?? []
    if (ids === undefined || text === undefined) return []
    return [{ text, statements: statements.filter(({ id }) => ids.split('+').includes(id)) }]
  }
  return {
    facts: factsIn(language),
    statements,
    honest: lines.flatMap(readHonest),
    more: linesOf(`${language}-more`).flatMap(readHonest),
  }
}

/** What somebody might say of some statements that they do not say, from tests/data/lies. */
export function readLies(language: Language, statements: Statement[]): (Honest & { kind: string })[] {
  const lines = readFileSync(join(ROOT, 'tests/data/lies', `${language}.txt`), 'utf8').split('\n')
  return lines.flatMap(line => {
    const [, kind, ids, text] = /^(\w+): ([\w+]+): (.*)$/u.exec(line) ?? []
    if (kind === undefined || ids === undefined || text === undefined) return []
    return [{ kind, text, statements: statements.filter(({ id }) => ids.split('+').includes(id)) }]
  })
}
