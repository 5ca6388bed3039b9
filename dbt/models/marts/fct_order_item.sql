with items as (
    select * from {{ ref('stg_order_item') }}
),

orders as (
    select * from {{ ref('stg_order') }}
),

product_versions as (
    {{ versions_by_day(ref('dim_product'), 'product') }}
),

client_versions as (
    {{ versions_by_day(ref('dim_client'), 'client') }}
),

final as (
    select
        items.order_item_id,
        items.order_id,
        items.line_number,
        orders.order_number,
        orders.ordered_at,
        orders.order_date,
        orders.status,
        items.product_id,
        product_versions.product_key,
        orders.client_id,
        client_versions.client_key,
        orders.territory_id,
        orders.transporter_id,
        items.quantity,
        items.unit_price,
        cast(items.quantity * items.unit_price as decimal(38, 4)) as amount,
        case
            when items.currency <> items.system_currency then items.currency
            else coalesce(orders.currency, items.currency)
        end as currency,
        {{ origin_of('items') }}
    from items
    left join orders on orders.order_id = items.order_id
    left join product_versions
        on product_versions.product_id = items.product_id
        and product_versions.from_date <= orders.order_date
        and product_versions.to_date > orders.order_date
    left join client_versions
        on client_versions.client_id = orders.client_id
        and client_versions.from_date <= orders.order_date
        and client_versions.to_date > orders.order_date
)

select * from final
