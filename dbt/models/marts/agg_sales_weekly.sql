with sales as (
    select * from {{ ref('fct_sale') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ week_start('sales.sale_date') }} as week_start,
        {{ short_text("coalesce(products.category, 'Unknown')") }} as category,
        sales.currency,
        cast(count(distinct sales.order_id) as integer) as order_count,
        cast(count(*) as integer) as sale_count,
        cast(coalesce(sum(sales.quantity), 0) as decimal(38, 4)) as quantity,
        cast(coalesce(sum(sales.amount), 0) as decimal(38, 4)) as amount,
        {{ divide('sum(sales.amount)', 'count(distinct sales.order_id)', 4) }} as amount_per_order
    from sales
    left join products on products.product_key = sales.product_key
    group by 1, 2, 3
)

select * from final
