with changes as (
    {{ changes('order', {
        'order_id': 'id',
        'order_number': 'varchar',
        'ordered_at': 'instant',
        'client_id': 'id',
        'territory_id': 'id',
        'transporter_id': 'id',
        'status': 'varchar',
    }, expected=['ordered_at']) }}
),

latest as (
    {{ latest('changes', ['order_id']) }}
),

dated as (
    select
        *,
        cast({{ to_local_time('ordered_at', 'time_zone') }} as date) as given_date
    from latest
),

final as (
    select
        order_id,
        order_number,
        ordered_at,
        given_date,
        case when {{ is_business_date('given_date') }} then given_date end as order_date,
        client_id,
        territory_id,
        transporter_id,
        status,
        currency,
        misfits,
        gaps,
        source_system,
        source_table,
        source_position,
        changed_at
    from dated
)

select * from final
