/** A list that only grows at its end, so that a copy of its length is a copy of its content. */
export type AppendOnly<Item> = { items: Item[]; length: number }

export const emptyList = <Item>(): AppendOnly<Item> => ({ items: [], length: 0 })

export function append<Item>(list: AppendOnly<Item>, item: Item): void {
  // A copy that shares the items may not see, nor overwrite, what the other adds.
  if (list.items.length !== list.length) list.items = list.items.slice(0, list.length)
  list.items.push(item)
  list.length += 1
}

/** As it is now, whatever is added. */
export const freeze = <Item>(list: AppendOnly<Item>): AppendOnly<Item> => ({ ...list })

export function replaceAll<Item>(list: AppendOnly<Item>, items: Item[]): void {
  list.items = items
  list.length = items.length
}

export function* itemsOf<Item>({ items, length }: AppendOnly<Item>): Generator<Item> {
  for (let i = 0; i < length; i++) yield items[i] as Item
}

export const lastOf = <Item>({ items, length }: AppendOnly<Item>): Item | undefined => items[length - 1]

/** @returns the index of the first item that is not before the sought, in a list that is in order */
export function findFrom<Item>(
  { items, length }: AppendOnly<Item>,
  isBefore: (item: Item) => boolean,
): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(items[middle] as Item)) low = middle + 1
    else high = middle
  }
  return low
}
