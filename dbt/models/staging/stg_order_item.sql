with changes as (
    {{ changes('order_item', {
        'order_id': 'id',
        'line_number': 'bigint',
        'product_id': 'id',
        'quantity': 'money',
        'unit_price': 'money',
    }, expected=['product_id', 'quantity', 'unit_price']) }}
),

latest as (
    {{ latest('changes', ['order_id', 'line_number']) }}
),

final as (
    select
        id_prefix || order_id || '-' || cast(line_number as varchar) as order_item_id,
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        currency,
        misfits,
        gaps,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
