import { oneLine } from '../outcome.ts'

/** What a channel is told. */
export type Note = {
  title: string
  /** Plain text, a paragraph for each section. */
  paragraphs: string[]
  /** The same with its tables. */
  markdown: string
  /** Where the whole is, and what the link says. */
  link: { url: string; text: string } | undefined
}

/** What Slack takes: https://docs.slack.dev/reference/block-kit/blocks, texts of a section up to 3,000, of a header up to 150. */
const SLACK_TITLE = 150
const SLACK_TEXT = 2900
const SLACK_SECTIONS = 20
/** A post of Mattermost has up to 16,383 characters; a longer one is split. */
const MATTERMOST_TEXT = 12_000

/** The JSON of an incoming webhook of Slack. */
export function toSlack({ title, paragraphs, link }: Note): object {
  const shown = paragraphs.filter(each => each.trim() !== '').slice(0, SLACK_SECTIONS)
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
  const href = link?.url.replaceAll(/[<>|\s]/g, encodeURIComponent)
  return {
    // For notifications, which show no blocks.
    text: escapeSlack(cut(oneLine(title), SLACK_TITLE)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(oneLine(title), SLACK_TITLE), emoji: false } },
      ...shown.map(each => section(escapeSlack(cut(each, SLACK_TEXT)))),
      ...(link ? [section(`<${href}|${escapeSlack(oneLine(link.text)).replaceAll('|', '/')}>`)] : []),
    ],
  }
}

/** The JSON of an incoming webhook of Mattermost. */
export function toMattermost({ markdown, link }: Note): object {
  const lines: string[] = []
  let length = 0
  for (const line of markdown.split('\n')) {
    length += line.length + 1
    if (length > MATTERMOST_TEXT) {
      lines.push('…')
      break
    }
    lines.push(line)
  }
  const text = withoutMentions(lines.join('\n'))
  return { text: link ? `${text}\n\n[${oneLine(link.text)}](${link.url})` : text }
}

/** So that a product's name calls nobody and links nowhere. */
const escapeSlack = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** An invisible character between the sign and the name: it reads the same, and nobody is called. */
const withoutMentions = (text: string) => text.replaceAll(/@(?=[\p{L}\p{N}])/gu, '@\u200b')

/** By characters, not in the middle of one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${[...text.slice(0, most - 1)].filter(each => !/^[\uD800-\uDFFF]$/.test(each)).join('')}…`
}
