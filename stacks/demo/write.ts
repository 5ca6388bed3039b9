import type pg from 'pg'
import { DAY_MS } from './history.ts'
import type { ShopEvent } from './plan.ts'

type EventOf<Kind extends ShopEvent['kind']> = Extract<ShopEvent, { kind: Kind }>

/** Where the shop's events are written. Times are the shop's own, in milliseconds as if it were in UTC. */
export type ShopDatabase = {
  client: pg.Client
  /** Numbers not yet given. */
  next: Record<'Order' | 'Sale' | 'Client' | 'Return', number>
  /** The history's last day. */
  lastDay: number
}

/** Where goods lie that are sold. */
const SHELF = 'Finished Goods Storage'

export const timeOf = ({ lastDay }: ShopDatabase, { day, second }: ShopEvent) =>
  lastDay + day * DAY_MS + second * 1000
/** A time of the shop's as its database has it, without a zone. */
const toTimestamp = (time: number) => new Date(time).toISOString().slice(0, 19)

/** A new client takes after one of the history's, and is called as another. */
const ADD_CLIENTS = `
insert into dbo."Client"
select r.id, c."Prefix", c."FirstName", n."LastName", c."BirthDate" + r.id % 300, c."MaritalStatus", c."Gender", lower(c."FirstName") || r.id || '@adventure-works.com',
  c."AnnualIncome", c."TotalChildren", c."Education", c."Occupation", c."HomeOwner"
from jsonb_to_recordset($1) as r(id int, "like" int, "lastNameOf" int)
join dbo."Client" c on c."ClientID" = r."like" join dbo."Client" n on n."ClientID" = r."lastNameOf"`

const ADD_ORDERS = `
insert into dbo."Order" select id, 'SO' || id, at, client, territory, id % (select count(*)::int from dbo."Transporter") + 1, 'Placed'
from jsonb_to_recordset($1) as r(id int, at timestamp, client int, territory int)`

const LINES = `jsonb_to_recordset($1) as r("order" int, line int, sale bigint, product int, quantity int, discount numeric)`

const ADD_LINES = `
with priced as (
  select r.*, round(p."ListPrice" * (1 - discount), 4) as price from ${LINES} join dbo."Product" p on p."ProductID" = product
), items as (
  insert into dbo."OrderItem" select "order", line, product, quantity, price from priced
)
insert into dbo."Sale" select sale, "order", line, o."OrderDate"::date, product, o."ClientID", o."TerritoryID", quantity, quantity * price
from priced join dbo."Order" o on o."OrderID" = "order"`

const TAKE_FROM_STOCK = `
update dbo."Inventory" set "Quantity" = greatest(0, "Quantity" - sold.quantity)
from (select product, sum(quantity)::int as quantity from ${LINES} group by product) as sold
where "ProductID" = sold.product and "Location" = '${SHELF}' and "Quantity" > 0`

const RESTOCK = `
insert into dbo."Inventory"
select product, '${SHELF}', "upTo" from jsonb_to_recordset($1) as r(product int, below int, "upTo" int)
where coalesce((select "Quantity" from dbo."Inventory" where "ProductID" = product and "Location" = '${SHELF}'), 0) < below
on conflict ("ProductID", "Location") do update set "Quantity" = excluded."Quantity"`

async function placeOrders(shop: ShopDatabase, events: EventOf<'order'>[]): Promise<void> {
  const clients: object[] = []
  const orders: object[] = []
  const lines: object[] = []
  for (const event of events) {
    const id = shop.next.Order++
    let { client } = event
    if (typeof client !== 'number') {
      const newId = shop.next.Client++
      clients.push({ id: newId, ...client })
      client = newId
    }
    orders.push({ id, at: toTimestamp(timeOf(shop, event)), client, territory: event.territory })
    for (const [index, { product, quantity, discount }] of event.lines.entries())
      lines.push({ order: id, line: index + 1, sale: shop.next.Sale++, product, quantity, discount })
  }
  const write = (text: string, rows: object[]) => shop.client.query(text, [JSON.stringify(rows)])
  if (clients.length > 0) await write(ADD_CLIENTS, clients)
  await write(ADD_ORDERS, orders)
  await write(ADD_LINES, lines)
  await write(TAKE_FROM_STOCK, lines)
}

async function takeBack(shop: ShopDatabase, events: EventOf<'return'>[]): Promise<void> {
  const rows = events.map(event => ({
    id: shop.next.Return++,
    at: toTimestamp(timeOf(shop, event)),
    territory: event.territory,
    product: event.product,
    quantity: event.quantity,
  }))
  await shop.client.query(
    `insert into dbo."Return" select id, at::date, territory, product, quantity
     from jsonb_to_recordset($1) as r(id int, at timestamp, territory int, product int, quantity int)`,
    [JSON.stringify(rows)],
  )
}

async function changePrice(shop: ShopDatabase, event: EventOf<'price'>): Promise<void> {
  await shop.client.query(
    `update dbo."Product" set "ListPrice" = round("ListPrice" * $2, 2), "ModifiedDate" = $3 where "ProductID" = $1`,
    [event.product, event.factor, toTimestamp(timeOf(shop, event))],
  )
}

/** Writes what happened on a day, in the transaction that is open, and how far the shop has come. */
export async function writeEvents(shop: ShopDatabase, events: ShopEvent[]): Promise<void> {
  const last = events.at(-1)
  if (!last) return
  const of = <Kind extends ShopEvent['kind']>(kind: Kind) =>
    events.filter((event): event is EventOf<Kind> => event.kind === kind)
  for (const event of of('price')) await changePrice(shop, event)
  for (const { products } of of('delivery')) await shop.client.query(RESTOCK, [JSON.stringify(products)])
  const [orders, returns] = [of('order'), of('return')]
  if (orders.length > 0) await placeOrders(shop, orders)
  if (returns.length > 0) await takeBack(shop, returns)
  if (events.length > 1) await shipOrders(shop.client, timeOf(shop, last))
  await shop.client.query('update sim.shop set lived_until = $1', [toTimestamp(timeOf(shop, last))])
}

/** Ships what was ordered 4 to 23 hours before, the oldest first. @param most orders; all, where it is left out */
export async function shipOrders(client: pg.Client, now: number, most?: number): Promise<void> {
  await client.query(
    `update dbo."Order" set "Status" = 'Shipped' where "OrderID" in (
       select "OrderID" from dbo."Order" where "Status" = 'Placed' and "OrderDate" + (4 + "OrderID" % 20) * interval '1 hour' <= $1
       order by "OrderDate" limit $2)`,
    [toTimestamp(now), most],
  )
}

/** Moves some of a product from one place of the workshop to another: what the shop has in all stays the same. */
export async function moveStock(client: pg.Client): Promise<void> {
  await client.query(`
    with move as (
      select a."ProductID" as product, a."Location" as source, b."Location" as target, least(a."Quantity", 5) as quantity
      from dbo."Inventory" a join dbo."Inventory" b on a."ProductID" = b."ProductID" and a."Location" <> b."Location"
      where a."Quantity" > 0 and '${SHELF}' not in (a."Location", b."Location") order by random() limit 1
    )
    update dbo."Inventory" i set "Quantity" = i."Quantity" + case i."Location" when source then -quantity else quantity end
    from move where i."ProductID" = product and i."Location" in (source, target)`)
}
