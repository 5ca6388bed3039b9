import { makeCard } from '../parts/card.js'
import { makeCommands } from '../parts/commands.js'
import { html } from '../parts/dom.js'

/**
 * What a view shows, as commands for a terminal.
 *
 * @param {[title: string, path: string][]} questions
 */
export function commandsCard(questions) {
  const documents = [
    ['/openapi.json', 'The API document (OpenAPI)'],
    ['/metrics', 'Metrics'],
    ['/healthz', 'Health'],
  ]
  const links = documents.flatMap(([href, text], at) => [at > 0 ? ' · ' : '', html('a', { href }, text)])
  return makeCard(
    'Call it from your own program',
    { note: html('span', {}, ...links) },
    makeCommands(questions.map(([title, path]) => [title, `curl -s '${location.origin}${path}'`])),
  )
}
