import type { Identity } from '../../contract/index.ts'
import { BadInputError, NotFoundError } from '../../errors/index.ts'
import { findMart, makeRowRules, tableOf } from '../../marts/index.ts'
import type { Query } from '../../store/index.ts'
import type { Source } from '../facts.ts'
import { sourceOf } from '../make-fact.ts'

/** A mart that a part of a report reads by its own SQL, and which of its rows the caller may see. */
export type Readable = {
  table: string
  /** Conditions on the alias `m`, with their values from $1 on. */
  rules: string[]
  values: (string | string[])[]
  sourceOf(sql: string): Source
}

/** @returns undefined where the caller may not read it, or it is not published */
export async function openMart(query: Query, name: string, caller: Identity): Promise<Readable | undefined> {
  const mart = await findMart(query, name, caller, 'report').catch(error => {
    if (error instanceof BadInputError || error instanceof NotFoundError) return undefined
    throw error
  })
  if (!mart) return undefined
  const values: (string | string[])[] = []
  const rules = makeRowRules(mart.rowRules, caller, values).map(rule => `m.${rule}`)
  return { table: tableOf(mart), rules, values, sourceOf: sql => sourceOf(mart, sql) }
}
