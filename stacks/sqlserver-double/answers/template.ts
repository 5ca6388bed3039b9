/** What a template's holes were filled with, by their names; a list is still one text. */
export type Holes = { readonly [name: string]: string }

/** Matches a statement. @returns what its holes hold */
export type Template = (statement: string) => Holes | undefined

/**
 * A statement as text with holes: `select {columns:list} from [cdc].{table}`. All else must be there letter by letter, but
 * for white space outside of quotes.
 * - `{name}`: an identifier in brackets, told without them
 * - `{name:list}`: select expressions, one or more
 * - `{name:parameters}`: `@a, @b`, told without the `@`
 * - `{name:condition}`: comparisons with `and` and `or`
 * - `{name:number}`: digits
 * - `{name:string}`: a string literal, told without its quotes
 * - `{name:settings}`: `set …` of options of a session, one or more
 */
export function makeTemplate(text: string): Template {
  const holes: { name: string; kind: Kind }[] = []
  const source = normalizeStatement(text)
    .split(/\{(\w+(?::\w+)?)\}/)
    .map((piece, index) => {
      if (index % 2 === 0) return RegExp.escape(piece)
      const [name = '', kind = 'identifier'] = piece.split(':')
      if (!isKind(kind)) throw new TypeError(`no kind of hole: ${piece}`)
      holes.push({ name, kind })
      return `(${KINDS[kind].source})`
    })
    .join('')
  const pattern = new RegExp(`^${source}$`)
  return statement => {
    const found = pattern.exec(statement)
    if (found === null) return undefined
    return Object.fromEntries(
      holes.map(({ name, kind }, index) => [name, KINDS[kind].read(found[index + 1] ?? '')]),
    )
  }
}

const OPTIONS =
  'ansi_\\w+|arithabort|concat_null_yields_null|cursor_close_on_commit|implicit_transactions|numeric_roundabort|quoted_identifier|nocount|xact_abort|textsize|datefirst|dateformat|language|lock_timeout|transaction isolation level(?: read| repeatable)?'
const SETTING = `[Ss][Ee][Tt] (?:${OPTIONS}|${OPTIONS.toUpperCase().replaceAll('\\W', '\\w')}) -?\\w+`

const KINDS = {
  settings: { source: `${SETTING}(?:(?:;| |; )${SETTING})*;?`, read: (text: string) => text },
  identifier: { source: '\\[(?:[^\\]]|\\]\\])+\\]', read: unquote },
  list: { source: '.+?', read: (text: string) => text },
  condition: { source: '.+?', read: (text: string) => text },
  parameters: { source: '@\\w+(?:, @\\w+)*', read: (text: string) => text.replaceAll('@', '') },
  number: { source: '\\d+', read: (text: string) => text },
  string: {
    source: "N?'(?:[^']|'')*'",
    read: (text: string) => text.replace(/^N?'(.*)'$/, '$1').replaceAll("''", "'"),
  },
}
type Kind = keyof typeof KINDS
const isKind = (kind: string): kind is Kind => kind in KINDS

/** A name without its brackets. */
export function unquote(identifier: string): string {
  return identifier.slice(1, -1).replaceAll(']]', ']')
}

const QUOTED_OR_SPACE = /'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|"[^"]*"|\s+/g

/** White space, but that in quotes and brackets, becomes one space each; none at the ends. */
export function normalizeStatement(text: string): string {
  return text.replaceAll(QUOTED_OR_SPACE, piece => (/^\s/.test(piece) ? ' ' : piece)).trim()
}

/** Splits a list at its commas, not at those within brackets or quotes. */
export function splitList(list: string): string[] {
  const items: string[] = []
  let depth = 0
  let item = ''
  for (const [piece] of list.matchAll(/'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|./gs)) {
    if (piece === '(') depth += 1
    if (piece === ')') depth -= 1
    if (piece === ',' && depth === 0) {
      items.push(item.trim())
      item = ''
    } else item += piece
  }
  return [...items, item.trim()]
}
