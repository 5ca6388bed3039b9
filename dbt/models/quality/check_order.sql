with orders as (
    select * from {{ ref('stg_order') }}
),

tables as (
    select * from {{ ref('source_table') }}
),

items as (
    select order_id, count(*) as line_count, sum(quantity) as quantity, sum(amount) as amount
    from {{ ref('fct_order_item') }}
    group by order_id
),

sales as (
    select
        order_id,
        count(*) as line_count,
        sum(quantity) as quantity,
        sum(amount) as amount,
        min(sale_date) as first_sale_date
    from {{ ref('fct_sale') }}
    group by order_id
),

clients as (
    select distinct client_id from {{ ref('dim_client') }}
),

territories as (
    select * from {{ ref('dim_territory') }}
),

final as (
    select
        orders.order_id,
        orders.order_number,
        orders.order_date,
        cast(extract(hour from {{ to_local_time('orders.ordered_at', 'tables.time_zone') }}) as integer) as order_hour,
        orders.client_id,
        orders.territory_id,
        orders.transporter_id,
        orders.status,
        orders.currency,
        orders.source_system,
        orders.changed_at,
        cast(coalesce(items.line_count, 0) as bigint) as item_count,
        cast(items.quantity as decimal(38, 4)) as item_quantity,
        cast(items.amount as decimal(38, 4)) as item_amount,
        cast(coalesce(sales.line_count, 0) as bigint) as sale_count,
        cast(sales.quantity as decimal(38, 4)) as sale_quantity,
        cast(sales.amount as decimal(38, 4)) as sale_amount,
        cast(date_diff('day', orders.order_date, sales.first_sale_date) as integer) as days_to_sale,
        orders.client_id is null or clients.client_id is not null as has_client,
        orders.territory_id is null or territories.territory_id is not null as has_territory,
        {{ is_recent('orders.order_date', 'orders.changed_at', 'tables') }} as is_recent,
        orders.order_date <= tables.whole_through as is_whole_day
    from orders
    left join tables
        on tables.source_system = orders.source_system and tables.source_table = orders.source_table
    left join items on items.order_id = orders.order_id
    left join sales on sales.order_id = orders.order_id
    left join clients on clients.client_id = orders.client_id
    left join territories on territories.territory_id = orders.territory_id
)

select * from final
