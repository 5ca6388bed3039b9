import { commandsCard } from '../cards/commands.js'
import { salesCard } from '../cards/sales.js'
import { GRAINS } from '../data/sales.js'
import { makeChoice } from '../parts/choice.js'
import { html } from '../parts/dom.js'

/** @type {import('../views.js').View} */
export const sales = {
  address: '/sales',
  name: 'Sales',
  heading: 'What sold',
  open(visit) {
    const per = visit.params.get('per') === 'month' ? 'month' : 'week'
    const { mart, start } = GRAINS[per]
    const currency = visit.params.get('currency') ?? undefined
    const currencies = html('div')
    return [
      html(
        'div',
        { class: 'choices' },
        makeChoice('Period', [
          { text: 'By week', href: hrefOf('week', currency), isChosen: per === 'week' },
          { text: 'By month', href: hrefOf('month', currency), isChosen: per === 'month' },
        ]),
        currencies,
      ),
      salesCard(visit, {
        per,
        isWhole: true,
        ...(currency && { currency }),
        found(codes, shown) {
          const options = codes.map(code => ({
            text: code,
            href: hrefOf(per, code),
            isChosen: code === shown,
          }))
          currencies.replaceChildren(...(codes.length > 1 ? [makeChoice('Currency', options)] : []))
        },
      }),
      commandsCard([['These rows', `/function/read-mart?mart=${mart}&orderBy=-${start}&limit=100`]]),
    ]
  },
}

/** @param {'week' | 'month'} per @param {string} [currency] */
const hrefOf = (per, currency) => `/sales?${new URLSearchParams({ per, ...(currency && { currency }) })}`
