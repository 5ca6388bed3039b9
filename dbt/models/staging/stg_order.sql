with changes as (
    {{ changes('order', {
        'order_id': 'id',
        'order_number': 'varchar',
        'ordered_at': 'instant',
        'client_id': 'id',
        'territory_id': 'id',
        'transporter_id': 'id',
        'status': 'varchar',
    }) }}
),

latest as (
    {{ latest('changes', ['order_id']) }}
),

final as (
    select
        order_id,
        order_number,
        ordered_at,
        cast({{ to_local_time('ordered_at', 'time_zone') }} as date) as order_date,
        client_id,
        territory_id,
        transporter_id,
        status,
        source_system,
        source_position,
        changed_at
    from latest
)

select * from final
