import { SqlError } from '../tds/errors.ts'
import { parseType, type SqlType } from '../tds/types.ts'
import { splitList, unquote } from './template.ts'

export type Expression =
  | { kind: 'column'; name: string }
  | { kind: 'parameter'; name: string }
  | { kind: 'convert'; type: SqlType; of: Expression; style: number }

/** A select expression, with the name that it gives its column. */
export type Selected = { name: string; expression: Expression }

export type Condition =
  | { kind: 'and' | 'or'; of: Condition[] }
  | { kind: 'compare'; operator: '>' | '>=' | '=' | '<' | '<='; left: Expression; right: Expression }

const TOKEN = /\s*(\[(?:[^\]]|\]\])+\]|@\w+|[<>]=|\w+|[(),.<>=])/y

/** The pieces of an expression, read one after the other; what is left over, or missing, is a syntax error. */
function makeTokens(text: string) {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    tokens.push(found[1] ?? '')
    TOKEN.lastIndex = found.index + found[0].length
  }
  const length = tokens.reduce((sum, token) => sum + token.length, 0)
  if (
    length !==
    text.replaceAll(/\[(?:[^\]]|\]\])+\]|\s+/g, piece => (piece.startsWith('[') ? piece : '')).length
  )
    throw syntaxError(text)
  let at = 0
  return {
    peek: () => tokens[at],
    next: () => tokens[at++] ?? '',
    /** @returns whether it comes next; then it is passed */
    skip(token: string) {
      if (tokens[at]?.toLowerCase() !== token) return false
      at += 1
      return true
    },
    expect(token: string) {
      if (tokens[at++]?.toLowerCase() !== token) throw syntaxError(text)
    },
    end() {
      if (at < tokens.length) throw syntaxError(text)
    },
    fail: () => syntaxError(text),
  }
}
type Tokens = ReturnType<typeof makeTokens>

const syntaxError = (text: string) => new SqlError(102, `Incorrect syntax near '${text}'.`, { severity: 15 })

/** A list of select expressions: columns, with the alias of their table or without, and conversions of them. */
export function parseSelected(list: string): Selected[] {
  return splitList(list).map(item => {
    const tokens = makeTokens(item)
    const expression = parseExpression(tokens)
    const name = tokens.skip('as') ? parseName(tokens) : nameOf(expression)
    tokens.end()
    return { name, expression }
  })
}

/** Comparisons with `and` and `or`, of which the first binds closer. */
export function parseCondition(text: string): Condition {
  const tokens = makeTokens(text)
  const condition = parseAny(tokens)
  tokens.end()
  return condition
}

const nameOf = (expression: Expression) => (expression.kind === 'column' ? expression.name : '')

function parseAny(tokens: Tokens): Condition {
  const of = [parseAll(tokens)]
  while (tokens.skip('or')) of.push(parseAll(tokens))
  return { kind: 'or', of }
}

function parseAll(tokens: Tokens): Condition {
  const of = [parseOne(tokens)]
  while (tokens.skip('and')) of.push(parseOne(tokens))
  return { kind: 'and', of }
}

function parseOne(tokens: Tokens): Condition {
  if (tokens.skip('(')) {
    const inner = parseAny(tokens)
    tokens.expect(')')
    return inner
  }
  const left = parseExpression(tokens)
  const operator = tokens.next()
  switch (operator) {
    case '>':
    case '>=':
    case '=':
    case '<':
    case '<=':
      return { kind: 'compare', operator, left, right: parseExpression(tokens) }
    default:
      throw tokens.fail()
  }
}

function parseExpression(tokens: Tokens): Expression {
  if (tokens.skip('convert')) return parseConvert(tokens)
  const token = tokens.peek() ?? ''
  if (token.startsWith('@')) {
    tokens.next()
    return { kind: 'parameter', name: token.slice(1) }
  }
  // The alias of the only table that has such columns.
  if (/^\w+$/.test(token)) {
    tokens.next()
    tokens.expect('.')
  }
  return { kind: 'column', name: parseName(tokens) }
}

function parseConvert(tokens: Tokens): Expression {
  tokens.expect('(')
  let type = tokens.next()
  if (tokens.skip('(')) {
    type += `(${tokens.next()}`
    if (tokens.skip(',')) type += `,${tokens.next()}`
    tokens.expect(')')
    type += ')'
  }
  tokens.expect(',')
  const of = parseExpression(tokens)
  // All texts are compared in one way here.
  if (tokens.skip('collate') && !/^\w+$/.test(tokens.next())) throw tokens.fail()
  const style = tokens.skip(',') ? Number(tokens.next()) : 0
  tokens.expect(')')
  if (!Number.isInteger(style)) throw tokens.fail()
  return { kind: 'convert', type: parseType(type), of, style }
}

function parseName(tokens: Tokens): string {
  const token = tokens.next()
  if (!token.startsWith('[')) throw tokens.fail()
  return unquote(token)
}
