import { problemList } from '../../cards/attention.js'
import { commandsCard } from '../../cards/commands.js'
import { jobsCard, runList } from '../../cards/runs.js'
import { failuresOf } from '../../data/problems.js'
import { makeCard } from '../../parts/card.js'
import { html } from '../../parts/dom.js'

/** @type {import('../../views.js').View} */
export const runs = {
  address: '/data/runs',
  name: 'Runs',
  heading: 'What runs, and when',
  open: visit => [
    html(
      'div',
      { class: 'cards' },
      makeCard('Now and next', {}, runList(visit)),
      makeCard(
        'What failed',
        {},
        problemList(visit, failuresOf, 'Nothing. No run, no job and no file has failed.'),
      ),
    ),
    jobsCard(visit),
    commandsCard([
      ['The latest jobs', '/jobs'],
      ['When each schedule is due', '/schedules.json'],
    ]),
  ],
}
