-- A sale of no date that there can be belongs to no week: set_aside has it, with its amount.
with sales as (
    select * from {{ ref('int_sale') }}
    where {{ is_business_date('sale_date') }}
),

product_versions as (
    {{ versions_by_day(ref('dim_product'), 'product') }}
),

client_versions as (
    {{ versions_by_day(ref('dim_client'), 'client') }}
),

rates as (
    select * from {{ ref('int_exchange_rate') }}
),

final as (
    select
        sales.sale_id,
        sales.order_id,
        sales.line_number,
        sales.sale_date,
        sales.product_id,
        product_versions.product_key,
        sales.client_id,
        client_versions.client_key,
        sales.territory_id,
        sales.quantity,
        sales.amount,
        sales.currency,
        {{ divide('sales.amount', 'sales.quantity', 4) }} as unit_amount,
        cast(sales.amount * rates.rate as decimal(38, 4)) as reporting_amount,
        {{ origin_of('sales') }}
    from sales
    left join product_versions
        on product_versions.product_id = sales.product_id
        and product_versions.from_date <= sales.sale_date
        and product_versions.to_date > sales.sale_date
    left join client_versions
        on client_versions.client_id = sales.client_id
        and client_versions.from_date <= sales.sale_date
        and client_versions.to_date > sales.sale_date
    left join rates
        on rates.currency = sales.currency
        and rates.from_date <= sales.sale_date
        and rates.to_date > sales.sale_date
)

select * from final
