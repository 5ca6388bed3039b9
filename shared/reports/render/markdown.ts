import { escapeMarkdown } from './escape.ts'
import type { Written } from './written.ts'

export function toMarkdown({ title, sentences, words, asOf }: Written): string {
  const lines = sentences.map(
    ({ text, by }) => `- ${escapeMarkdown(text)}${by === 'model' ? ` *${words.byModel}*` : ''}`,
  )
  return [`# ${escapeMarkdown(title)}`, '', ...lines, '', escapeMarkdown(asOf), ''].join('\n')
}
