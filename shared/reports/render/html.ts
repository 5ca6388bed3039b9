import { escapeMarkup } from './escape.ts'
import type { Written } from './written.ts'

const FONT = 'font-family:Helvetica,Arial,sans-serif;color:#1a202c'

/** A page without a script or a style sheet, which a mail program shows as it is. */
export function toHtml({ title, language, sentences, charts, words, asOf }: Written): string {
  const lines = sentences.map(
    ({ text, by }) =>
      `<li style="margin:0 0 6px 0">${escapeMarkup(text)}${by === 'model' ? ` <small style="color:#718096">${escapeMarkup(words.byModel)}</small>` : ''}</li>`,
  )
  const pictures = charts.map(
    ({ title, svg }) =>
      `<h2 style="${FONT};font-size:16px;margin:24px 0 8px 0">${escapeMarkup(title)}</h2><div>${svg}</div>`,
  )
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeMarkup(title)}</title></head>`,
    `<body style="margin:0;background:#ffffff"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">`,
    `<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%"><tr><td style="padding:16px;${FONT};font-size:14px;line-height:1.5">`,
    `<h1 style="${FONT};font-size:20px;margin:0 0 12px 0">${escapeMarkup(title)}</h1>`,
    `<ul style="margin:0;padding:0 0 0 18px">${lines.join('')}</ul>`,
    ...pictures,
    `<p style="margin:24px 0 0 0;color:#718096;font-size:12px">${escapeMarkup(asOf)}</p>`,
    '</td></tr></table></td></tr></table></body></html>',
  ].join('\n')
}
