import { byId, html } from './dom.js'

const COMMANDS = [
  ['Search products', origin => `curl -s '${origin}/function/search-products?query=warm%20gloves&limit=3'`],
  [
    'Weekly sales',
    origin => `curl -s '${origin}/function/read-mart?mart=agg_sales_weekly&orderBy=-week_start&limit=4'`,
  ],
  ['What this page shows', origin => `curl -s '${origin}/function/show-status'`],
]

/** The page's own questions, as commands for a terminal. */
export function showCommands() {
  for (const [title, command] of COMMANDS) {
    const text = command(location.origin)
    const copy = html('button', { type: 'button', class: 'quiet', 'aria-label': `Copy: ${title}` }, 'Copy')
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(text).then(
        () => (copy.textContent = 'Copied'),
        () => (copy.textContent = 'Select it instead'),
      )
      setTimeout(() => (copy.textContent = 'Copy'), 2000)
    })
    byId('commands').append(html('dt', {}, title), html('dd', {}, html('code', {}, text), copy))
  }
}
