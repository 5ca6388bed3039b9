import { commandsCard } from '../cards/commands.js'
import { deliveriesCard } from '../cards/deliveries.js'
import { questionCard } from '../cards/question.js'
import { reportCard } from '../cards/report.js'
import { reportChoice } from '../cards/report-choice.js'
import { formAddress, readReport } from '../data/reports.js'
import { html } from '../parts/dom.js'
import { changeParams, renewedPlace } from '../parts/renewed-place.js'

/** @type {import('../views.js').View} */
export const reports = {
  address: '/reports',
  name: 'Reports',
  heading: 'What there is to report',
  open(visit) {
    const { params, remember } = visit
    const place = renewedPlace(visit, {
      id: 'report',
      label: 'What is reported',
      makeCards: part => [
        reportCard(part),
        questionCard(part),
        commandsCard([
          ['This report', formAddress(readReport(params), 'markdown')],
          [
            'A question',
            `/function/ask-report?${new URLSearchParams({ question: 'revenue by category last month' })}`,
          ],
        ]),
      ],
    })
    const choice = reportChoice(params, changed => {
      changeParams(params, changed)
      remember(params, 'push')
      place.show()
    })
    place.show()
    return [choice, place.element, html('div', { class: 'stack' }, deliveriesCard(visit))]
  },
}
