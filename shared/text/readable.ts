import { tidy } from './fold.ts'

const TAGS = /<\/?[a-z!][^<>]*>/giu
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/giu

/** What people, and their programs, write where there is nothing to say. */
const PLACEHOLDER =
  /^(?:0|[-–—.?*_/\\]+|n\.?\/?a\.?|null|nil|none|undefined|unknown|tb[acd]|to be (?:announced|confirmed|defined|determined)|x{2,}|test|todo|lorem ipsum.*|no description(?: available)?|keine (?:beschreibung|angabe)|sans description|sin descripción)[.!]?$/isu

/** A text as a person reads it: without markup, and empty where it only stands for a missing one. */
export function readable(text: string): string {
  const plain = text.includes('<') ? text.replaceAll(TAGS, ' ') : text
  const decoded = plain.includes('&') ? plain.replaceAll(ENTITY, decode) : plain
  const tidied = tidy(decoded)
  return PLACEHOLDER.test(tidied) ? '' : tidied
}

function decode(entity: string, decimal?: string, hex?: string, name?: string): string {
  if (name) return ENTITIES[name.toLowerCase()] ?? entity
  const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16)
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? String.fromCodePoint(code)
    : ' '
}
