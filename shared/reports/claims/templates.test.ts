import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact, Statement } from '../facts.ts'
import { checkSentence } from './index.ts'

const NOW = { from: '2026-11-01', to: '2026-11-30', isWhole: true }
const OCTOBER = { from: '2026-10-01', to: '2026-10-31', isWhole: true }
const BEFORE: Partial<Fact> = { base: { kind: 'previous', period: OCTOBER } }
const YEAR_AGO: Partial<Fact> = {
  base: { kind: 'year_ago', period: { from: '2025-11-01', to: '2025-11-30', isWhole: true } },
}
const BIKES = { entity: [{ dimension: 'category', value: 'Bikes' }] }

let last = 0
const makeFact = (value: string, more: Partial<Fact> = {}): Fact => {
  const moves = more.kind === 'change' || more.kind === 'difference'
  return {
    id: `f${last++}`,
    kind: 'value',
    metric: 'revenue',
    label: 'Revenue',
    entity: [],
    period: NOW,
    base: null,
    value,
    unit: more.kind === 'change' || more.kind === 'share' ? 'ratio' : 'currency',
    currency: 'USD',
    direction: moves ? (value.startsWith('-') ? 'down' : 'up') : null,
    driver: null,
    source: { mart: 'fct_sale', sql: 'select 1', builtAt: '2026-12-01T04:00:00.000Z', position: null },
    ...more,
  }
}
type Case = { statement: Statement; facts: Fact[]; honest: string[]; lies: string[] }
const makeCase = (
  text: string,
  facts: Fact[],
  said: Pick<Case, 'honest' | 'lies'>,
  drivers: Fact[] = [],
): Case => ({
  statement: { id: text, text, facts: facts.map(({ id }) => id), drivers: drivers.map(({ id }) => id) },
  facts,
  ...said,
})

const parts = [
  makeFact('60000', { kind: 'difference', driver: 'price', ...BEFORE }),
  makeFact('80000', { kind: 'difference', driver: 'volume', ...BEFORE }),
  makeFact('-4399.9', { kind: 'difference', driver: 'mix', ...BEFORE }),
]
const ofPrice = makeFact('700', { kind: 'difference', driver: 'price', ...BEFORE, ...BIKES })
const daysOut = makeFact('3', {
  metric: 'days_out_of_stock',
  label: 'days_out_of_stock',
  unit: 'days',
  currency: null,
  ...BIKES,
})

const CASES: Case[] = [
  makeCase(
    'Revenue in November 2026: $1,234,568, 12.3% more than in October 2026, 3.2% less than in November 2025.',
    [
      makeFact('1234567.8'),
      makeFact('0.1234', { kind: 'change', ...BEFORE }),
      makeFact('-0.032', { kind: 'change', ...YEAR_AGO }),
    ],
    {
      honest: [
        'In November 2026, revenue was $1,234,568, up 12.3% from October 2026 but down 3.2% from November 2025.',
        'Revenue reached $1,234,568 in November 2026, an increase of 12.3% over October 2026 and a decrease of 3.2% compared with November 2025.',
        'Revenue in November 2026 was $1,234,568, which is 12.3% more than the previous month and 3.2% less than a year earlier.',
        'At $1,234,568, revenue in November 2026 rose 12.3% against October 2026 and fell 3.2% against November 2025.',
      ],
      lies: [
        'In November 2026, revenue was $1,234,568, up 12.3% from November 2025 but down 3.2% from October 2026.',
        'Revenue in November 2026 was $1,234,568, which is 12.3% more than a year earlier and 3.2% less than the previous month.',
        'Revenue in November 2026 was $1,234,568, 12.3% more.',
        'Revenue in October 2026 was $1,234,568, 12.3% more than in November 2026, 3.2% less than in November 2025.',
        'Revenue in November 2026 and in October 2026 was $1,234,568.',
      ],
    },
  ),
  makeCase(
    'Revenue by category in November 2026: Bikes $987,654 (80%); Helmets $23,457 (1.9%); Clothing $1,235 (0.1%).',
    [
      ['Bikes', '987654.3', '0.8'],
      ['Helmets', '23456.78', '0.019'],
      ['Clothing', '1234.5', '0.001'],
    ].flatMap(([name = '', value = '', share = '']) => {
      const entity = [{ dimension: 'category', value: name }]
      return [makeFact(value, { entity }), makeFact(share, { kind: 'share', entity })]
    }),
    {
      honest: [
        'In November 2026, revenue by category was $987,654 (80%) for Bikes, $23,457 (1.9%) for Helmets and $1,235 (0.1%) for Clothing.',
        'Bikes made revenue of $987,654 (80%) in November 2026, followed by Helmets with $23,457 (1.9%) and Clothing with $1,235 (0.1%).',
        'By category, revenue in November 2026 was: Bikes $987,654 (80%), Helmets $23,457 (1.9%), and Clothing $1,235 (0.1%).',
      ],
      lies: [
        'Revenue by category in November 2026: Bikes $23,457 (80%); Helmets $987,654 (1.9%); Clothing $1,235 (0.1%).',
        'Revenue by category in November 2026: Bikes $987,654 (1.9%); Helmets $23,457 (80%); Clothing $1,235 (0.1%).',
        'Bikes made revenue of $987,654 (80%) in November 2026, followed by Clothing with $1,235 (0.1%) and Helmets with $23,457 (1.9%).',
        'Bikes led revenue in November 2026 with $987,654 (80%); Helmets $23,457 (1.9%); Clothing $1,235 (0.1%).',
        'Revenue by country in November 2026: Bikes $987,654 (80%); Helmets $23,457 (1.9%); Clothing $1,235 (0.1%).',
        'Revenue by category in November 2026: Bikes rose $987,654 (80%); Helmets $23,457 (1.9%); Clothing $1,235 (0.1%).',
      ],
    },
  ),
  makeCase(
    'The change of +$135,600 is made of +$60,000 by prices, +$80,000 by how much was sold and −$4,400 by what was sold.',
    [makeFact('135600.1', { kind: 'difference', ...BEFORE }), ...parts],
    {
      honest: [
        'The change of +$135,600 consists of +$60,000 from prices, +$80,000 from volume and −$4,400 from the mix.',
        'Of the change of +$135,600, +$60,000 came from prices, +$80,000 from quantity sold and −$4,400 from mix.',
      ],
      lies: [
        'The change of +$135,600 is made of +$80,000 by prices, +$60,000 by how much was sold and −$4,400 by what was sold.',
        'The change of −$135,600 is made of +$60,000 by prices, +$80,000 by how much was sold and −$4,400 by what was sold.',
        'The change of +$135,600 is made of +$60,000 by prices, +$80,000 by how much was sold and +$4,400 by what was sold.',
        'Prices rose by $60,000, volume by $80,000 and mix fell by $4,400.',
      ],
    },
    parts,
  ),
  makeCase(
    'The price of Bikes is 28.3% higher than in October 2026, which makes +$700.',
    [
      makeFact('0.28322', {
        kind: 'change',
        metric: 'revenue_per_unit',
        label: 'Revenue per unit',
        ...BEFORE,
        ...BIKES,
      }),
      ofPrice,
    ],
    {
      honest: [
        'The price of Bikes was 28.3% higher than in October 2026, adding $700 to revenue.',
        'Compared with October 2026, the price of Bikes rose by 28.3%, which makes +$700.',
      ],
      lies: [
        'The price of Bikes is 28.3% lower than in October 2026, which makes +$700.',
        'The price of Bikes is $700 higher than in October 2026.',
        'The price of Bikes is 28.3% higher than in October 2026, which makes −$700.',
        'Revenue of Bikes is 28.3% higher than in October 2026, which makes +$700.',
        'The price of Bikes is 28.3%.',
      ],
    },
    [ofPrice],
  ),
  makeCase(
    'Bikes was out of stock on 3 days, and made $500 less than in October 2026.',
    [daysOut, makeFact('-500', { kind: 'difference', driver: 'entity', ...BEFORE, ...BIKES })],
    {
      honest: [
        'Bikes made $500 less than in October 2026 and was out of stock on 3 days.',
        'Because it was out of stock on 3 days, Bikes made $500 less than in October 2026.',
        'Out of stock on 3 days, Bikes made $500 less than in October 2026.',
      ],
      lies: [
        'Bikes was out of stock on 500 days, and made $3 less than in October 2026.',
        'Bikes was out of stock on 3 days, and made $500 more than in October 2026.',
        'Bikes was in stock on 3 days, and made $500 less than in October 2026.',
        'Bikes made $500, and was out of stock on 3 days.',
      ],
    },
    [daysOut],
  ),
  makeCase(
    'Bikes made $700 more than in October 2026: $2,346.',
    [
      makeFact('2345.6', BIKES),
      makeFact('700', { kind: 'difference', driver: 'entity', ...BEFORE, ...BIKES }),
    ],
    {
      honest: [
        'Bikes made $2,346, which is $700 more than in October 2026.',
        'At $2,346, Bikes made $700 more than in October 2026.',
        'Compared with October 2026, revenue from Bikes rose by $700 to $2,346.',
      ],
      lies: [
        'Bikes made $700 in October 2026: $2,346.',
        'Bikes made $2,346 more than in October 2026: $700.',
        'Bikes made $2,346 in October 2026.',
        'Bikes was sold for the first time: $2,346, $700 more than in October 2026.',
      ],
    },
  ),
  makeCase('Bikes was sold for the first time: $2,346.', [makeFact('2345.6', BIKES)], {
    honest: ['For the first time, Bikes was sold: $2,346.', 'Bikes sold for the first time and made $2,346.'],
    lies: ['Bikes bought nothing: $2,346.', 'Bikes, new and improved, was sold for the first time: $2,346.'],
  }),
  makeCase(
    'Client 11330 bought nothing; in October 2026 it was $1,646.',
    [makeFact('1645.6', { entity: [{ dimension: 'client', value: '11330' }], period: OCTOBER })],
    {
      honest: [
        'Client 11330 made no purchase; in October 2026 it was $1,646.',
        'Client 11330 bought nothing, after $1,646 in October 2026.',
      ],
      lies: [
        'Client 11330 bought nothing; in November 2026 it was $1,646.',
        'Client 11330 bought for the first time: $1,646.',
        'Client 11330 is lost; in October 2026 it was $1,646.',
      ],
    },
  ),
]

for (const { statement, facts, honest, lies } of CASES) {
  const check = (sentence: string) =>
    checkSentence(sentence, { statements: [statement], facts, language: 'en' })

  test(`in other words: ${statement.text}`, () => {
    for (const sentence of [`${statement.text};`, ...honest])
      assert.deepEqual(check(sentence), { ok: true, statements: [statement.id] }, sentence)
  })

  test(`not: ${statement.text}`, () => {
    for (const sentence of lies) assert.equal(check(sentence).ok, false, sentence)
  })
}
