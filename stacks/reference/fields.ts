/** The parts of JSON Schema that our schemas use. */
export type JsonSchema = {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  format?: string
  description?: string
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  maxItems?: number
  required?: string[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  anyOf?: JsonSchema[]
}

/** One row of a reference table. `name` is a path: `filters.priceMax`, `results[].sku`. */
export type Field = { name: string; type: string; default: string; description: string }

/** Every field of an object, with those of what is in it behind it, in their order. */
export function listFields(schema: JsonSchema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const own: Field = {
      name: path,
      type: typeOf(field),
      default: defaultOf(field, schema.required?.includes(name) ?? false),
      description: describe(field),
    }
    return [own, ...listInner(field, path)]
  })
}

function listInner(field: JsonSchema, path: string): Field[] {
  const values = field.additionalProperties
  return [
    ...listFields(field, `${path}.`),
    ...(field.items ? listInner(field.items, `${path}[]`) : []),
    ...(typeof values === 'object' ? listInner(values, `${path}.<name>`) : []),
    ...(field.anyOf?.flatMap(one => listInner(one, path)) ?? []),
  ]
}

const FORMATS: Record<string, string> = { 'date-time': 'instant (ISO 8601)', date: 'date', uuid: 'UUID' }

function typeOf(field: JsonSchema): string {
  if (field.const !== undefined) return code(field.const)
  if (field.enum) return field.enum.map(code).join(', ')
  if (field.anyOf) return [...new Set(field.anyOf.map(typeOf))].join(' or ')
  if (field.type === 'array') return `list of ${field.items ? typeOf(field.items) : 'anything'}`
  if (field.type === 'object')
    return typeof field.additionalProperties === 'object' ? mapOf(field.additionalProperties) : 'object'
  if (field.type === undefined) return 'anything'
  return FORMATS[field.format ?? ''] ?? [field.type].flat().join(' or ')
}

const mapOf = (values: JsonSchema) => `map of names to ${typeOf(values)}`

/** What stands in for a field that is left out; a result's fields are all there. */
function defaultOf(field: JsonSchema, isRequired: boolean): string {
  if (field.default === '') return 'empty'
  if (field.default !== undefined) return code(field.default)
  return isRequired ? 'required' : ''
}

/** A number's bounds and a text's length belong to what a reader has to know. */
function describe({ description, minimum, maximum, maxLength, maxItems, items }: JsonSchema): string {
  // Bounds at the edge of what a number can hold say nothing.
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  const range =
    least !== undefined && most !== undefined
      ? `${least} to ${most}`
      : most !== undefined
        ? `at most ${most}`
        : least !== undefined && least !== 0
          ? `at least ${least}`
          : undefined
  return [
    (description ?? items?.description)?.replaceAll('<', '&lt;'),
    range,
    maxLength !== undefined ? `at most ${maxLength} characters` : undefined,
    maxItems !== undefined ? `at most ${maxItems}` : undefined,
  ]
    .filter(part => part !== undefined)
    .join('; ')
}

export const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``

/** A Markdown table. Columns that are empty in every row are left out. */
export function table(head: string[], rows: string[][]): string {
  const used = head.map((_, i) => i).filter(i => i === 0 || rows.some(row => row[i] !== ''))
  const line = (cells: string[]) =>
    `| ${used.map(i => (cells[i] ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function fieldTable(fields: Field[], lastColumn = 'what it is'): string {
  return table(
    ['field', 'type', 'default', lastColumn],
    fields.map(field => [code(field.name), field.type, field.default, field.description]),
  )
}
