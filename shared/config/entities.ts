import type { ColumnType } from './column.ts'

/**
 * What a column's values are to the models and the index:
 *   id          text after its prefix, so that ids of two systems or tables cannot clash
 *   text        as it is
 *   money       decimal(19,4), as are quantities, which come in fractions too, and durations
 *   rate        decimal(18,10), a price of one currency in another
 *   integer, bigint, boolean
 *   instant     a point in time; of a column without a zone, by the system's own
 *   local_time  a clock's reading in the system's time zone
 */
export type ColumnKind =
  | 'id'
  | 'text'
  | 'money'
  | 'rate'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'instant'
  | 'local_time'

/** An entity, by our names of its columns. */
export type EntityDescription = {
  /**
   * What tells its rows apart: the models and the index rank changes by it. The first of which a table has every column must
   * be its key. An entity without any requires nothing.
   */
  keys: string[][]
  /** What else the models or the index require. */
  needs: string[]
  /** What each row should have: where it does not, the row is in the mart set_aside. */
  expects: string[]
  /**
   * Columns that the models and the index read, in the order in which they are shown. `currency` is ISO 4217, and the system's
   * where a table has no such column or a row no value in it.
   */
  columns: Record<string, ColumnKind>
}

/** The one place where entities are described: dbt/macros/entities.sql and docs/reference/entities.md are printed from it. */
export const ENTITIES = {
  product: {
    keys: [['product_id']],
    needs: [],
    expects: [],
    columns: {
      product_id: 'id',
      sku: 'text',
      name: 'text',
      model: 'text',
      description: 'text',
      color: 'text',
      standard_cost: 'money',
      list_price: 'money',
      currency: 'text',
      subcategory: 'text',
      category: 'text',
      subcategory_id: 'id',
      category_id: 'id',
      modified_at: 'instant',
    },
  },
  product_text: {
    keys: [['model', 'culture'], ['model']],
    needs: ['description'],
    expects: [],
    columns: { model: 'text', culture: 'text', description: 'text' },
  },
  category: {
    keys: [['category_id']],
    needs: ['name'],
    expects: [],
    columns: { category_id: 'id', name: 'text' },
  },
  subcategory: {
    keys: [['subcategory_id']],
    needs: ['name'],
    expects: [],
    columns: { subcategory_id: 'id', name: 'text', category_id: 'id' },
  },
  client: {
    keys: [['client_id']],
    needs: [],
    expects: [],
    columns: {
      client_id: 'id',
      first_name: 'text',
      last_name: 'text',
      email_hash: 'text',
      birth_year: 'integer',
      marital_status: 'text',
      gender: 'text',
      annual_income: 'money',
      total_children: 'integer',
      education: 'text',
      occupation: 'text',
      home_owner: 'boolean',
    },
  },
  order: {
    keys: [['order_id']],
    needs: [],
    expects: ['ordered_at'],
    columns: {
      order_id: 'id',
      order_number: 'text',
      ordered_at: 'instant',
      client_id: 'id',
      territory_id: 'id',
      transporter_id: 'id',
      status: 'text',
      currency: 'text',
    },
  },
  order_item: {
    keys: [['order_id', 'line_number']],
    needs: [],
    expects: ['product_id', 'quantity', 'unit_price'],
    columns: {
      order_id: 'id',
      line_number: 'bigint',
      product_id: 'id',
      quantity: 'money',
      unit_price: 'money',
      currency: 'text',
    },
  },
  sale: {
    keys: [['sale_id'], ['order_id', 'line_number']],
    needs: ['sale_date', 'amount'],
    expects: ['product_id', 'quantity', 'amount'],
    columns: {
      sale_id: 'id',
      order_id: 'id',
      line_number: 'bigint',
      sale_date: 'local_time',
      product_id: 'id',
      client_id: 'id',
      territory_id: 'id',
      quantity: 'money',
      amount: 'money',
      currency: 'text',
    },
  },
  return: {
    keys: [['return_id'], ['sale_id'], ['order_id', 'line_number']],
    needs: ['return_date'],
    expects: ['quantity'],
    columns: {
      return_id: 'id',
      return_date: 'local_time',
      sale_id: 'id',
      order_id: 'id',
      line_number: 'bigint',
      product_id: 'id',
      client_id: 'id',
      territory_id: 'id',
      quantity: 'money',
      amount: 'money',
      currency: 'text',
      reason: 'text',
    },
  },
  exchange_rate: {
    keys: [
      ['from_currency', 'to_currency', 'rate_date'],
      ['from_currency', 'rate_date'],
    ],
    needs: ['rate'],
    expects: [],
    columns: { from_currency: 'text', to_currency: 'text', rate_date: 'local_time', rate: 'rate' },
  },
  inventory: {
    keys: [['product_id', 'location'], ['product_id']],
    needs: [],
    expects: [],
    columns: { product_id: 'id', location: 'text', quantity: 'money' },
  },
  transporter: {
    keys: [['transporter_id']],
    needs: [],
    expects: [],
    columns: { transporter_id: 'id', name: 'text', ship_base: 'money', ship_rate: 'money' },
  },
  territory: {
    keys: [['territory_id']],
    needs: [],
    expects: [],
    columns: { territory_id: 'id', region: 'text', country: 'text', continent: 'text' },
  },
  offer: {
    // The models read tables that have an offer_id, by which they tell its rows apart.
    keys: [],
    needs: [],
    expects: [],
    columns: {
      offer_id: 'id',
      description: 'text',
      type: 'text',
      discount: 'money',
      product_id: 'id',
      category: 'text',
      starts_at: 'local_time',
      ends_at: 'local_time',
      min_quantity: 'money',
    },
  },
  interaction: {
    // Any table that is no other entity's is one: the models read those that have an interaction_id.
    keys: [],
    needs: [],
    expects: [],
    columns: {
      interaction_id: 'text',
      occurred_at: 'instant',
      action: 'text',
      search_id: 'text',
      product_id: 'id',
      client_id: 'id',
      query: 'text',
      query_key: 'text',
      filters: 'text',
      language: 'text',
      result_count: 'integer',
      zero_results: 'boolean',
      shown: 'text',
      result_offset: 'integer',
      ranking: 'text',
      teams: 'text',
      proposition_id: 'text',
      asked_for: 'text',
      asked_products: 'text',
      experiment: 'text',
      experiment_group: 'text',
      took_ms: 'money',
      model: 'text',
      model_version: 'text',
    },
  },
} satisfies Record<string, EntityDescription>

export type Entity = keyof typeof ENTITIES
export const ENTITY_NAMES = Object.keys(ENTITIES) as [Entity, ...Entity[]]

export const describeEntity = (entity: Entity): EntityDescription => ENTITIES[entity]

/** Which entity an id is of. */
const ID_OF = new Map(
  ENTITY_NAMES.filter(entity => describeEntity(entity).keys[0]?.join() === `${entity}_id`).map(entity => [
    `${entity}_id`,
    entity,
  ]),
)

/** The entity that a column points to, or whose own id it is. @returns undefined for a column that is no id */
export function entityOfId(name: string | undefined): Entity | undefined {
  return name === undefined ? undefined : ID_OF.get(name)
}

const NUMBER: ColumnType['kind'][] = ['int', 'bigint', 'decimal', 'double']
const TIME: ColumnType['kind'][] = ['date', 'timestamp', 'timestampNtz']
/** What a column of a kind may be in the lake. Ids and texts may be anything. */
const LAKE_TYPES: Partial<Record<ColumnKind, ColumnType['kind'][]>> = {
  money: NUMBER,
  rate: NUMBER,
  boolean: ['boolean'],
  instant: TIME,
  local_time: TIME,
}
/** Of a whole number that may be part of a key: more digits do not fit a bigint. */
const WHOLE_DIGITS = 18

/** @returns what the lake's type would have to be for a column of this kind; undefined where it can be what it is */
export function findWantedType(kind: ColumnKind, type: ColumnType): string | undefined {
  if (kind === 'integer' || kind === 'bigint') {
    // Many databases have no other whole numbers than decimals without a fraction.
    const isWhole =
      type.kind === 'int' ||
      type.kind === 'bigint' ||
      (type.kind === 'decimal' && type.scale === 0 && type.precision <= WHOLE_DIGITS)
    return isWhole ? undefined : `int, bigint, or decimal(p,0) with p up to ${WHOLE_DIGITS}`
  }
  const kinds = LAKE_TYPES[kind]
  return !kinds || kinds.includes(type.kind) ? undefined : kinds.join(', ')
}
