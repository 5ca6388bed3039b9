with orders as (
    select * from {{ ref('stg_order') }}
),

client_versions as (
    {{ versions_by_day(ref('dim_client'), 'client') }}
),

final as (
    select
        orders.order_id,
        orders.order_number,
        orders.ordered_at,
        orders.order_date,
        orders.client_id,
        client_versions.client_key,
        orders.territory_id,
        orders.transporter_id,
        orders.status,
        orders.currency,
        {{ origin_of('orders') }}
    from orders
    left join client_versions
        on client_versions.client_id = orders.client_id
        and client_versions.from_date <= orders.order_date
        and client_versions.to_date > orders.order_date
)

select * from final
