import { problemList } from '../../cards/attention.js'
import { checkRunsCard, checksCard, silencesCard } from '../../cards/checks.js'
import { commandsCard } from '../../cards/commands.js'
import { replacedCard, setAsideCard } from '../../cards/quality.js'
import { parkedProblem } from '../../data/problems.js'
import { makeCard } from '../../parts/card.js'
import { html } from '../../parts/dom.js'

/** @type {import('../../views.js').View} */
export const quality = {
  address: '/data/quality',
  name: 'Quality',
  heading: 'What is wrong, and where',
  open: visit => [
    checksCard(visit),
    html('div', { class: 'cards' }, silencesCard(visit), checkRunsCard(visit)),
    makeCard(
      'Changes set aside',
      {},
      problemList(
        visit,
        ({ parked }) => parked.map(parkedProblem),
        'None. Every change that was read has been taken.',
      ),
    ),
    setAsideCard(visit),
    replacedCard(visit),
    commandsCard([
      ['What the checks found', '/function/show-status'],
      ['Values set aside by the last build', '/function/read-mart?mart=set_aside&limit=100'],
    ]),
  ],
}
