import { KINDS } from '../../shared/capture/index.ts'
import { anySourceSchema, describeEntity, ENTITY_NAMES, sourceSchemaOf } from '../../shared/config/index.ts'
import { toJsonSchema } from '../../shared/contract/index.ts'
import { code, type Field, fieldTable, type JsonSchema, listFields, table } from './fields.ts'

/** What a source file may say: what every kind of capture takes, then the keys of each kind. */
export function sourcesPage(): string {
  const common = fieldsOf(anySourceSchema)
  const names = Object.keys(KINDS)
  const first: Field = {
    name: 'capture',
    type: names.map(code).join(', '),
    default: 'required',
    description: 'How its changes are read',
  }
  const sections = Object.entries(KINDS).map(([name, kind]) => {
    const own = fieldsOf(sourceSchemaOf(name, kind)).filter(
      field => field.name !== 'capture' && !common.some(other => other.name === field.name),
    )
    return `## \`capture: ${name}\`\n\nIts changes are read ${kind.summary}.\n\n${fieldTable(own)}`
  })
  return `
# Source files

\`sources/<system>.yml\` describes an operational system: where it is, its tables, and what becomes of each column. Unknown keys, and those of another kind of capture, are refused. How to write one: [docs/sources.md](../sources.md). Topics are named \`cdc.<system>.<table>\`, tables in the lake \`lake/cdc_<system>/<table>\`.

## Every source

${fieldTable([first, ...common.filter(field => field.name !== 'capture')])}

${sections.join('\n\n')}
`
}

const fieldsOf = (schema: Parameters<typeof toJsonSchema>[0]): Field[] =>
  listFields(toJsonSchema(schema, 'input') as JsonSchema)

const KINDS_OF_COLUMNS = [
  ['id', 'any type: text in the warehouse, behind its prefix'],
  ['text', 'any type'],
  ['money', 'a number: decimal(19,4) in the warehouse; quantities too, which may have a fraction'],
  ['rate', 'a number: decimal(18,10) in the warehouse'],
  ['integer', 'a whole number'],
  ['bigint', 'a whole number, of up to 18 digits'],
  ['boolean', '`boolean`'],
  ['instant', "a date or a time: without a zone it is read in the source's"],
  ['local_time', "a date or a time: by the clocks of the source's zone"],
]

/** What the models and search ask a source for, by entity. */
export function entitiesPage(): string {
  const rows = ENTITY_NAMES.map(entity => {
    const { keys, needs, columns } = describeEntity(entity)
    const inEveryKey = keys[0]?.filter(name => keys.every(names => names.includes(name))) ?? []
    const needed = new Set([...inEveryKey, ...needs])
    const names = Object.entries(columns).map(([name, kind]) =>
      needed.has(name) ? `**${name}** (${kind})` : `${name} (${kind})`,
    )
    const key = keys.map(names => names.join(' and ')).join(', or ')
    return [entity, key, names.join(', ') || 'lands in the lake; no model reads it yet']
  })
  return `
# Entities

What a table of a source is to the models and to search. \`as\` in a source file gives a column one of these names ([docs/sources.md](../sources.md)). The key, and what is in bold, is needed: without it the start is refused by name. Any other name that a source lacks is null. Other columns land in the lake too, for models of your own.

${table(['entity', 'key', 'columns'], rows)}

The kinds:

${table(['kind', 'what a column may be in the lake'], KINDS_OF_COLUMNS)}
`
}

/** The same for the dbt project: dbt/macros/entities.sql. */
export function entitiesMacro(): string {
  const described = ENTITY_NAMES.filter(entity => Object.keys(describeEntity(entity).columns).length > 0)
  const entries = described.map(entity => {
    const { columns, expects } = describeEntity(entity)
    const lines = Object.entries(columns).map(([name, kind]) => `            '${name}': '${kind}',`)
    return [
      `        '${entity}': {`,
      `          'expects': [${expects.map(name => `'${name}'`).join(', ')}],`,
      `          'columns': {`,
      ...lines,
      '          },',
      '        },',
    ].join('\n')
  })
  return `
{# What the models ask of an entity: each column's kind (macros/values.sql), and what every row should have. #}
{% macro entity(name) -%}
    {%- set entities = {
${entries.join('\n')}
    } -%}
    {{ return(entities[name]) }}
{%- endmacro %}
`
}
