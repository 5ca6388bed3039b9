with sales as (
    select * from {{ ref('fct_sale') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ month_start('sales.sale_date') }} as month_start,
        coalesce(products.category, 'Unknown') as category,
        sales.currency,
        cast(count(distinct sales.order_id) as integer) as order_count,
        cast(count(*) as integer) as sale_count,
        cast(sum(sales.quantity) as integer) as quantity,
        cast(sum(sales.amount) as decimal(19, 4)) as amount,
        {{ divide('sum(sales.amount)', 'count(distinct sales.order_id)', 4) }} as amount_per_order
    from sales
    left join products on products.product_key = sales.product_key
    group by 1, 2, 3
)

select * from final
