import { z } from 'zod'
import { RAW, rawTopicOf } from '../../shared/bus/index.ts'
import type { FunctionDefinition } from '../../shared/contract/index.ts'
import { type BusEvent, CHANGE, type Row } from '../../shared/events/index.ts'

type JsonSchema = {
  type?: string
  format?: string
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, JsonSchema>
  anyOf?: JsonSchema[]
}

/** The least input that a function's schema takes, made from the schema: what is required and no more. */
export function makeInput(definition: FunctionDefinition & { kind: 'request' }): Record<string, unknown> {
  const schema = z.toJSONSchema(definition.input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return makeValue(schema) as Record<string, unknown>
}

function makeValue(schema: JsonSchema): unknown {
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf?.[0]) return makeValue(schema.anyOf[0])
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map(name => [name, makeValue(schema.properties?.[name] ?? {})]),
      )
    case 'array':
      return []
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return true
    default:
      return schema.format === 'uuid' ? '6f7b3c51-4b1e-4f0e-9b52-0e6d8f0a1c11' : 'example'
  }
}

/** A new row of the demo's source, as the bus has it. */
function makeRowEvent(table: string, offset: number, row: Row): BusEvent {
  const position = `0001-${offset.toString(16).padStart(16, '0')}-00000000`
  return {
    specversion: '1.0',
    id: `adventureworks/${table}/${position}`,
    source: `/sources/adventureworks/${table}`,
    type: CHANGE,
    time: '2026-01-02T03:04:05.000Z',
    position,
    partitionkey: String(offset),
    topic: `cdc.adventureworks.${table}`,
    partition: 0,
    offset: String(offset),
    busid: 'bus',
    data: {
      op: 'c',
      before: null,
      after: row,
      source: { name: 'adventureworks', schema: 'dbo', table },
    },
  }
}

const makeProductEvent = (offset: number) =>
  makeRowEvent('Product', offset, {
    ProductID: offset,
    ProductNumber: `XX-${offset}`,
    Name: `Example ${offset}`,
    ListPrice: '9.9000',
  })

const makeOrderEvent = (offset: number) =>
  makeRowEvent('Order', offset, { OrderID: offset, OrderDate: '2026-01-02T03:04:05.000000', ClientID: 1 })

/** A product's change as Debezium tells it, as the bus hands it on. */
function makeRawEvent(offset: number): BusEvent {
  const { topic: _, data, ...event } = makeProductEvent(offset)
  const others = ['Model', 'Description', 'Color', 'StandardCost', 'Subcategory', 'Category', 'ModifiedDate']
  const after = {
    ...(data as { after: object }).after,
    ...Object.fromEntries(others.map(column => [column, null])),
  }
  return {
    ...event,
    id: `adventureworks/changes/${event.position}`,
    type: RAW,
    topic: rawTopicOf('adventureworks'),
    data: JSON.stringify({
      op: 'c',
      before: null,
      after,
      source: {
        schema: 'dbo',
        table: 'Product',
        ts_ms: 1767323045000,
        snapshot: 'false',
        sequence: `["${offset}","${offset}"]`,
      },
      transaction: { total_order: 1 },
    }),
  }
}

/** An event of the kind that a function takes. */
export function makeEvent(functionName: string, offset: number): BusEvent {
  if (functionName === 'admit-changes') return makeRawEvent(offset)
  return functionName === 'follow-clients' ? makeOrderEvent(offset) : makeProductEvent(offset)
}
