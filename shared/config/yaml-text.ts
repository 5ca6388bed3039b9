import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import { describeError } from '../errors/index.ts'

/** What is wrong with a file: the field by its path, and its line, from 1. */
export type TextProblem = { path: PropertyKey[]; line: number; says: string }

/** A YAML text: its value, none where it cannot be read at all, and what is wrong with it as YAML. */
export type YamlText = {
  value?: unknown
  problems: TextProblem[]
  /** The line of a field; of one that is not there, that of the nearest around it. */
  lineOf(path: PropertyKey[]): number
}

/** @param textKeys keys below which all values are texts as they are written, so that `0012` is no 12 */
export function readYamlText(text: string, textKeys: readonly string[] = []): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const problems = document.errors.map(error => ({
    path: [],
    line: lines.linePos(error.pos[0]).line,
    says: error.message,
  }))
  const lineOf = (path: PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const offset = findOffset(document.contents, path.slice(0, length))
      if (offset !== undefined) return lines.linePos(offset).line
    }
    return 1
  }
  // A text with a repeated key can still be read; one with any other error cannot.
  if (document.errors.some(error => error.code !== 'DUPLICATE_KEY')) return { problems, lineOf }
  try {
    keepTexts(document, textKeys)
    return { value: document.toJS(), problems, lineOf }
  } catch (error) {
    // An alias without its anchor, or a text of nothing but aliases.
    return { problems: [...problems, { path: [], line: 1, says: describeError(error) }], lineOf }
  }
}

function keepTexts(document: Document.Parsed, keys: readonly string[]): void {
  const keep = (scalar: Scalar) => {
    if (scalar.value !== null && scalar.source !== undefined) scalar.value = scalar.source
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !keys.includes(String(key.value))) return
      if (isScalar(value)) keep(value)
      else if (isCollection(value)) visit(value, { Scalar: (_, scalar) => keep(scalar) })
    },
  })
}

/** The offset of a key in the text, or of a list's item. */
function findOffset(node: unknown, path: PropertyKey[]): number | undefined {
  let place = node
  let offset: number | undefined
  for (const step of path) {
    if (isSeq(place)) {
      const item: unknown = place.items[Number(step)]
      place = item
      offset = (isMap(item) || isScalar(item) || isSeq(item) ? item.range?.[0] : undefined) ?? offset
      continue
    }
    if (!isMap(place)) return offset
    const pair = place.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
    if (!pair || !isScalar(pair.key)) return undefined
    offset = pair.key.range?.[0]
    place = pair.value
  }
  return offset
}

/** A problem on one line: `line 7, tables.Client.columns.Email: …`. */
export function describeProblem({ path, line, says }: TextProblem): string {
  return `line ${line}${path.length > 0 ? `, ${path.join('.')}` : ''}: ${says}`
}
