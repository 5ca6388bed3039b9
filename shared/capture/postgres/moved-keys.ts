import { type RawChange, type RawRow, rawKeyOf } from '../admission.ts'

/**
 * Follows the rows of one transaction in tables whose key is checked at its end only (deferrable): meanwhile two rows may
 * have one key, and the deletion of the one must not take the other with it. The old row of a change says which is meant.
 */
export function makeMovedKeys() {
  /** Rows that this transaction has given a key, by table and key. */
  const given = new Map<string, RawRow<string>[]>()
  const placeOf = ({ table }: Pick<RawChange, 'table'>, row: RawRow<string>) =>
    `${table.name}\0${rawKeyOf(table, row)}`

  const take = (place: string, row: RawRow<string>): boolean => {
    const rows = given.get(place)
    const index = rows?.findIndex(other => isSame(other, row)) ?? -1
    if (index === -1 || !rows) return false
    rows.splice(index, 1)
    if (rows.length === 0) given.delete(place)
    return true
  }

  return {
    /**
     * @returns the change as its key's other rows let it be: where another row has the old key by now, only the new one
     *   is left of it; and the row whose key another row may still have, which only the source can say
     */
    follow(change: RawChange): { change: RawChange | undefined; unsure: RawRow<string> | undefined } {
      const { before, after } = change
      if (change.op === 't') given.clear()
      let left: RawChange | undefined = change
      let unsure: RawRow<string> | undefined
      const from = before && placeOf(change, before)
      const to = after && placeOf(change, after)
      if (before && from !== undefined && (change.op === 'd' || from !== to)) {
        const wasGiven = take(from, before)
        const isTaken = given.has(from)
        // The row is one that came with this transaction; another that has the key may be there still.
        if (wasGiven) unsure = before
        if (isTaken) left = after && { ...change, op: 'c', before: undefined, after: whole(after, before) }
      } else if (before && from !== undefined) take(from, before)
      if (after && to !== undefined) given.set(to, [...(given.get(to) ?? []), after])
      return { change: left, unsure }
    },
    clear: () => given.clear(),
  }
}

/** A row with the values that did not change and were not sent again. */
function whole(row: RawRow<string>, before: RawRow<string>): RawRow<string> {
  return new Map([...row].map(([name, value]) => [name, value === undefined ? before.get(name) : value]))
}

function isSame(one: RawRow<string>, other: RawRow<string>): boolean {
  for (const [name, value] of one) {
    const its = other.get(name)
    if (its !== value && its !== undefined && value !== undefined) return false
  }
  return true
}
