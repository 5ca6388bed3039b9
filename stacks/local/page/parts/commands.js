import { html } from './dom.js'

const SAID_MS = 2000

/**
 * Commands for a terminal, each with a button that copies it.
 *
 * @param {[title: string, command: string][]} commands
 */
export function makeCommands(commands) {
  return html(
    'dl',
    { class: 'commands' },
    ...commands.flatMap(([title, command]) => [
      html('dt', {}, title),
      html('dd', {}, html('code', {}, command), makeCopyButton(title, command)),
    ]),
  )
}

/** @param {string} title @param {string} text */
function makeCopyButton(title, text) {
  const button = html(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Copy: ${title}`, onclick: copy },
    'Copy',
  )
  async function copy() {
    button.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Select it instead',
    )
    setTimeout(() => {
      button.textContent = 'Copy'
    }, SAID_MS)
  }
  return button
}
