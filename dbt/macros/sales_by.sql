{# Sales and returns of each week or month, by category and currency: agg_sales_weekly and agg_sales_monthly. #}
{% macro sales_by(period) %}
{%- set start = period ~ '_start' -%}
{%- set starts_on = week_start if period == 'week' else month_start -%}
with products as (
    select * from {{ ref('dim_product') }}
),

sales as (
    select
        {{ starts_on('sales.sale_date') }} as {{ start }},
        {{ short_text("coalesce(products.category, 'Unknown')") }} as category,
        sales.currency,
        count(distinct sales.order_id) as order_count,
        count(*) as sale_count,
        sum(sales.quantity) as quantity,
        sum(sales.amount) as amount,
        {{ complete_sum('sales.reporting_amount', 'sales.amount') }} as reporting_amount
    from {{ ref('fct_sale') }} as sales
    left join products on products.product_key = sales.product_key
    group by 1, 2, 3
),

returns as (
    select
        {{ starts_on('returns.return_date') }} as {{ start }},
        {{ short_text("coalesce(products.category, 'Unknown')") }} as category,
        returns.currency,
        sum(returns.quantity) as quantity,
        sum(returns.amount) as amount
    from {{ ref('fct_return') }} as returns
    left join products on products.product_key = returns.product_key
    group by 1, 2, 3
),

final as (
    select
        coalesce(sales.{{ start }}, returns.{{ start }}) as {{ start }},
        coalesce(sales.category, returns.category) as category,
        coalesce(sales.currency, returns.currency) as currency,
        cast(coalesce(sales.order_count, 0) as integer) as order_count,
        cast(coalesce(sales.sale_count, 0) as integer) as sale_count,
        cast(coalesce(sales.quantity, 0) as decimal(38, 4)) as quantity,
        cast(coalesce(sales.amount, 0) as decimal(38, 4)) as amount,
        {{ divide('sales.amount', 'sales.order_count', 4) }} as amount_per_order,
        cast(coalesce(returns.quantity, 0) as decimal(38, 4)) as returned_quantity,
        cast(coalesce(returns.amount, 0) as decimal(38, 4)) as returned_amount,
        cast(coalesce(sales.amount, 0) - coalesce(returns.amount, 0) as decimal(38, 4)) as net_amount,
        cast(sales.reporting_amount as decimal(38, 4)) as reporting_amount
    from sales
    full outer join returns
        on returns.{{ start }} = sales.{{ start }}
        and returns.category = sales.category
        and returns.currency = sales.currency
)

select * from final
{% endmacro %}
