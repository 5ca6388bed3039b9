import { createReadStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { SecretUrl } from '../../shared/config/index.ts'
import { connectPostgres } from '../../shared/store/index.ts'
import { DAY_MS, dataFile, LAST_ORDER, readHistory } from './history.ts'
import { plantStories } from './plant.ts'
import { dueDays, openShop, type ShopOptions, TIME_ZONE } from './shop.ts'
import { writeEvents } from './write.ts'

/**
 * Days by which the data's dates move: whole weeks, so that weekdays keep their sales, and the last order lies in the
 * seven days before `today`.
 */
export function demoShiftDays(today: Date): number {
  const days = Math.floor((today.getTime() - Date.parse(LAST_ORDER)) / DAY_MS)
  return Math.floor((days - 1) / 7) * 7
}

const STAGED = [
  'product',
  'product_description',
  'client',
  'territory',
  'transporter',
  'order_line',
  'return',
  'inventory',
  'special_offer',
]

/** What was paid: the list price of the day, which is today's unless a story says another, less what was taken off. */
const PRICES = `
alter table order_line add old_price numeric, add discount numeric not null default 0;
create temporary view priced_line as
  select l.*, round(coalesce(old_price, list_price::numeric) * (1 - discount), 4) as unit_price
  from order_line l join product p using (product_id);
`
/**
 * How each table is made from the published files; `shift` is the days by which dates move. They have an order's
 * day only: steps of 26,699 s, the golden section of twelve hours, spread a day's orders evenly over its hours.
 */
const FILL = (shift: number) => `
insert into dbo."Product" select product_id::int, sku, name, nullif(model, ''), nullif(description, ''), nullif(color, ''), cost::numeric, list_price::numeric, subcategory, category from product;
insert into dbo."ProductDescription" select model, culture, description from product_description;
insert into dbo."Client" select client_id::int, nullif(prefix, ''), first_name, last_name, nullif(birth_date, '')::date, nullif(marital_status, ''), nullif(gender, ''), nullif(email, ''), nullif(annual_income, '')::numeric, nullif(total_children, '')::int, nullif(education, ''), nullif(occupation, ''), case home_owner when 'Y' then true when 'N' then false end from client;
insert into dbo."Territory" select territory_id::int, region, country, continent from territory;
insert into dbo."Transporter" select transporter_id::int, name, ship_base::numeric, ship_rate::numeric from transporter;
insert into dbo."Order"
  select substr(order_number, 3)::int, order_number, min(order_date::date) + ${shift} + interval '8 hours' + (substr(order_number, 3)::bigint * 26699 % 43200) * interval '1 second',
    min(client_id::int), min(territory_id::int), substr(order_number, 3)::int % (select count(*)::int from transporter) + 1, 'Shipped'
  from order_line group by order_number;
insert into dbo."OrderItem"
  select substr(order_number, 3)::int, line_number::int, product_id::int, quantity::int, unit_price
  from priced_line;
insert into dbo."Sale"
  select row_number() over (order by order_date, order_number, line_number::int), substr(order_number, 3)::int, line_number::int, order_date::date + ${shift},
    product_id::int, client_id::int, territory_id::int, quantity::int, quantity::int * unit_price
  from priced_line;
insert into dbo."Return" select row_number() over (order by return_date, territory_id::int, product_id::int), return_date::date + ${shift}, territory_id::int, product_id::int, quantity::int from return;
insert into dbo."Inventory" select product_id::int, location, sum(quantity::int) from inventory group by product_id, location;
insert into dbo."SpecialOffer" select offer_id::int, description, discount::numeric, type, category, nullif(start_date, '')::timestamp, nullif(end_date, '')::timestamp, nullif(min_qty, '')::int, nullif(max_qty, '')::int from special_offer;
`

/** Keeps the last days' orders and returns, and the clients who ordered: a shorter past for a quicker start. */
const SHORTEN = (days: number) => `
delete from order_line where order_date::date <= date '${LAST_ORDER}' - ${days};
delete from return where return_date::date <= date '${LAST_ORDER}' - ${days};
delete from client where client_id not in (select client_id from order_line);
`
/** The length of the published history. */
const ALL_DAYS = 911

/** Tables in the order in which they are announced to the ledger. */
const TABLES = [
  'Product',
  'ProductDescription',
  'Client',
  'Territory',
  'Transporter',
  'Order',
  'OrderItem',
  'Sale',
  'Return',
  'Inventory',
  'SpecialOffer',
]

export type Loaded = { products: number; clients: number; orderLines: number }

export type LoadOptions = {
  /** What the shop's clock shows, and so the day to which dates are moved. */
  today: Date
  /** Days of history, up to the last order; 911 or more are all. */
  days: number
  /** How the shop has lived from its last order until today; without it the data are as published. */
  shop?: Pick<ShopOptions, 'stories' | 'seed'>
}

/**
 * Fills an empty database with the bike retailer's tables, in one transaction: a load that is cut short leaves nothing.
 * @returns rows loaded; undefined where the database was full already
 */
export async function loadDemo(
  url: SecretUrl,
  { today, days, shop }: LoadOptions,
): Promise<Loaded | undefined> {
  const client = await connectPostgres(url)
  try {
    const loaded = await client.query(`select 1 from pg_namespace where nspname = 'dbo'`)
    if (loaded.rowCount) return undefined
    await client.query('begin')
    await client.query(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'))
    for (const name of STAGED) await stage(client, name)
    await client.query(PRICES)
    if (days < ALL_DAYS) await client.query(SHORTEN(days))
    const shift = demoShiftDays(today)
    const history = shop && readHistory()
    if (shop && history) await plantStories(client, { ...shop, history, days, shift })
    await client.query(FILL(shift))
    if (shop) {
      const opened = await openShop(client, { ...shop, history, days })
      for (const events of dueDays(opened, today.getTime())) await writeEvents(opened, events)
    }
    for (const table of TABLES)
      await client.query(`
        alter table dbo."${table}" replica identity full;
        create trigger ledger after insert or update or delete on dbo."${table}" for each row execute function sim.record()`)
    await client.query('commit')
    // The shop's own: its clocks say what hour of which day an order was placed at.
    await client.query(
      `do $$ begin execute format('alter database %I set timezone = %L', current_database(), '${TIME_ZONE}'); end $$`,
    )
    await client.query('analyze')
    const { rows } = await client.query<Loaded>(
      `select (select count(*)::int from dbo."Product") as products, (select count(*)::int from dbo."Client") as clients,
         (select count(*)::int from dbo."OrderItem") as "orderLines"`,
    )
    return rows[0]
  } finally {
    await client.end()
  }
}

async function stage(client: pg.Client, name: string): Promise<void> {
  const file = dataFile(name)
  const header = readFileSync(file, 'utf8').split('\n', 1)[0] ?? ''
  const columns = header.trim().split(',')
  await client.query(
    `create temporary table ${name} (${columns.map(column => `${column} text`).join(', ')}) on commit drop`,
  )
  await pipeline(
    createReadStream(file),
    client.query(
      copyFrom(`copy ${name} from stdin with (format csv, header true, force_null (${columns.join(', ')}))`),
    ),
  )
}
