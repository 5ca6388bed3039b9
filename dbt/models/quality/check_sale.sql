with sales as (
    select * from {{ ref('fct_sale') }}
),

tables as (
    select * from {{ ref('source_table') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

orders as (
    select * from {{ ref('stg_order') }}
),

territories as (
    select * from {{ ref('dim_territory') }}
),

final as (
    select
        sales.sale_id,
        sales.order_id,
        sales.line_number,
        sales.sale_date,
        sales.product_id,
        products.category,
        products.subcategory,
        products.list_price,
        products.standard_cost,
        sales.client_id,
        sales.territory_id,
        sales.quantity,
        sales.amount,
        sales.unit_amount,
        {{ divide('sales.unit_amount', 'products.list_price', 4) }} as price_ratio,
        sales.currency,
        sales.source_system,
        sales.changed_at,
        orders.order_id is not null as has_order,
        sales.product_id is null or sales.product_key is not null as has_product,
        sales.client_id is null or sales.client_key is not null as has_client,
        sales.territory_id is null or territories.territory_id is not null as has_territory,
        orders.order_date,
        {{ is_recent('sales.sale_date', 'sales.changed_at', 'tables') }} as is_recent,
        sales.sale_date <= tables.whole_through as is_whole_day
    from sales
    left join tables on tables.source_system = sales.source_system and tables.source_table = sales.source_table
    left join products on products.product_key = sales.product_key
    left join orders on orders.order_id = sales.order_id
    left join territories on territories.territory_id = sales.territory_id
)

select * from final
