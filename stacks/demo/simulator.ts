import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { SecretUrl } from '../../shared/config/index.ts'
import { connectPostgres } from '../../shared/store/index.ts'
import { makeRandom } from './random.ts'

export type SimulatorOptions = {
  url: SecretUrl
  /** Row changes a second; 0 makes none. */
  rate: number
  /** Decides what is done: the same seed does the same things in the same order. */
  seed: number
  /** Ends after this many row changes. */
  maxChanges?: number
  signal: AbortSignal
}

type World = {
  client: pg.Client
  random: () => number
  products: number[]
  clients: number[]
  nextOrder: number
  nextSale: number
  nextClient: number
}

/** One thing that happens in a shop, in one transaction. @returns the rows that it changed */
type Deed = (world: World) => Promise<number>

function pick<T>({ random }: World, values: T[]): T {
  return values[Math.floor(random() * values.length)] as T
}

const between = ({ random }: World, low: number, high: number) =>
  low + Math.floor(random() * (high - low + 1))

async function run({ client }: World, text: string, values: unknown[]): Promise<number> {
  return (await client.query(text, values)).rowCount ?? 0
}

const placeOrder: Deed = async world => {
  const order = world.nextOrder++
  const buyer = pick(world, world.clients)
  const territory = between(world, 1, 10)
  let changed = await run(
    world,
    `insert into dbo."Order" values ($1, 'SO' || $1::int, localtimestamp, $2, $3, $4, 'Placed')`,
    [order, buyer, territory, between(world, 1, 5)],
  )
  for (let line = 1, lines = between(world, 1, 3); line <= lines; line++) {
    const values = [order, line, pick(world, world.products), between(world, 1, 2)]
    changed += await run(
      world,
      `insert into dbo."OrderItem" select $1, $2, $3, $4, "ListPrice" from dbo."Product" where "ProductID" = $3`,
      values,
    )
    changed += await run(
      world,
      `insert into dbo."Sale" select $5, $1, $2, current_date, $3, $6, $7, $4, $4::int * "ListPrice" from dbo."Product" where "ProductID" = $3`,
      [...values, world.nextSale++, buyer, territory],
    )
    changed += await run(
      world,
      `update dbo."Inventory" set "Quantity" = "Quantity" - $2 where "ProductID" = $1 and "Quantity" >= $2
       and "Location" = (select min("Location") from dbo."Inventory" where "ProductID" = $1)`,
      [values[2], values[3]],
    )
  }
  return changed
}

const shipOrder: Deed = world =>
  run(
    world,
    `update dbo."Order" set "Status" = 'Shipped' where "OrderID" = (select "OrderID" from dbo."Order" where "Status" = 'Placed' order by "OrderID" limit 1)`,
    [],
  )

const changePrice: Deed = world =>
  run(
    world,
    `update dbo."Product" set "ListPrice" = round("ListPrice" * $2, 4), "ModifiedDate" = localtimestamp where "ProductID" = $1`,
    [pick(world, world.products), between(world, 97, 103) / 100],
  )

const restock: Deed = world =>
  run(world, `update dbo."Inventory" set "Quantity" = "Quantity" + $2 where "ProductID" = $1`, [
    pick(world, world.products),
    between(world, 1, 50),
  ])

/** The location is part of the key: such a move is a delete and a create. */
const moveStock: Deed = async world => {
  const product = pick(world, world.products)
  return run(
    world,
    `update dbo."Inventory" i set "Location" = 'Overflow ' || $2::int where i."ProductID" = $1
     and i."Location" = (select min("Location") from dbo."Inventory" where "ProductID" = $1)
     and not exists (select 1 from dbo."Inventory" where "ProductID" = $1 and "Location" = 'Overflow ' || $2::int)`,
    [product, between(world, 1, 9)],
  )
}

const rewordProduct: Deed = world =>
  run(
    world,
    `update dbo."Product" set "Description" = coalesce(split_part("Description", ' Now', 1), "Name") || ' Now ' || $2, "ModifiedDate" = localtimestamp where "ProductID" = $1`,
    [
      pick(world, world.products),
      pick(world, ['lighter.', 'stronger.', 'in stock.', 'with a longer warranty.']),
    ],
  )

const correctClient: Deed = world =>
  run(
    world,
    `update dbo."Client" set "AnnualIncome" = "AnnualIncome" + $2, "MaritalStatus" = $3, "Email" = 'c' || $1::int || '.' || $2::int || '@example.invalid' where "ClientID" = $1`,
    [pick(world, world.clients), between(world, -5, 5) * 1000, pick(world, ['M', 'S'])],
  )

const addClient: Deed = async world => {
  const id = world.nextClient++
  world.clients.push(id)
  return run(
    world,
    `insert into dbo."Client" values ($1, null, $2, $3, date '1950-01-01' + $4::int, 'S', null, 'new' || $1::int || '@example.invalid', $5, 0, 'Bachelors', 'Professional', false)`,
    [
      id,
      pick(world, ['Ana', 'Ben', 'Chloé', 'Dmitri', '艾米']),
      pick(world, ['Ng', "O'Hara", 'Sørensen', 'García']),
      between(world, 0, 18_000),
      between(world, 1, 15) * 10_000,
    ],
  )
}

const removeClient: Deed = async world => {
  const [id] = world.clients.splice(Math.floor(world.random() * world.clients.length), 1)
  return run(world, 'delete from dbo."Client" where "ClientID" = $1', [id])
}

const DEEDS: [weight: number, deed: Deed][] = [
  [30, placeOrder],
  [15, shipOrder],
  [15, changePrice],
  [20, restock],
  [3, moveStock],
  [4, rewordProduct],
  [8, correctClient],
  [3, addClient],
  [2, removeClient],
]

/** One of the deeds, by weight. */
function pickDeed({ random }: World): Deed {
  let at = random() * DEEDS.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, deed] of DEEDS) {
    at -= weight
    if (at < 0) return deed
  }
  return placeOrder
}

/** What it adds is numbered from here, beside the shop's own. */
export const SIMULATOR_FIRST_ID = 1_000_000

async function openWorld(client: pg.Client, seed: number): Promise<World> {
  const ids = async (text: string) => (await client.query<{ id: number }>(text)).rows.map(row => row.id)
  const next = async (table: string) => {
    const text = `select greatest(max("${table}ID") + 1, ${SIMULATOR_FIRST_ID}) as next from dbo."${table}"`
    return Number((await client.query<{ next: string }>(text)).rows[0]?.next)
  }
  return {
    client,
    random: makeRandom(seed),
    products: await ids('select "ProductID" as id from dbo."Product" order by 1'),
    clients: await ids('select "ClientID" as id from dbo."Client" order by 1'),
    nextOrder: await next('Order'),
    nextSale: await next('Sale'),
    nextClient: await next('Client'),
  }
}

/**
 * Changes for measuring, far faster than a shop's and of every kind: orders, prices, stock, clients, one transaction each,
 * at `rate` row changes a second. What was done stands in `sim.ledger`.
 * @returns the rows changed
 */
export async function runSimulator({
  url,
  rate,
  seed,
  maxChanges = Number.POSITIVE_INFINITY,
  signal,
}: SimulatorOptions): Promise<number> {
  if (rate === 0) return 0
  const client = await connectPostgres(url, { application_name: 'demo-simulator' })
  try {
    const world = await openWorld(client, seed)
    const startedAt = performance.now()
    let changed = 0
    while (!signal.aborted && changed < maxChanges) {
      const deed = pickDeed(world)
      await client.query('begin')
      changed += await deed(world)
      await client.query('commit')
      const aheadMs = (changed / rate) * 1000 - (performance.now() - startedAt)
      if (aheadMs > 1) await sleep(aheadMs, undefined, { signal }).catch(() => {})
    }
    return changed
  } finally {
    await client.end()
  }
}
