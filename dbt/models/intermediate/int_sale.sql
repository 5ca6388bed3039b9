with sales as (
    select * from {{ ref('stg_sale') }}
),

orders as (
    select * from {{ ref('stg_order') }}
),

-- Where only the order says its currency, its invoiced lines are in that.
final as (
    select
        sales.sale_id,
        sales.order_id,
        sales.line_number,
        sales.sale_date,
        sales.product_id,
        sales.client_id,
        sales.territory_id,
        sales.quantity,
        sales.amount,
        case
            when sales.currency <> sales.system_currency then sales.currency
            else coalesce(orders.currency, sales.currency)
        end as currency,
        sales.misfits,
        sales.gaps,
        {{ origin_of('sales') }},
        sales.changed_date
    from sales
    left join orders on orders.order_id = sales.order_id
)

select * from final
