import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { ROOT } from '../support/postgres.ts'

const PRODUCTS = 500

/**
 * Days of the 500 products of UCI Online Retail that were sold on most days, as the back-test's door takes them. Lines of no
 * product, and the last, half day, are left out.
 * @param after how many products to pass over first: 500 gives those that no figure is measured on
 */
export async function writePanel(file: string, { after = 0 } = {}): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect()
  const source = join(ROOT, 'tests/data/online-retail/online_retail_541909.parquet')
  await connection.run(`
    create table line as
    select upper(trim(Description)) as item, least(Quantity, 5000) as quantity, cast(InvoiceDate as date) as day
    from '${source}'
    where trim(Description) <> '' and Quantity > 0 and UnitPrice > 0 and cast(InvoiceDate as date) <= date '2011-12-08'
      and upper(trim(Description)) not in ('POSTAGE', 'DOTCOM POSTAGE', 'MANUAL', 'CARRIAGE', 'NEXT DAY CARRIAGE', 'BANK CHARGES',
        'AMAZON FEE', 'DISCOUNT', 'SAMPLES', 'CRUK COMMISSION', 'ADJUST BAD DEBT')`)
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
