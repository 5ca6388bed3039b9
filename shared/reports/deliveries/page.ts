import type { Language } from '../facts.ts'
import { escapeMarkup } from '../render/escape.ts'
import { WORDS } from './words.ts'

const BUTTON =
  'font:inherit;padding:10px 18px;border:0;border-radius:4px;background:#1f4e79;color:#fff;cursor:pointer'

/** The page of a link to unsubscribe: it says what is, and its button posts the other. */
export function toPage(shown: {
  delivery: string
  language: Language
  isSubscribed: boolean
  /** It was changed just now. */
  isChanged: boolean
}): string {
  const { delivery, language, isSubscribed, isChanged } = shown
  const words = WORDS[language]
  const still = isChanged ? words.stays(delivery) : words.ask(delivery)
  const says = escapeMarkup(isSubscribed ? still : words.left(delivery))
  const button = escapeMarkup(isSubscribed ? words.leave : words.again)
  // It posts to its own address, which has the token.
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${says}</title></head>
<body style="margin:15vh auto 0;max-width:480px;padding:0 16px;font:18px/1.5 Arial,Helvetica,sans-serif;color:#222;background:#fff">
<p>${says}</p>
<form method="post"><input type="hidden" name="subscribed" value="${isSubscribed ? 'false' : 'true'}"><button style="${BUTTON}">${button}</button></form>
</body>
</html>
`
}

/** It runs nothing, loads nothing, and is shown by no other page. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
}
