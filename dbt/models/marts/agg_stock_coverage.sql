{#- Days that the recent rate is counted over; how long without a sale is slow, and dead; a stock that lasts longer is slow. -#}
{%- set recent_days = var('recent_days') -%}
{%- set slow_days = 56 -%}
{%- set dead_days = 182 -%}
with products as (
    select * from {{ ref('dim_product') }}
    where is_current
),

business_days as (
    select * from {{ ref('int_business_day') }}
),

stocks as (
    select product_id, sum(quantity) as quantity
    from {{ ref('stg_inventory') }}
    group by product_id
),

sold as (
    select
        sales.product_id,
        min(sales.sale_date) as first_sold_date,
        max(sales.sale_date) as last_sold_date,
        sum(case when sales.sale_date > {{ days_after('business_days.as_of_date', -recent_days) }} then sales.quantity end) as recent
    from {{ ref('fct_sale') }} as sales
    join business_days
        on business_days.source_system = sales.source_system
        and sales.sale_date <= business_days.as_of_date
    group by sales.product_id
),

returned as (
    select returns.product_id, sum(returns.quantity) as recent
    from {{ ref('fct_return') }} as returns
    join business_days
        on business_days.source_system = returns.source_system
        and returns.return_date <= business_days.as_of_date
        and returns.return_date > {{ days_after('business_days.as_of_date', -recent_days) }}
    group by returns.product_id
),

stock_by_day as (
    select source_system, product_id, snapshot_date, sum(quantity) as quantity
    from {{ ref('fct_inventory_snapshot') }}
    group by source_system, product_id, snapshot_date
),

-- What is not there cannot be sold: such days do not count.
out_of_stock as (
    select stock_by_day.product_id, count(*) as days
    from stock_by_day
    join business_days
        on business_days.source_system = stock_by_day.source_system
        and stock_by_day.snapshot_date <= business_days.as_of_date
        and stock_by_day.snapshot_date > {{ days_after('business_days.as_of_date', -recent_days) }}
    where stock_by_day.quantity <= 0
    group by stock_by_day.product_id
),

measured as (
    select
        products.product_id,
        products.product_key,
        products.name,
        products.category,
        products.subcategory,
        products.currency,
        products.standard_cost,
        products.source_system,
        business_days.as_of_date,
        stocks.quantity as stock_quantity,
        coalesce(sold.recent, 0) as sold_quantity,
        coalesce(returned.recent, 0) as returned_quantity,
        sold.first_sold_date,
        sold.last_sold_date,
        date_diff('day', sold.first_sold_date, business_days.as_of_date) + 1 as days_on_sale,
        date_diff('day', sold.last_sold_date, business_days.as_of_date) as days_since_sold,
        coalesce(out_of_stock.days, 0) as days_out_of_stock
    from products
    join business_days on business_days.source_system = products.source_system
    left join stocks on stocks.product_id = products.product_id
    left join sold on sold.product_id = products.product_id
    left join returned on returned.product_id = products.product_id
    left join out_of_stock on out_of_stock.product_id = products.product_id
),

rated as (
    select
        *,
        case
            when days_on_sale < {{ recent_days }} then days_on_sale
            else {{ recent_days }}
        end - days_out_of_stock as selling_days,
        case when sold_quantity > returned_quantity then sold_quantity - returned_quantity else 0 end as net_quantity
    from measured
),

covered as (
    select
        *,
        case
            when days_on_sale is null then cast(0 as decimal(19, 4))
            else {{ divide('net_quantity', 'case when selling_days > 0 then selling_days else 1 end', 4) }}
        end as quantity_per_day
    from rated
),

days as (
    select
        *,
        {{ divide('case when stock_quantity > 0 then stock_quantity else 0 end', 'quantity_per_day', 4) }} as days_of_stock
    from covered
),

final as (
    select
        product_id,
        product_key,
        name,
        category,
        subcategory,
        as_of_date,
        cast(stock_quantity as decimal(38, 4)) as stock_quantity,
        cast(stock_quantity * standard_cost as decimal(38, 4)) as stock_cost,
        currency,
        cast(sold_quantity as decimal(38, 4)) as sold_quantity,
        cast(returned_quantity as decimal(38, 4)) as returned_quantity,
        quantity_per_day,
        cast(days_out_of_stock as integer) as days_out_of_stock,
        days_of_stock,
        first_sold_date,
        last_sold_date,
        case
            when stock_quantity is null then 'unknown'
            when stock_quantity <= 0 and days_since_sold < {{ dead_days }} then 'out_of_stock'
            when stock_quantity <= 0 then 'gone'
            when days_since_sold is null then 'never_sold'
            when days_since_sold >= {{ dead_days }} then 'dead'
            when days_since_sold >= {{ slow_days }} or days_of_stock > {{ dead_days }} then 'slow'
            when days_of_stock < {{ recent_days }} then 'short'
            else 'healthy'
        end as status,
        source_system
    from days
)

select * from final
