with changes as (
    {{ changes('order_item', {
        'order_id': 'id',
        'line_number': 'integer',
        'product_id': 'id',
        'quantity': 'integer',
        'unit_price': 'money',
    }) }}
),

latest as (
    {{ latest('changes', ['order_id', 'line_number']) }}
),

final as (
    select
        order_id || '-' || cast(line_number as varchar) as order_item_id,
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        currency,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
