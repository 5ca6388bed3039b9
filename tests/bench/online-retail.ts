import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { ROOT } from '../support/postgres.ts'

const PRODUCTS = 500
const SOURCE = join(ROOT, 'tests/data/online-retail/online_retail_541909.parquet')
/** Lines of no product. */
const NO_PRODUCTS = `('POSTAGE', 'DOTCOM POSTAGE', 'MANUAL', 'CARRIAGE', 'NEXT DAY CARRIAGE', 'BANK CHARGES', 'AMAZON FEE', 'DISCOUNT', 'SAMPLES',
  'CRUK COMMISSION', 'ADJUST BAD DEBT')`

/**
 * Days of the 500 products of UCI Online Retail that were sold on most days, as the back-test's door takes them. Lines of no
 * product, and the last, half day, are left out.
 * @param after how many products to pass over first: 500 gives those that no figure is measured on
 */
export async function writePanel(file: string, { after = 0 } = {}): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(`
    create table line as
    select upper(trim(Description)) as item, least(Quantity, 5000) as quantity, cast(InvoiceDate as date) as day
    from '${SOURCE}'
    where trim(Description) <> '' and Quantity > 0 and UnitPrice > 0 and cast(InvoiceDate as date) <= date '2011-12-08'
      and upper(trim(Description)) not in ${NO_PRODUCTS}`)
  await connection.run(`
    copy (
      with item as (
        select item, min(day) as first from line group by 1 order by count(distinct day) desc, item limit ${PRODUCTS} offset ${after}
      ),
      day as (select unnest(generate_series(date '2010-12-01', date '2011-12-08', interval 1 day))::date as day)
      select item as series_id, day as date, coalesce(sum(quantity), 0) as quantity,
        isodow(day) = 6 or day between date '2010-12-24' and date '2011-01-03' or day in (date '2011-04-22', date '2011-04-24',
          date '2011-04-25', date '2011-04-29', date '2011-05-02', date '2011-05-30', date '2011-08-29') as closed
      from item join day on day >= first left join line using (item, day)
      group by item, day
    ) to '${file}' (format parquet)`)
  connection.closeSync()
}

/** What each of its known customers with two days or more bought on each of them, as the back-test of propositions takes it. */
export async function writeInteractions(file: string): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(`
    copy (
      with line as (
        select cast(cast(CustomerID as integer) as varchar) as client_id, upper(trim(Description)) as product_id,
          cast(InvoiceDate as date) as date, sum(Quantity) as quantity
        from '${SOURCE}'
        where trim(Description) <> '' and Quantity > 0 and UnitPrice > 0 and CustomerID is not null
          and upper(trim(Description)) not in ${NO_PRODUCTS}
        group by all
      )
      select * from line where client_id in (select client_id from line group by 1 having count(distinct date) > 1) order by all
    ) to '${file}' (format parquet)`)
  connection.closeSync()
}
