with changes as (
    {{ changes('transporter', {
        'transporter_id': 'id',
        'name': 'varchar',
        'ship_base': 'money',
        'ship_rate': 'money',
    }) }}
),

latest as (
    {{ latest('changes', ['transporter_id']) }}
),

final as (
    select
        transporter_id,
        name,
        ship_base,
        ship_rate,
        currency,
        misfits,
        source_system,
        source_table,
        source_position,
        changed_at
    from latest
)

select * from final
