const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it stands in HTML and SVG, whatever it holds. */
export const escapeMarkup = (text: string): string => text.replaceAll(/[&<>"']/g, one => ENTITIES[one] ?? one)

/** Text as it stands in Markdown. */
export const escapeMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]<>#|!]/g, one => `\\${one}`)
