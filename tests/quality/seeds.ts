import { amounts, cents, isOrderOf, lose, type Seed, SOME, slip } from './seed.ts'

export const SEEDS: Seed[] = [
  {
    name: 'an article number twice',
    caughtBy: ['product_skus_are_unique'],
    sql: () =>
      `update dbo."Product" set "ProductNumber" = (select "ProductNumber" from dbo."Product" order by "ProductID" limit 1)
       where "ProductID" = (select max("ProductID") from dbo."Product")`,
  },
  {
    name: 'an order number twice',
    caughtBy: ['order_numbers_are_unique'],
    sql: days =>
      `update dbo."Order" set "OrderNumber" = (select "OrderNumber" from dbo."Order" order by "OrderID" limit 1) where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'a line invoiced twice',
    caughtBy: ['sale_lines_are_unique'],
    sql: days =>
      `insert into dbo."Sale" select "SaleID" + 500000, "OrderID", "LineNumber", "SaleDate", "ProductID", "ClientID", "TerritoryID", "Quantity", "Amount"
       from dbo."Sale" where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'sales without their order',
    caughtBy: ['sales_have_an_order'],
    sql: ({ today }) =>
      `insert into dbo."Sale" select 900000 + n, 800000 + n, 1, '${today}', 477, 11000, 1, 1, 5.99 from generate_series(1, 3) n`,
  },
  {
    name: 'sales of a product that there is not',
    caughtBy: ['sales_have_a_known_product'],
    sql: days => `update dbo."Sale" set "ProductID" = 99999 where "OrderID" in ${SOME(days, 2)}`,
  },
  {
    name: 'sales to a client that there is not',
    caughtBy: ['sales_have_a_known_client'],
    sql: days => `update dbo."Sale" set "ClientID" = 999999 where "OrderID" in ${SOME(days, 2)}`,
  },
  {
    name: 'an unknown territory',
    caughtBy: ['orders_have_a_known_territory'],
    sql: days => `update dbo."Order" set "TerritoryID" = 99 where "OrderID" in ${SOME(days, 2)}`,
  },
  {
    name: 'negative stock',
    caughtBy: ['stock_is_not_negative'],
    sql: () =>
      `update dbo."Inventory" set "Quantity" = -3 where "ProductID" = (select min("ProductID") from dbo."Inventory")`,
  },
  {
    name: 'a price a thousand times too high, on one line',
    caughtBy: ['sale_unit_amounts_stay_in_range', 'sale_prices_are_of_the_size_of_list_prices'],
    sql: days =>
      `update dbo."OrderItem" set "UnitPrice" = "UnitPrice" * 1000 where "OrderID" in ${SOME(days, 1)};
       update dbo."Sale" set "Amount" = "Amount" * 1000 where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'a list price a thousand times too high',
    caughtBy: ['product_prices_change_by_little'],
    sql: () => `update dbo."Product" set "ListPrice" = "ListPrice" * 1000 where "ProductID" = 480`,
  },
  {
    name: 'half of a day missing',
    caughtBy: ['order_hours_stay'],
    retell: lose(isOrderOf(time => time > '14')),
  },
  {
    name: 'every second order of a day missing',
    caughtBy: ['order_numbers_have_no_gap'],
    retell: lose(isOrderOf((_, id) => id % 2 === 0)),
  },
  {
    name: 'a whole day missing',
    caughtBy: ['order_numbers_have_no_gap'],
    retell: lose(isOrderOf(() => true)),
  },
  {
    name: 'the sales of half of a day missing',
    caughtBy: ['orders_have_sales', 'order_items_equal_sales'],
    retell: lose(isOrderOf(time => time > '14', ['Sale'])),
  },
  {
    name: 'a day loaded twice',
    caughtBy: ['orders_are_not_loaded_twice'],
    sql: ({ day }) =>
      `insert into dbo."Order" select "OrderID" + 100000, 'SO' || "OrderID" + 100000, "OrderDate", "ClientID", "TerritoryID", "TransporterID", "Status" from dbo."Order" where "OrderDate"::date = '${day}';
       insert into dbo."OrderItem" select i."OrderID" + 100000, i."LineNumber", i."ProductID", i."Quantity", i."UnitPrice" from dbo."OrderItem" i join dbo."Order" o using ("OrderID") where o."OrderDate"::date = '${day}' and o."OrderID" < 100000;
       insert into dbo."Sale" select "SaleID" + 1000000, "OrderID" + 100000, "LineNumber", "SaleDate", "ProductID", "ClientID", "TerritoryID", "Quantity", "Amount" from dbo."Sale" where "SaleDate" = '${day}'`,
  },
  {
    name: 'a table that stopped',
    caughtBy: ['tables_are_fresh'],
    retell: lose(({ table }) => table === 'Inventory'),
  },
  {
    name: 'sales that stopped',
    caughtBy: ['tables_are_fresh', 'orders_have_sales'],
    retell: lose(({ table }) => table === 'Sale'),
  },
  {
    name: 'a column that turned to text',
    caughtBy: ['sale_values_stay_null_as_before', 'little_is_set_aside'],
    retell: (change, days) =>
      isOrderOf(() => true, ['Sale'])(change, days)
        ? { ...change, row: { ...change.row, Quantity: null } }
        : change,
  },
  {
    name: 'another currency, times 0.9',
    caughtBy: ['sale_prices_stay_near_list_prices'],
    retell: amounts(value => cents(value * 0.9)),
  },
  {
    name: 'another currency, times 150',
    caughtBy: ['sale_prices_stay_near_list_prices', 'sale_unit_amounts_stay_in_range'],
    retell: amounts(value => cents(value * 150)),
  },
  {
    name: 'prices in cents',
    caughtBy: ['sale_prices_stay_near_list_prices', 'sale_unit_amounts_stay_in_range'],
    retell: amounts(value => cents(value * 100)),
  },
  {
    name: 'list prices in another currency',
    caughtBy: ['product_prices_change_one_by_one'],
    sql: () => `update dbo."Product" set "ListPrice" = "ListPrice" * 0.9`,
  },
  { name: 'a time zone slipped by seven hours', caughtBy: ['order_hours_stay'], retell: slip(7) },
  { name: 'a time zone slipped by two hours back', caughtBy: ['order_hours_stay'], retell: slip(-2) },
  { name: 'a time zone slipped by an hour', caughtBy: ['order_hours_stay'], retell: slip(1) },
  {
    name: 'orders deleted whose sales are still there',
    caughtBy: ['sales_have_an_order', 'few_rows_are_rewritten'],
    sql: days => `delete from dbo."Order" where "OrderID" in ${SOME(days, 3)}`,
  },
  {
    name: 'old history deleted',
    caughtBy: ['few_rows_are_rewritten', 'published_months_stay'],
    sql: ({ today }) => `delete from dbo."Sale" where "SaleDate" < '${today}'::date - 120`,
  },
  {
    name: 'a category renamed',
    caughtBy: ['products_change_category_one_by_one'],
    sql: () => `update dbo."Product" set "Category" = 'Kleidung' where "Category" = 'Clothing'`,
  },
  {
    name: 'a sign flipped',
    caughtBy: ['sale_amounts_are_positive'],
    retell: amounts(value => -value),
  },
  {
    name: 'a join that doubles',
    caughtBy: ['fct_sale_agrees_with_stg_sale'],
    inBuild: ({ day }) => `insert into fct_sale select * from fct_sale where sale_date = date '${day}'`,
  },
  {
    name: 'decimals lost',
    caughtBy: ['sale_amounts_keep_their_decimals'],
    retell: amounts(Math.floor),
  },
  {
    name: "a test client's orders",
    caughtBy: ['clients_who_order_are_described', 'clients_order_as_often_as_before'],
    sql: ({ today }) =>
      `insert into dbo."Client" ("ClientID", "FirstName", "LastName") values (99990, 'Test', 'Test');
       insert into dbo."Order" select 90000 + n, 'SO' || 90000 + n, '${today} 09:00'::timestamp + n * interval '1 minute', 99990, 1, 1, 'Placed' from generate_series(1, 12) n;
       insert into dbo."OrderItem" select 90000 + n, 1, 477, 1, 5.99 from generate_series(1, 12) n;
       insert into dbo."Sale" select 990000 + n, 90000 + n, 1, '${today}', 477, 99990, 1, 1, 5.99 from generate_series(1, 12) n`,
  },
  {
    name: 'a test product',
    caughtBy: ['products_are_no_tests'],
    sql: () =>
      `insert into dbo."Product" values (9001, 'TEST-1', 'Test do not use', null, null, null, 1, 2, 'Caps', 'Clothing')`,
  },
  {
    name: 'a column suddenly empty',
    caughtBy: ['order_values_stay_null_as_before'],
    retell: (change, days) =>
      isOrderOf(() => true, ['Order'])(change, days)
        ? { ...change, row: { ...change.row, TransporterID: null } }
        : change,
  },
  {
    name: 'clients whose gender is gone',
    caughtBy: ['client_values_stay_null_as_before'],
    sql: () => `update dbo."Client" set "Gender" = null where "ClientID" % 50 = 0`,
  },
  {
    name: 'dates of the future',
    caughtBy: ['orders_are_not_of_the_future', 'sales_are_not_of_the_future'],
    sql: days =>
      `update dbo."Sale" set "SaleDate" = "SaleDate" + 365 where "OrderID" in ${SOME(days, 1)};
       update dbo."Order" set "OrderDate" = "OrderDate" + interval '365 days' where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'dates of long ago',
    caughtBy: ['sales_are_not_of_long_ago'],
    sql: days => `update dbo."Sale" set "SaleDate" = '1970-01-01' where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'a quantity times twelve',
    caughtBy: ['sale_quantities_stay_in_range'],
    sql: days =>
      `update dbo."OrderItem" set "Quantity" = "Quantity" * 12 where "OrderID" in ${SOME(days, 1)};
       update dbo."Sale" set "Quantity" = "Quantity" * 12, "Amount" = "Amount" * 12 where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'a price of zero',
    caughtBy: ['sale_amounts_are_not_zero'],
    sql: days =>
      `update dbo."OrderItem" set "UnitPrice" = 0 where "OrderID" in ${SOME(days, 1)};
       update dbo."Sale" set "Amount" = 0 where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'a negative list price',
    caughtBy: ['product_prices_are_positive'],
    sql: () => `update dbo."Product" set "ListPrice" = -1 where "ProductID" = 481`,
  },
  {
    name: 'a cost above its price',
    caughtBy: ['product_costs_are_below_prices'],
    sql: () => `update dbo."Product" set "StandardCost" = "ListPrice" * 2 where "ProductID" = 482`,
  },
  {
    name: 'an unknown status',
    caughtBy: ['order_status_is_known'],
    sql: days => `update dbo."Order" set "Status" = 'X9' where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'other codes for gender',
    caughtBy: ['client_codes_are_known'],
    sql: () => `update dbo."Client" set "Gender" = '2' where "Gender" = 'F' and "ClientID" % 10 = 0`,
  },
  {
    name: 'impossible years of birth',
    caughtBy: ['client_birth_years_are_possible'],
    sql: () => `update dbo."Client" set "BirthDate" = '1850-01-01' where "ClientID" % 5000 = 0`,
  },
  {
    name: 'a negative income',
    caughtBy: ['client_incomes_are_positive'],
    sql: () => `update dbo."Client" set "AnnualIncome" = -40000 where "ClientID" % 5000 = 1`,
  },
  {
    name: 'names cut',
    caughtBy: ['product_names_are_not_cut'],
    sql: () => `update dbo."Product" set "Name" = left("Name", 10) where "ProductID" between 483 and 486`,
  },
  {
    name: 'a name in a wrong encoding',
    caughtBy: ['product_texts_are_readable'],
    sql: () => `update dbo."Product" set "Name" = 'Schlauch fÃ¼r Rennrad' where "ProductID" = 479`,
  },
  {
    name: 'a placeholder for a name',
    caughtBy: ['product_names_are_no_placeholders'],
    sql: () => `update dbo."Product" set "Name" = 'N/A' where "ProductID" = 478`,
  },
  {
    name: 'a placeholder for a price',
    caughtBy: ['product_names_are_no_placeholders'],
    sql: () => `update dbo."Product" set "ListPrice" = 9999.99 where "ProductID" = 487`,
  },
  {
    name: 'products deleted by the dozen',
    caughtBy: ['products_are_not_deleted_together'],
    sql: () => `delete from dbo."Product" where "Subcategory" = 'Road Bikes'`,
  },
  {
    name: 'all sales to one client',
    caughtBy: ['sales_are_not_of_one_client'],
    retell: (change, days) =>
      isOrderOf(() => true, ['Order', 'Sale'])(change, days)
        ? { ...change, row: { ...change.row, ClientID: 11000 } }
        : change,
  },
  {
    name: 'orders without items',
    caughtBy: ['orders_have_items'],
    retell: lose(isOrderOf((_, id) => id % 10 === 0, ['OrderItem', 'Sale'])),
  },
  {
    name: 'items that do not add up to the sale',
    caughtBy: ['order_items_equal_sales'],
    sql: days => `update dbo."Sale" set "Amount" = "Amount" + 1 where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'the time of day lost',
    caughtBy: ['order_hours_stay'],
    retell: (change, days) =>
      isOrderOf(() => true, ['Order'])(change, days)
        ? { ...change, row: { ...change.row, OrderDate: `${days.day}T00:00:00` } }
        : change,
  },
  {
    name: 'an article number with a blank',
    caughtBy: ['product_texts_have_no_blanks_around'],
    sql: () => `update dbo."Product" set "ProductNumber" = ' ' || "ProductNumber" where "ProductID" = 484`,
  },
  {
    name: 'a category in another spelling',
    caughtBy: ['categories_have_one_spelling'],
    sql: () => `update dbo."Product" set "Category" = upper("Category") where "ProductID" = 485`,
  },
  {
    name: 'a product twice',
    caughtBy: ['product_names_are_of_one_product'],
    sql: () =>
      `insert into dbo."Product" select 9002, 'ZZ-2', "Name", "Model", "Description", "Color", "StandardCost", "ListPrice", "Subcategory", "Category" from dbo."Product" where "ProductID" = 486`,
  },
  {
    name: 'a client twice',
    caughtBy: ['client_emails_are_of_one_client'],
    sql: () =>
      `insert into dbo."Client" select 99991, "Prefix", "FirstName", "LastName", "BirthDate", "MaritalStatus", "Gender", "Email", "AnnualIncome", "TotalChildren", "Education", "Occupation", "HomeOwner"
       from dbo."Client" where "ClientID" = (select max("ClientID") from dbo."Client" where "ClientID" < 25000)`,
  },
  {
    name: 'nearly for nothing',
    caughtBy: ['sale_unit_amounts_stay_in_range'],
    sql: days =>
      `update dbo."OrderItem" set "UnitPrice" = "UnitPrice" * 0.05 where "OrderID" in ${SOME(days, 1)};
       update dbo."Sale" set "Amount" = "Amount" * 0.05 where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'an order of fifty lines',
    caughtBy: ['orders_have_as_many_lines_as_before'],
    sql: ({ today }) =>
      `insert into dbo."Order" values (95000, 'SO95000', '${today} 10:00', 11000, 1, 1, 'Placed');
       insert into dbo."OrderItem" select 95000, n, 477, 1, 5.99 from generate_series(1, 50) n;
       insert into dbo."Sale" select 995000 + n, 95000, n, '${today}', 477, 11000, 1, 1, 5.99 from generate_series(1, 50) n`,
  },
  {
    name: 'a table that was emptied',
    caughtBy: ['raw_tables_are_not_truncated', 'raw_deletions_are_few'],
    sql: () => `delete from dbo."Transporter"`,
  },
  {
    name: 'all stock zero',
    caughtBy: ['stock_is_not_all_zero'],
    sql: () =>
      `update dbo."Inventory" set "Quantity" = 0 where "ProductID" not in (477, (select min("ProductID") from dbo."Inventory"))`,
  },
  {
    name: 'stock a thousand times too high',
    caughtBy: ['stock_stays_in_range'],
    sql: () => `update dbo."Inventory" set "Quantity" = "Quantity" * 1000 where "ProductID" = 477`,
  },
  {
    name: 'a sale before its order',
    caughtBy: ['sales_follow_their_orders'],
    sql: days => `update dbo."Sale" set "SaleDate" = "SaleDate" - 2 where "OrderID" in ${SOME(days, 1)}`,
  },
  {
    name: 'clients merged into one',
    caughtBy: ['few_rows_are_rewritten', 'clients_order_as_often_as_before'],
    sql: days =>
      `update dbo."Sale" set "ClientID" = 11000 where "OrderID" in ${SOME(days, 10)};
       update dbo."Order" set "ClientID" = 11000 where "OrderID" in ${SOME(days, 10)}`,
  },
  {
    name: 'an old month that changes',
    caughtBy: ['published_months_stay'],
    sql: ({ today }) =>
      `update dbo."Sale" set "Amount" = "Amount" * 1.05 where date_trunc('month', "SaleDate") = date_trunc('month', '${today}'::date - 70)`,
  },
  {
    name: 'products that move to another category',
    caughtBy: ['products_change_category_one_by_one'],
    sql: () => `update dbo."Product" set "Category" = 'Components' where "Subcategory" = 'Mountain Bikes'`,
  },
  {
    name: 'one territory has all orders',
    caughtBy: ['order_territories_stay'],
    retell: (change, days) =>
      isOrderOf(() => true, ['Order', 'Sale'])(change, days)
        ? { ...change, row: { ...change.row, TerritoryID: 4 } }
        : change,
  },
]
