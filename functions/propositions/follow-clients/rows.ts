import { idPrefixOf, type Source, type SourceTable } from '../../../shared/config/index.ts'
import type { Row } from '../../../shared/events/index.ts'
import type { InteractionKind } from '../../../shared/propositions/recent.ts'
import { boundText } from '../../../shared/text/index.ts'
import { readMoment } from './moments.ts'

/** Where the events of a topic come from. */
export type Target = { source: Source; table: SourceTable }

/** What a row says: what a client did, or whose other rows are. Ids have their prefix. */
export type Said = {
  kind: InteractionKind | null
  clientId: string | null
  productId: string | null
  /** What it is to other rows. */
  ownKind: string | null
  ownId: string | null
  /** What it belongs to, where its own columns do not say whose it is. */
  parentKind: string | null
  parentId: string | null
  day: string | null
  at: string | null
}

const NOTHING: Said = {
  ...{ kind: null, clientId: null, productId: null, ownKind: null, ownId: null },
  ...{ parentKind: null, parentId: null, day: null, at: null },
}

/** A row of a table that is followed, by our names. */
type Ours = {
  text(name: string): string | null
  moment(name: string, dayZone?: string): Pick<Said, 'day' | 'at'>
}

type Reader = (ours: Ours, target: Target) => Said

/** Only what a row itself says whose it is needs no parent. */
function belonging(said: Said, parentKind: string, parentId: string | null): Said {
  return parentId === null ? said : { ...said, clientId: null, parentKind, parentId }
}

const ACTIONS: readonly string[] = ['click', 'order', 'dismiss', 'view'] satisfies InteractionKind[]

const READERS: Partial<Record<SourceTable['entity'], Reader>> = {
  order: ours => ({
    ...NOTHING,
    ...{ clientId: ours.text('client_id'), ownKind: 'order', ownId: ours.text('order_id') },
    ...ours.moment('ordered_at'),
  }),

  // Its order has the client and the date.
  order_item: ours =>
    belonging(
      { ...NOTHING, kind: 'purchase', productId: ours.text('product_id') },
      'order',
      ours.text('order_id'),
    ),

  // An invoiced line of an order that has lines is the same purchase; a return may still refer to it.
  sale: (ours, target) => ({
    ...NOTHING,
    kind: ours.text('order_id') !== null && hasLines(target) ? null : 'purchase',
    ...{ clientId: ours.text('client_id'), productId: ours.text('product_id') },
    ...{ ownKind: ours.text('sale_id') && 'sale', ownId: ours.text('sale_id') },
    ...ours.moment('sale_date'),
  }),

  return: ours => {
    const [clientId, productId] = [ours.text('client_id'), ours.text('product_id')]
    const said: Said = { ...NOTHING, kind: 'return', clientId, productId, ...ours.moment('return_date') }
    if (clientId !== null && productId !== null) return said
    const saleId = ours.text('sale_id')
    return saleId === null
      ? belonging(said, 'order', clientId === null ? ours.text('order_id') : null)
      : belonging(said, 'sale', saleId)
  },

  interaction: ours => {
    const [id, action, clientId] = [ours.text('interaction_id'), ours.text('action'), ours.text('client_id')]
    const [searchId, propositionId] = [ours.text('search_id'), ours.text('proposition_id')]
    if (action === 'search' && id === searchId)
      return { ...NOTHING, clientId, ownKind: 'search', ownId: searchId }
    if (action === 'propose' && id === propositionId)
      return { ...NOTHING, clientId, ownKind: 'proposition', ownId: propositionId }
    if (!ACTIONS.includes(action ?? '')) return NOTHING
    const said: Said = {
      ...{ ...NOTHING, kind: action as InteractionKind, clientId, productId: ours.text('product_id') },
      ...ours.moment('occurred_at', 'UTC'),
    }
    if (clientId !== null) return said
    return propositionId === null
      ? belonging(said, 'search', searchId)
      : belonging(said, 'proposition', propositionId)
  },
}

/** @returns undefined for a topic of which nothing is followed; the client table has its own way */
export function findTarget(sources: Source[], topic: string): Target | undefined {
  for (const source of sources)
    for (const table of source.tables)
      if (table.topic === topic && isFollowed(table)) return { source, table }
  return undefined
}

/** Any table that is no other entity's is an interaction: those have an interaction_id that are one. */
function isFollowed({ entity, columns }: SourceTable): boolean {
  if (entity === 'client') return true
  return entity === 'interaction'
    ? Object.values(columns).some(({ as }) => as === 'interaction_id')
    : READERS[entity] !== undefined
}

/** Whether the orders that sales of this table name have lines, with a date and a client, in a table of their own. */
function hasLines({ source, table }: Target): boolean {
  const prefix = (each: SourceTable) => {
    const column = Object.values(each.columns).find(({ as }) => as === 'order_id')
    return column && idPrefixOf(source, each, column)
  }
  const own = prefix(table)
  const has = (entity: string) => source.tables.some(each => each.entity === entity && prefix(each) === own)
  return own !== undefined && has('order') && has('order_item')
}

/** Reads a row as what it says of clients. @param changedAt ISO 8601, of the change */
export function readRow(target: Target, row: Row, changedAt: string): Said {
  return READERS[target.table.entity]?.(readOurs(target, row, changedAt), target) ?? NOTHING
}

/** The id of a client table's row, of any length. */
export function readClientId({ source, table }: Target, row: Row): string | null {
  const [name, column] = Object.entries(table.columns).find(([, { as }]) => as === 'client_id') ?? []
  const value = name === undefined ? null : (row[name] ?? null)
  return value === null || !column ? null : `${idPrefixOf(source, table, column) ?? ''}${value}`
}

function readOurs({ source, table }: Target, row: Row, changedAt: string): Ours {
  const named = new Map<string, string | null>()
  for (const [name, value] of Object.entries(row)) {
    const column = table.columns[name]
    if (column?.as === undefined) continue
    const prefix = idPrefixOf(source, table, column) ?? ''
    named.set(column.as, value === null ? null : boundText(`${prefix}${value}`))
  }
  const text = (name: string) => named.get(name) ?? null
  return {
    text,
    moment: (name, dayZone) => readMoment(text(name), changedAt, source.timeZone, dayZone),
  }
}
